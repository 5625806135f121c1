"""A process that begins with few open files takes what the system allows."""

import subprocess
import sys

SCRIPT = """
import resource, sys
from windrow.processes.open_files import allow_open_files
resource.setrlimit(resource.RLIMIT_NOFILE, (64, {hard}))
print(allow_open_files(), *resource.getrlimit(resource.RLIMIT_NOFILE))
"""


def allowed(hard: int) -> list[int]:
    words = [sys.executable, "-c", SCRIPT.format(hard=hard)]
    return [int(each) for each in subprocess.run(words, capture_output=True, text=True, check=True).stdout.split()]


def test_the_limit_is_raised_as_far_as_it_may_be() -> None:
    assert allowed(2000) == [2000, 2000, 2000]
    assert allowed(64) == [64, 64, 64]
