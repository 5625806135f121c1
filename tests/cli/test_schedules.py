"""Schedules by command line: what one means, and what is coming."""

from pathlib import Path

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
    assert both.err == "--cron: say either --cron or --calendar\n"


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
