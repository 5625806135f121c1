"""Pages of tasks, schedules and the calendar by plain HTTP, as a browser without scripts has them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.console.visiting import Visitor, visitor
from tests.web.serving import House
from windrow.core.runs import TaskDraft
from windrow.core.source_drafts import SourceDraft
from windrow.model.runs import RunState
from windrow.model.schedules import Schedule
from windrow.model.tasks import Task
from windrow.model.triggers import Cron, Interval

NIGHTLY = Schedule(Cron("30 2 * * *", "Europe/Berlin"))
FIELDS = {
    "kind": "stepping",
    "settings.posted": "yes",
    "settings.steps": "3",
    "settings.files": "{}",
    "settings.media_type": "text/plain",
    "settings.error": "",
    "scheduled": "on",
    "when.trigger": "cron",
    "when.expression": "0 6 * * MON-FRI",
    "when.zone": "Europe/Berlin",
}


@pytest.fixture(scope="module")
def admin(house: House) -> Visitor:
    return visitor(house, "admin")


def made(house: House, name: str, schedule: Schedule | None = None, **parameters: object) -> Task:
    draft = TaskDraft(name, "stepping", parameters, schedule=schedule)
    return house.assembly.windrow.tasks.create(house.principal("admin"), draft)


def kept(house: House, task_id: str) -> Task:
    return house.assembly.windrow.tasks.get(house.principal("admin"), task_id)


def test_a_task_is_made_from_the_form_that_its_kind_draws(house: House, admin: Visitor) -> None:
    assert "Stepping" in admin.get("/tasks/new").text
    assert 'name="settings.media_type"' in admin.get("/tasks/new?kind=stepping").html

    seen = admin.post("/tasks", {**FIELDS, "name": "Count", "attempts": "3"})

    task = kept(house, seen.location.rpartition("/")[2])
    assert (task.name, task.parameters["steps"], "error" in task.parameters) == ("Count", 3, False)
    assert task.retry.attempts == 3
    assert task.schedule is not None
    assert task.schedule.trigger == Cron("0 6 * * MON-FRI", "Europe/Berlin")


def test_a_form_that_is_wrong_comes_back_with_all_that_was_typed(admin: Visitor) -> None:
    wrong = {"when.expression": "0 25 * * *", "settings.steps": "-1", "priority": "1000", "when.jitter": "7"}

    first = admin.post("/tasks", {**FIELDS, **wrong, "name": "Kept"})
    second = admin.post("/tasks", {**FIELDS, **wrong, "name": "Kept", "when.expression": "0 5 * * *"})

    assert (first.status, second.status) == (422, 422)
    assert 'value="Kept"' in first.html
    assert 'value="0 25 * * *"' in first.html
    assert "when.expression-problem" in first.html
    assert 'value="7"' in second.html
    assert "settings.steps-problem" in second.html


def test_without_scripts_a_button_tells_what_a_schedule_means(house: House, admin: Visitor) -> None:
    task = made(house, "Told", NIGHTLY)

    new = admin.post("/tasks/preview", {**FIELDS, "name": "Told", "when.expression": "15 7 * * *"})
    changed = admin.post(f"/tasks/{task.id}/settings/preview", {**FIELDS, "name": "Told"})

    assert "At 07:15 every day" in new.text
    assert 'value="Told"' in new.html
    assert "Monday, Tuesday, Wednesday, Thursday and Friday" in changed.text


def test_the_editor_tells_as_it_is_typed_and_takes_presets(admin: Visitor) -> None:
    good = admin.get("/schedules/explain?scheduled=on&when.trigger=cron&when.expression=30+2+*+*+*")
    bad = admin.get("/schedules/explain?scheduled=on&when.trigger=cron&when.expression=30+2+*+*+X")
    preset = admin.get("/schedules/editor?when.preset=weekdays&when.jitter=9&when.of=source")

    assert "At 02:30 every day, UTC." in good.text
    assert "<html" not in good.html
    assert "position 10:" in bad.text
    assert 'value="0 6 * * MON-FRI"' in preset.html
    assert 'value="9"' in preset.html
    assert "Harvest by itself" in preset.text


def test_a_source_gets_any_schedule_from_its_form(house: House, admin: Visitor) -> None:
    principal, sources = house.principal("admin"), house.assembly.windrow.sources
    source = sources.create(principal, SourceDraft(name="Clocked", kind="csw", url="http://127.0.0.1:9/csw")).source
    fields = {"name": "Clocked", "url": source.url, "scheduled": "on", "when.trigger": "calendar"}
    rule = {"when.rule": "FREQ=MONTHLY;BYDAY=1MO", "when.first": "2027-01-01T05:00", "when.zone": "Europe/Berlin"}

    told = admin.post(f"/sources/{source.id}/settings/schedule", {**fields, **rule})
    wrong = admin.post(f"/sources/{source.id}/settings", {**fields, **rule, "when.rule": "FREQ=HOURLY"})
    saved = admin.post(f"/sources/{source.id}/settings", {**fields, **rule})

    assert "By the calendar rule FREQ=MONTHLY;BYDAY=1MO" in told.text
    assert (wrong.status, saved.status) == (422, 303)
    assert "when.rule-problem" in wrong.html
    schedule = sources.view(principal, source.id).task.schedule
    assert schedule is not None
    assert schedule.trigger.describe().startswith("by the calendar rule FREQ=MONTHLY")


def test_a_task_is_run_paused_resumed_changed_and_deleted(house: House, admin: Visitor) -> None:
    task = made(house, "Busy", NIGHTLY)

    run = admin.post(f"/tasks/{task.id}/run").location
    house.carry_out()
    page = admin.get(f"/tasks/{task.id}")
    assert "1 of the last 1 ended well" in page.text
    assert f'href="{run}"' in page.html
    assert "At 02:30 every day, by the clock of Europe/Berlin." in page.text

    admin.post(f"/tasks/{task.id}/pause")
    assert "Somebody switched its schedule off" in admin.get(f"/tasks/{task.id}").text
    admin.post(f"/tasks/{task.id}/resume")
    resumed = kept(house, task.id).schedule
    assert resumed is not None
    assert (resumed.enabled, resumed.counted_after != "", resumed.next_due is not None) == (True, True, True)

    seen = kept(house, task.id).changed_at
    assert seen is not None
    changed = admin.post(f"/tasks/{task.id}/settings", {**FIELDS, "name": "Busier", "seen": seen.isoformat()})
    stale = admin.post(f"/tasks/{task.id}/settings", {**FIELDS, "name": "Older", "seen": seen.isoformat()})
    assert (changed.status, stale.status, kept(house, task.id).name) == (303, 409, "Busier")

    assert "Its runs go with it" in admin.get(f"/tasks/{task.id}/delete").text
    assert admin.post(f"/tasks/{task.id}/delete").location == "/tasks"
    assert admin.get(f"/tasks/{task.id}").status == 404


def test_why_a_task_paused_is_told_in_every_list(house: House, admin: Visitor) -> None:
    task = made(house, "Stumbling", NIGHTLY)
    assert task.schedule is not None
    why = replace(task.schedule, enabled=False, paused="it failed 5 times in a row", next_due=None)
    house.assembly.store.tasks.save(replace(task, schedule=why))

    for path in ("/tasks?q=stumb", "/schedules", "/schedules?show=paused", f"/tasks/{task.id}"):
        assert "it failed 5 times in a row" in admin.get(path).text, path
    assert "Stumbling" not in admin.get("/schedules?kind=harvest").text


def test_tasks_are_found_by_name_and_kind(house: House, admin: Visitor) -> None:
    made(house, "Needle in the hay")

    assert "Needle in the hay" in admin.get("/tasks?q=THE+HAY").text
    assert "Needle in the hay" in admin.get("/tasks?kind=stepping").text
    assert "Needle in the hay" not in admin.get("/tasks?kind=harvest").text
    assert "No task is named so" in admin.get("/tasks?q=haystack").text


def test_the_calendar_shows_what_ran_and_what_will(house: House, admin: Visitor) -> None:
    now = datetime.now(UTC)
    task = made(house, "Every minute", Schedule(Interval(timedelta(minutes=1), now)))
    house.assembly.store.runs.add([])
    made(house, "Tomorrow's", Schedule(Cron("0 12 * * *")))
    tomorrow = (now + timedelta(days=1)).date().isoformat()

    day = admin.get(f"/calendar?day={tomorrow}")
    week = admin.get(f"/calendar?day={tomorrow}&view=week&zone=America/New_York")

    assert "Every minute 1,440 ×" in day.text
    assert "12:00 Tomorrow's" in day.text
    assert "by the clock of America/New_York" in week.text
    assert "<svg" in week.html
    assert "Nothing on this day" in admin.get("/calendar?day=2027-01-01&kind=nothing").text
    assert admin.get("/calendar?zone=Nowhere").status == 422
    house.assembly.windrow.tasks.delete(house.principal("admin"), task.id, house.assembly.blobs)


def test_a_moment_that_was_met_leads_to_its_run(house: House, admin: Visitor) -> None:
    task = made(house, "Was due", Schedule(Cron("* * * * *")))
    assert task.schedule is not None
    due = datetime.now(UTC) - timedelta(seconds=5)
    house.assembly.store.tasks.save(replace(task, schedule=replace(task.schedule, next_due=due)))
    house.assembly.scheduling.tick()
    house.carry_out()
    (run,) = house.assembly.windrow.runs.page(house.principal("admin"), task_id=task.id).items

    seen = admin.get(f"/calendar?day={due.date().isoformat()}")

    assert run.state is RunState.SUCCEEDED
    assert "Was due" in seen.text
    assert "1 succeeded" in seen.text
    house.assembly.windrow.tasks.delete(house.principal("admin"), task.id, house.assembly.blobs)


def test_new_pages_hold_no_scripts_or_styles_of_their_own(house: House, admin: Visitor) -> None:
    task = made(house, "<script>alert('x')</script>", NIGHTLY)

    for path in ("/tasks", f"/tasks/{task.id}", f"/tasks/{task.id}/settings", "/schedules", "/calendar?view=week"):
        html = admin.get(path).html
        assert "<script>alert" not in html, path
        assert " style=" not in html, path


def test_a_run_is_started_with_other_parameters_and_for_another_moment(house: House, admin: Visitor) -> None:
    task = made(house, "Otherwise", steps=1)
    runs, principal = house.assembly.windrow.runs, house.principal("admin")
    page = admin.get(f"/tasks/{task.id}/start")
    fields = {name: value for name, value in FIELDS.items() if name.startswith("settings.")}

    wrong = admin.post(f"/tasks/{task.id}/start", {**fields, "settings.steps": "-1", "due": "soon"})
    seen = admin.post(f"/tasks/{task.id}/start", {**fields, "settings.steps": "2", "due": "2026-05-01T02:30"})

    assert (page.status, "Runs for moments that have passed" in page.text) == (200, False)
    assert (wrong.status, 'value="-1"' in wrong.html) == (422, True)
    run = runs.get(principal, seen.location.rpartition("/")[2])
    assert (run.parameters["steps"], run.due) == (2, datetime(2026, 5, 1, 2, 30, tzinfo=UTC))
    assert kept(house, task.id).parameters["steps"] == 1
    runs.cancel(principal, run.id)


def test_moments_that_passed_are_looked_at_and_made_up_for(house: House, admin: Visitor) -> None:
    task = made(house, "Missed", NIGHTLY, steps=0)
    runs, principal = house.assembly.windrow.runs, house.principal("admin")
    span = {"start": "2026-01-01T00:00", "end": "2026-01-04T00:00"}

    looked = admin.post(f"/tasks/{task.id}/start/backfill", span)
    none_yet = runs.page(principal, task_id=task.id).items
    done = admin.post(f"/tasks/{task.id}/start/backfill", {**span, "make": "on"})
    too_many = admin.post(f"/tasks/{task.id}/start/backfill", {**span, "end": "2026-01-09T00:00", "most": "2"})

    assert ("3 runs would be made" in looked.text, none_yet) == (True, [])
    assert "3 runs queued" in done.text
    assert sorted(str(run.due) for run in runs.page(principal, task_id=task.id).items) == [
        f"2026-01-0{day} 01:30:00+00:00" for day in (1, 2, 3)
    ]
    assert (too_many.status, "is 2, and the range has 5 moments" in too_many.text) == (422, True)
    for each in runs.page(principal, task_id=task.id).items:
        runs.cancel(principal, each.id)
