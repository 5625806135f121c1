"""Schedules by command line: what one means, and what is coming."""

from pathlib import Path

import pytest

from tests.cli.conftest import Windrow


def test_a_preview_tells_what_a_schedule_means_with_offsets(windrow: Windrow) -> None:
    asked = ("schedules", "preview", "--cron", "30 2 * * *", "--zone", "America/New_York")

    lines = windrow(*asked, "--count", 3).out.splitlines()
    found = windrow(*asked, "--json").json

    assert lines[0] == "It runs at 02:30 every day, by the clock of America/New_York."
    assert all(line.endswith(("-0500", "-0400")) for line in lines[1:])
    assert len(lines) == 4
    assert (found["canonical"], found["zone"], len(found["moments"])) == ("30 2 * * *", "America/New_York", 5)


def test_what_is_not_understood_names_the_option_and_the_position(windrow: Windrow) -> None:
    refused = windrow("schedules", "preview", "--cron", "0 0 * * MON#2")
    zone = windrow("schedules", "preview", "--cron", "@daily", "--zone", "Mars")
    both = windrow("schedules", "preview", "--cron", "@daily", "--calendar", "FREQ=DAILY")

    assert refused.code == zone.code == both.code == 2
    assert refused.err == ("--cron: position 12: '#' does not belong here; # is for days, and in the dialect quartz\n")
    assert zone.err == "--zone: 'Mars' is no IANA time zone such as Europe/Berlin or UTC\n"
    assert both.err == "--calendar: and --cron exclude each other\n"


def test_other_dialects_and_calendar_rules_are_previewed(windrow: Windrow) -> None:
    quartz = windrow("schedules", "preview", "--cron", "0 4 ? * 7", "--dialect", "quartz", "--json").json
    calendar = windrow("schedules", "preview", "--calendar", "FREQ=MONTHLY;BYDAY=2TU", "--count", 1).out

    assert quartz["canonical"] == "0 4 * * SAT"
    assert calendar.splitlines()[1].startswith("Tue ")


def test_what_is_coming_is_counted_by_the_hour(windrow: Windrow, harvested: Path) -> None:
    windrow("sources", "change", 1, "--every", "6h")

    told = windrow("schedules", "coming").out
    found = windrow("schedules", "coming", "--days", 7, "--json").json

    assert "4 until " in told
    assert (found["total"], found["complete"], found["collisions"]) == (28, True, [])
    assert windrow("schedules", "coming", "--days", 99).code == 2


def test_a_task_runs_by_cron(windrow: Windrow, harvested: Path) -> None:
    (task,) = windrow("tasks", "list", "--kind", "harvest", "--json").json

    windrow("tasks", "schedule", task["id"], "--cron", "30 2 * * MON-FRI", "--zone", "Europe/Berlin")
    told = windrow("tasks", "show", task["id"]).out
    refused = windrow("tasks", "schedule", task["id"], "--cron", "61 * * * *")

    assert "at 02:30 on Monday, Tuesday, Wednesday, Thursday and Friday, by the clock of Europe/Berlin" in " ".join(
        told.split()
    )
    assert (refused.code, refused.err) == (2, "--cron: position 1: minute goes from 0 to 59\n")
    assert windrow("sources", "show", 1).code == 0
    assert windrow("tasks", "schedule", task["id"], "--cron", "@daily", "--every", "1d").code == 2


