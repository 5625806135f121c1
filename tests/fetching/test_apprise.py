"""Apprise tells people in a process of its own, which goes nowhere that the outgoing policy forbids."""

import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.core.notifying.receiver import receiving, receiving_mail
from windrow.errors import BadInput, Cancelled, RemoteForbidden, RemoteUnreachable
from windrow.fetching.apprise import AppriseMessenger

OPEN = AppriseMessenger(("127.0.0.0/8",))


def go_on() -> None:
    """Nobody asks it to stop."""


@pytest.mark.parametrize(
    ("address", "service"),
    [
        ("json://127.0.0.1:9/hook", "JSON"),
        ("mailto://ann:s3cret@example.org", "E-Mail"),
        ("tgram://123456789:abcdefg_hijklmnop/lead2gold/", "Telegram"),
    ],
)
def test_an_address_is_understood_before_anything_is_sent(address: str, service: str) -> None:
    assert AppriseMessenger().check(address) == service


@pytest.mark.parametrize(
    "address",
    [
        "",
        "s3cret",
        "nothing://s3cret",
        "json://",
        "tgram://s3cret",
        "mailto://",
        "json://\ns3cret",
        "json://x" * 600,
    ],
)
def test_what_is_no_address_is_refused_and_not_repeated(address: str) -> None:
    with pytest.raises(BadInput) as refused:
        OPEN.check(address)

    assert [each.field for each in refused.value.problems] == ["address"]
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize("scheme", ["syslog", "dbus", "macosx", "windows", "gnome", "file", "vapid", "DBus"])
def test_what_leads_to_this_machine_is_refused(scheme: str) -> None:
    with pytest.raises(BadInput, match="must not lead to"):
        OPEN.check(f"{scheme}://host/path")


def test_a_message_arrives() -> None:
    with receiving() as receiver:
        OPEN.tell(f"json://127.0.0.1:{receiver.port}/hook", "Title", "Text", check=go_on)

    (received,) = receiver.received
    assert (received.path, received.json["title"], received.json["message"]) == ("/hook", "Title", "Text")


def test_a_letter_arrives() -> None:
    with receiving_mail() as (port, letters):
        OPEN.tell(f"mailto://127.0.0.1:{port}?from=windrow@example.org&to=ann@example.org", "Title", "Ä", check=go_on)

    (letter,) = letters
    assert "Subject: Title" in letter
    assert "ann@example.org" in letter


def test_a_receiver_that_refuses_is_told_without_the_address() -> None:
    with receiving() as receiver:
        receiver.statuses = [500]
        with pytest.raises(RemoteUnreachable) as failed:
            OPEN.tell(f"json://ann:s3cret@127.0.0.1:{receiver.port}/t0ken", "T", "t", check=go_on)

    assert "500" in str(failed.value)
    assert "s3cret" not in str(failed.value)
    assert "t0ken" not in str(failed.value)


@pytest.mark.parametrize(
    "address",
    [
        *(f"json://ann:s3cret@{host}:PORT" for host in ("127.0.0.1", "localhost", "[::1]", "0.0.0.0")),
        *(f"mailto://ann:s3cret@example.org:PORT?smtp={host}" for host in ("127.0.0.1", "localhost")),
        "json://ann:s3cret@169.254.169.254/latest",
        "rocket://ann:s3cret@127.0.0.1:PORT/#channel",
    ],
)
def test_the_outgoing_policy_holds(address: str) -> None:
    with receiving() as receiver, pytest.raises(RemoteForbidden) as forbidden:
        AppriseMessenger().tell(address.replace("PORT", str(receiver.port)), "T", "t", check=go_on)

    assert receiver.received == []
    assert "s3cret" not in str(forbidden.value)


def test_a_name_on_the_allow_list_may_be_asked() -> None:
    with receiving() as receiver:
        AppriseMessenger(("localhost",)).tell(f"json://localhost:{receiver.port}", "T", "t", check=go_on)

    assert len(receiver.received) == 1


def test_a_redirect_to_elsewhere_is_not_followed() -> None:
    with receiving() as first, receiving() as second:
        first.location = f"{second.url}/stolen".replace("127.0.0.1", "127.0.0.2")
        first.statuses = [307]
        with pytest.raises(RemoteForbidden):
            AppriseMessenger(("127.0.0.1",)).tell(f"json://127.0.0.1:{first.port}", "T", "t", check=go_on)

    assert second.received == []


def test_files_of_this_machine_stay_closed(tmp_path: Path) -> None:
    key = tmp_path / "key.json"
    key.write_text("{}")

    with pytest.raises((RemoteForbidden, RemoteUnreachable)) as refused:
        OPEN.tell(f"fcm://project/device?keyfile={key}", "T", "t", check=go_on)

    assert str(key) not in str(refused.value)


def test_it_ends_when_it_is_told_to() -> None:
    silent = socket.create_server(("127.0.0.1", 0))
    asked = threading.Event()

    def stop() -> None:
        if asked.is_set():
            raise Cancelled("stop")

    def accept() -> None:
        with silent.accept()[0]:
            asked.set()
            ended.wait(20)

    ended = threading.Event()
    thread = threading.Thread(target=accept)
    thread.start()
    try:
        with pytest.raises(Cancelled):
            OPEN.tell(f"json://127.0.0.1:{silent.getsockname()[1]}", "T", "t", check=stop)
    finally:
        ended.set()
        thread.join()
        silent.close()


def guarded(policy_allows: tuple[str, ...], folder: Path, act: str) -> str:
    """What a process under guard says when it does this."""
    script = (
        "import os, socket, subprocess, sys\n"
        "from windrow.fetching.apprise.guarding import Guard\n"
        "from windrow.fetching.policy import OutgoingPolicy\n"
        f"guard = Guard(OutgoingPolicy(allow={policy_allows!r}), {str(folder)!r})\n"
        "guard.install()\n"
        f"try:\n    {act}\nexcept PermissionError as error:\n    print('refused')\nelse:\n    print('done')\n"
    )
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.parametrize(
    "act",
    [
        "socket.create_connection(('127.0.0.1', 9))",
        "socket.socket(socket.AF_UNIX).connect('/run/nothing')",
        "socket.socket().connect(('localhost', 9))",
        "socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 9))",
        "subprocess.run(['true'])",
        "os.system('true')",
        "open('/etc/passwd')",
        "open('/var/tmp/windrow-was-here', 'w')",
        "os.remove('/var/tmp/windrow-was-here')",
    ],
)
def test_a_process_under_guard_may_not(tmp_path: Path, act: str) -> None:
    assert guarded((), tmp_path, act) == "refused"


@pytest.mark.parametrize(
    "act", ["open(guard.folder + '/note', 'w').close()", "open('/etc/hosts').close()", "import json.tool"]
)
def test_a_process_under_guard_may(tmp_path: Path, act: str) -> None:
    assert guarded((), tmp_path, act) == "done"


def test_nobody_loads_apprise_who_sends_nothing() -> None:
    script = "import windrow.assembly, windrow.web.app, sys; print('apprise' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True).stdout.strip() == "False"
