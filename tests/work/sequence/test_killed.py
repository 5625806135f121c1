"""A process that is killed in the middle: what was answered is not sent again, what was under way is marked."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.work.sequence.served import Served


def _run(file: Path, journal: Path, kill_at: int | None, served: Served) -> Any:
    command = [sys.executable, "-m", "windrow.cli", "sequence", "run", str(file), "--json", "--allow", "127.0.0.1"]
    command += ["--journal", str(journal)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as ran:
        if kill_at is not None:
            served.meanwhile = lambda: os.kill(ran.pid, signal.SIGKILL) if len(served.log) == kill_at else None
        out, _ = ran.communicate(timeout=60)
    return json.loads(out) if out else None


@pytest.mark.parametrize(("method", "sent"), [("GET", [0, 1, 2, 2, 3]), ("POST", [0, 1, 2])])
def test_a_killed_run_goes_on(served: Served, tmp_path: Path, method: str, sent: list[int]) -> None:
    served.begin({"* /echo": {"echo": True}})
    steps = [{"method": method, "api": f"{served.url}/echo?n={n}", "save_to": f"s{n}"} for n in range(4)]
    file, journal = tmp_path / "s.json", tmp_path / "s.journal"
    file.write_text(json.dumps({"requests": steps}))

    killed = _run(file, journal, 3, served)
    served.meanwhile = lambda: None
    ended = _run(file, journal, None, served)

    assert killed is None
    assert [int(each["path"][-1]) for each in served.log] == sent
    if method == "GET":
        assert ended["state"] == "succeeded"
    else:
        assert (ended["state"], ended["error"]["step"]) == ("partial", "requests[2]")
        assert ended["steps"][2]["outcome"] == "unknown"
