"""Logs of our processes, where they cannot be written."""

import subprocess
import sys

import pytest

TELL = """
import logging, structlog
from windrow.processes.logs import configure_logs
from windrow.settings import load_settings
configure_logs(load_settings({"log_format": FORMAT}), "clock")
for number in range(3000):
    structlog.get_logger().warning("the database does not answer", number=number)
    logging.getLogger("celery").warning("the broker does not answer")
print("went on")
"""


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_log_that_cannot_be_written_ends_nothing(form: str) -> None:
    with open("/dev/full", "w") as full:
        command = [sys.executable, "-c", TELL.replace("FORMAT", repr(form))]
        told = subprocess.run(command, stdout=subprocess.PIPE, stderr=full, text=True, check=False)

    assert told.stdout == "went on\n"
