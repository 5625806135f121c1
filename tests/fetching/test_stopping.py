"""A run that is stopped leaves the fetcher within a second, wherever it waits."""

import threading
import time
from dataclasses import replace

import pytest

from tests.fetching.conftest import QUICK, Kit
from tests.remotes.scripts import Script, drip, drip_headers, hang, hang_in_body, reply, status
from tests.remotes.server import Remote
from windrow.errors import Cancelled
from windrow.fetching.fetcher import PoliteFetcher
from windrow.ports.fetching import Manners

PATIENT = replace(QUICK, connect_timeout=60, read_timeout=60, whole_timeout=60)


class Button:
    """A check that raises once the button has been pressed, and knows when that was."""

    def __init__(self) -> None:
        self.pressed_at: float | None = None

    def press(self) -> None:
        self.pressed_at = time.monotonic()

    def press_after(self, seconds: float) -> threading.Timer:
        timer = threading.Timer(seconds, self.press)
        timer.start()
        return timer

    def since(self) -> float:
        assert self.pressed_at is not None
        return time.monotonic() - self.pressed_at

    def __call__(self) -> None:
        if self.pressed_at is not None:
            raise Cancelled("The run was cancelled.")


@pytest.mark.parametrize("script", [hang(), hang_in_body(), drip(b"x" * 10_000, 0.01), drip_headers(0.01)])
def test_while_the_remote_hangs_or_drips(kit: Kit, remote: Remote, script: Script) -> None:
    button = Button()
    url = remote.on("/csw", script)
    fetcher = kit.fetcher(remote, PATIENT, check=button)
    timer = button.press_after(0.3)

    with pytest.raises(Cancelled):
        fetcher.get(url)

    assert button.since() < 1
    timer.join()


def test_while_connecting(kit: Kit, full_port: int) -> None:
    button = Button()
    url = f"http://127.0.0.1:{full_port}/"
    timer = button.press_after(0.3)

    with pytest.raises(Cancelled):
        kit.fetcher(url, PATIENT, check=button).get(url)

    assert button.since() < 1
    timer.join()


def test_while_a_name_is_looked_up(kit: Kit, remote: Remote) -> None:
    button = Button()

    def hanging(host: str, port: int) -> list[str]:
        button.press()
        remote.closing.wait(30)
        return []

    with pytest.raises(Cancelled):
        kit.fetcher("http://slow.test", PATIENT, check=button, resolver=hanging).get("http://slow.test/")

    assert button.since() < 1


def test_while_shaking_hands(kit: Kit, silent_port: int) -> None:
    button = Button()
    url = f"https://127.0.0.1:{silent_port}/"
    timer = button.press_after(0.3)

    with pytest.raises(Cancelled):
        kit.fetcher(url, PATIENT, check=button).get(url)

    assert button.since() < 1
    timer.join()


def test_while_waiting_before_another_try(kit: Kit, remote: Remote) -> None:
    button = Button()
    url = remote.on("/csw", reply(b"", status=503, headers={"Retry-After": "30"}, meanwhile=button.press))

    with pytest.raises(Cancelled):
        kit.fetcher(remote, check=button).get(url)

    assert kit.time.waited < 1


def test_while_waiting_for_a_turn(kit: Kit, remote: Remote) -> None:
    """One slow pace, so the second request must wait 2 s; the check raises at the first look in that wait."""
    looks: list[float] = []

    def check() -> None:
        looks.append(kit.time.waited)
        if len(looks) > 4 and kit.time.waited > 0:
            raise Cancelled("The run was cancelled.")

    url = remote.on("/csw")
    fetcher = kit.fetcher(remote, Manners(requests_per_second=0.5), check=check)
    fetcher.get(url)

    with pytest.raises(Cancelled):
        fetcher.get(url)

    assert kit.time.waited < 1
    assert [state.in_flight for state in kit.hosts.states()] == [0]


def test_while_waiting_at_the_gate_behind_another_thread(kit: Kit, remote: Remote) -> None:
    inside, button = threading.Event(), Button()

    def hold() -> None:
        inside.set()
        remote.closing.wait(30)

    held = remote.on("/held", reply(b"", meanwhile=hold))
    maker = kit.maker()
    one = replace(PATIENT, concurrency=1)
    first = maker(one, origin=held, credential=None, check=button)
    second = maker(one, origin=held, credential=None, check=button)
    holder = threading.Thread(target=_get_until_cancelled, args=(first, held))
    holder.start()
    assert inside.wait(10)
    timer = button.press_after(0.3)

    with pytest.raises(Cancelled):
        second.get(held)

    assert button.since() < 1
    holder.join(10)
    timer.join()


def test_a_stopped_request_is_given_back_and_no_verdict_on_its_host(kit: Kit, remote: Remote) -> None:
    button = Button()
    url = remote.on("/csw", status(500), status(500), hang())
    fetcher = kit.fetcher(remote, replace(PATIENT, attempts=3), check=button)
    timer = button.press_after(0.3)

    with pytest.raises(Cancelled):
        fetcher.get(url)

    [state] = kit.hosts.states()
    assert (state.in_flight, state.failures) == (0, 2)
    assert kit.seen[-1].outcome == "Stopped"
    timer.join()


def test_before_anything_is_sent(kit: Kit, remote: Remote) -> None:
    button = Button()
    button.press()

    with pytest.raises(Cancelled):
        kit.fetcher(remote, check=button).get(remote.url())

    assert remote.seen == []


def _get_until_cancelled(fetcher: PoliteFetcher, url: str) -> None:
    with pytest.raises(Cancelled):
        fetcher.get(url)