def test_a_schedule_has_its_policies_by_options(windrow: Windrow, harvested: Path) -> None:
    (task,) = windrow("tasks", "list", "--kind", "harvest", "--json").json
    change = ("tasks", "schedule", task["id"], "--json")
    policies = (
        *("--start", "2027-01-01", "--end", "2028-01-01T12:00", "--occurrences", 9, "--jitter", "10m"),
        *("--misfire", "all", "--most-missed", 7, "--grace", "5m", "--overlap", "queue", "--pause-after", 0),
        *("--window", "Mon-Fri 22:00-06:00", "--blackout", "2027-12-24..2027-12-26", "--blackout", "Sun UTC"),
    )

    made = windrow(*change, "--cron", "30 2 * * *", "--zone", "Europe/Berlin", *policies).json["schedule"]
    away = ("--end", "none", "--occurrences", "none", "--blackout", "none")
    moved = windrow(*change, "--zone", "Europe/London", *away).json

    window = {"begin": "22:00", "end": "06:00", "zone": "Europe/Berlin", "first": None, "last": None}
    assert made["windows"] == [{**window, "weekdays": ["mon", "tue", "wed", "thu", "fri"]}]
    assert [(each["first"], each["weekdays"], each["zone"]) for each in made["blackouts"]] == [
        ("2027-12-24", [], "Europe/Berlin"),
        (None, ["sun"], "UTC"),
    ]
    assert {name: made[name] for name in ("start", "end", "occurrences", "jitter_seconds", "misfire")} == {
        "start": "2026-12-31T23:00:00Z",
        "end": "2028-01-01T11:00:00Z",
        "occurrences": 9,
        "jitter_seconds": 600,
        "misfire": "all",
    }
    assert {name: made[name] for name in ("most_missed", "grace_seconds", "overlap", "pause_after")} == {
        "most_missed": 7,
        "grace_seconds": 300,
        "overlap": "queue",
        "pause_after": 0,
    }
    changed = moved["schedule"]
    assert (changed["trigger"]["zone"], changed["trigger"]["expression"]) == ("Europe/London", "30 2 * * *")
    assert (changed["end"], changed["occurrences"], changed["blackouts"]) == (None, None, [])
    assert (changed["start"], changed["windows"], changed["jitter_seconds"]) == (made["start"], made["windows"], 600)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--every", "36h"), "It runs every 36 hours"),
        (("--once", "2099-07-01T06:00", "--zone", "Europe/Berlin"), "It runs once, on 1 July 2099 at 04:00 UTC"),
        (
            ("--sun", "sunset", "--latitude", 52.5, "--longitude", 13.4, "--offset", "-20m"),
            "It runs 20 minutes before sunset",
        ),
        (
            ("--calendar", "FREQ=DAILY", "--first", "2027-01-01T06:00"),
            "It runs by the calendar rule FREQ=DAILY from 2027",
        ),
        (("--cron", "* * * * *", "--window", "Sat"), "It runs every minute"),
    ],
)
def test_every_trigger_is_previewed(windrow: Windrow, words: tuple[object, ...], told: str) -> None:
    lines = windrow("schedules", "preview", *words, "--count", 2).out.splitlines()

    assert lines[0].startswith(told)
    assert len(lines) == (2 if "--once" in words else 3)
    assert "--window" not in words or lines[1].startswith("Sat ")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "--cron: say when"),
        (("--cron", "@daily", "--latitude", 5), "--latitude: goes with --sun only"),
        (("--sun", "sunset", "--latitude", 5), "--longitude: is missing"),
        (("--cron", "@daily", "--jitter", "2d"), "--jitter: must lie between 0 and 86400 seconds"),
        (("--cron", "@daily", "--grace", "-2h"), "--grace: '-2h' must not be negative"),
        (("--cron", "@daily", "--occurrences", "few"), "--occurrences: 'few' must be a whole number"),
        (("--cron", "@daily", "--start", "soon"), "--start: 'soon' is no moment"),
        (("--cron", "@daily", "--window", "Mon-Fry"), "--window: 'Mon-Fry' is not understood"),
        (("--cron", "@daily", "--pause-after", 101), "--pause-after: must lie between 0 (never) and 100"),
        (("--cron", "@daily", "--most-missed", 0), "--most-missed: must lie between 1 and 1000"),
        (("--cron", "@daily", "--overlap", "fight"), "--overlap"),
        (("--elapsed", "often"), "--elapsed: 'often' must be a whole number with a unit"),
        (("--calendar", "FREQ=DAILY", "--first", "2099-01-01T06:00Z"), "--first: is a date and time of the wall clock"),
    ],
)
def test_an_option_that_is_wrong_is_named(windrow: Windrow, words: tuple[object, ...], told: str) -> None:
    refused = windrow("schedules", "preview", *words)

    assert (refused.code, told in refused.err) == (2, True), refused.err


def test_what_would_never_run_names_what_was_said(windrow: Windrow, harvested: Path) -> None:
    (task,) = windrow("tasks", "list", "--kind", "harvest", "--json").json
    change = ("tasks", "schedule", task["id"])

    past = windrow(*change, "--once", "2020-01-01")
    closed = windrow(*change, "--cron", "0 12 * * *", "--window", "22:00-06:00")
    zone = windrow(*change, "--every", "1d", "--zone", "Asia/Tokyo").code, windrow(*change, "--zone", "UTC")
    away = windrow(*change, "--every", "never", "--jitter", "5m")

    assert past.err.startswith("--once: no moment is left to come")
    assert closed.err.startswith("--window: leave no moment to run at")
    assert (zone[0], zone[1].err.startswith("--zone: goes with --cron")) == (0, True)
    assert away.err.startswith("--every: never takes the schedule away")


def test_a_task_is_made_with_its_schedule(windrow: Windrow) -> None:
    when = ("--cron", "@monthly", "--misfire", "skip", "--json")

    made = windrow("tasks", "create", "Usage", "--kind", "report", "--set", "report=usage", *when)

    assert made.code == 0, made.err
    assert made.json["schedule"]["trigger"]["expression"] == "@monthly"
    assert made.json["schedule"]["misfire"] == "skip"
