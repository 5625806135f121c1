"""The receiver in the documentation takes what is signed, once, and refuses the rest."""

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest
import urllib3

from samples.servers.process import ROOT
from tests.harvests.farm import wait_for
from windrow.core.notifying.signing import new_signing_secret, sign

PAGE = ROOT / "docs" / "doing" / "notifications.md"
SECRET = new_signing_secret(b"k" * 32)
BODY = b'{"type": "harvest.failed"}'


@pytest.fixture
def example() -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    (script,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {**os.environ, "WEBHOOK_SECRET": SECRET, "PORT": str(port)}
    with subprocess.Popen(
        [sys.executable, "-c", script],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as running:
        wait_for(lambda: _answers(port))
        yield f"http://127.0.0.1:{port}/", running
        running.terminate()


def _answers(port: int) -> bool:
    with socket.socket() as trying:
        return trying.connect_ex(("127.0.0.1", port)) == 0


def test_it_takes_what_is_signed_once(example: tuple[str, "subprocess.Popen[str]"], now: int) -> None:
    url, running = example

    def send(moment: int, secret: str = SECRET, message: str = "msg_1") -> int:
        headers = sign(secret, message_id=message, timestamp=moment, body=BODY)
        return urllib3.request("POST", url, body=BODY, headers=dict(headers), retries=False, timeout=60).status

    statuses = [
        send(now),
        send(now),
        send(now - 3600),
        send(now, new_signing_secret(b"x" * 32)),
        send(now, message="msg_2"),
    ]

    running.terminate()
    assert statuses == [204, 204, 401, 401, 204]
    assert running.stdout is not None
    assert running.stdout.read().split() == ["harvest.failed"] * 2
