"""Hosts by command line: when they may be asked, in one line for each window."""

from datetime import date, time
from pathlib import Path

import pytest

from tests.cli.conftest import Windrow
from windrow.cli.windows import read_window
from windrow.errors import BadInput
from windrow.model.windows import Window

WEEKDAYS = frozenset(range(5))
CHRISTMAS = "2026-12-24..2026-12-27 UTC"


@pytest.mark.parametrize(
    ("text", "window", "told"),
    [
        ("22:00-06:00", Window(time(22), time(6)), "22:00-06:00 UTC"),
        ("Mon-Fri 8:00-18:00", Window(time(8), time(18), weekdays=WEEKDAYS), "Mon-Fri 08:00-18:00 UTC"),
        ("fri-mon", Window(weekdays=frozenset({4, 5, 6, 0})), "Mon,Fri,Sat,Sun UTC"),
        (
            "Saturday,Sun Europe/Berlin",
            Window(zone="Europe/Berlin", weekdays=frozenset({5, 6})),
            "Sat,Sun Europe/Berlin",
        ),
        ("00:00-24:00", Window(), "00:00-24:00 UTC"),
        ("18:00-24:00", Window(time(18), time()), "18:00-24:00 UTC"),
        (
            "2026-12-24..2026-12-27",
            Window(first=date(2026, 12, 24), last=date(2026, 12, 27)),
            "2026-12-24..2026-12-27 UTC",
        ),
        ("2026-12-24..", Window(first=date(2026, 12, 24)), "2026-12-24.. UTC"),
    ],
)
def test_a_window_is_written_in_one_line(text: str, window: Window, told: str) -> None:
    assert read_window(text, option="--window") == window
    assert window.describe() == told
    assert read_window(told, option="--window") == window


@pytest.mark.parametrize("text", ["", "22-06", "25:00-26:00", "Mon-Fry", "..", "2026-13-01..", "tomorrow", "Mars/Base"])
def test_what_is_no_window_names_its_option(text: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_window(text, option="--blackout")

    assert refused.value.problems[0].field == "--blackout"


def test_a_host_is_closed_seen_and_released(windrow: Windrow, harvested: Path) -> None:
    every_day = windrow("hosts", "hours", "Slow.test", "--blackout", "00:00-24:00", "--blackout", "Sat,Sun")
    listed = windrow("hosts", "list").out
    kept = {each["host"]: each for each in windrow("hosts", "list", "--json").json}
    port = windrow("hosts", "hours", "slow.test:8080", "--window", "00:00-24:00")
    replaced = windrow("hosts", "hours", "slow.test", "--window", "00:00-24:00", "--zone", "Europe/Berlin")
    released = windrow("hosts", "release", "slow.test")

    assert (every_day.code, "slow.test is left alone until" in every_day.out) == (0, True)
    assert "Sat,Sun UTC" in listed
    assert "slow.test:8080 is left alone until" in port.out, "what is said of a name holds for its ports"
    assert len(kept["slow.test"]["blackouts"]) == 2
    assert replaced.out == "slow.test may be asked now.\n"
    assert released.out == "slow.test may be asked at any hour.\n"
    assert windrow("hosts", "release", "slow.test").code != 0


def test_what_is_wrong_is_told(windrow: Windrow, harvested: Path) -> None:
    nothing = windrow("hosts", "hours", "slow.test")
    url = windrow("hosts", "hours", "https://slow.test/csw", "--blackout", "Sat")

    assert (nothing.code, "--blackout: or --window is needed" in nothing.err) == (2, True)
    assert (url.code, "no URL" in url.err) == (2, True)


def test_what_is_due_while_its_host_is_closed_is_told_ahead(windrow: Windrow, harvested: Path) -> None:
    windrow("hosts", "hours", "127.0.0.1", "--blackout", "08:00-18:00")
    (task,) = windrow("tasks", "list", "--kind", "harvest", "--json").json
    windrow("tasks", "schedule", task["id"], "--cron", "0 12 * * *")

    preview = windrow("schedules", "preview", "--cron", "0 */12 * * *", "--source", 1, "--count", 2)
    coming = windrow("schedules", "coming")

    assert preview.out.count("12:00:00 +0000, waits until") == preview.out.count("18:00: 127.0.0.1 is closed") == 1
    assert "Folder waits until" in coming.out
    assert "18:00 UTC, 127.0.0.1 is closed." in coming.out
