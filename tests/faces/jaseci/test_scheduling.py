"""The schedule API: what was observed of the original, and what only admins may say."""

from datetime import timedelta
from typing import Any

import pytest

from tests.faces.jaseci.conftest import Service, Working, plain, signed_in
from tests.web.serving import House
from windrow.core.runs import TaskDraft
from windrow.core.scheduling import Scheduling
from windrow.model.accounts import Role
from windrow.model.runs import Run
from windrow.model.schedules import Schedule
from windrow.model.tasks import Task
from windrow.model.triggers import Clocked, Cron, Dialect, Interval, Solar, SolarEvent

CREATED = "Scheduled Walker created successfully!"
FIELDS = ("minute", "hour", "day_of_month", "month_of_year", "day_of_week")
MINUTELY: dict[str, Any] = {"type": "crontab", "conf": dict.fromkeys(FIELDS, "*")}
TAKEN = "Internal Exception: {'name': ['Periodic task with this Name already exists.']}"


@pytest.fixture(scope="module")
def admin(house: House) -> Service:
    return signed_in(house, "admin")


def add(service: Service, name: str, schedule: Any = None, prefix: str = "js", **body: Any) -> Any:
    asked = {"name": name, "schedule": schedule or {}, "body": {"wlk": "hello", **body}}
    return service.post(f"{prefix}/add_scheduled_walker", asked).json


def listed(service: Service, **asked: Any) -> list[dict[str, Any]]:
    answer = service.post("js/get_scheduled_queues", asked)
    assert answer.status == 200
    found: list[dict[str, Any]] = answer.json
    return found


def one(service: Service, name: str) -> dict[str, Any]:
    (found,) = [each for each in listed(service, search=name, limit=100) if each["name"] == name]
    return found


def task_of(house: House, queue: dict[str, Any]) -> Task:
    return house.assembly.store.scheduled_queues.get(queue["id"], tenant_id=None).task


def schedule_of(house: House, queue: dict[str, Any]) -> Schedule:
    schedule = task_of(house, queue).schedule
    assert schedule is not None
    return schedule


def due(house: House, name: str, service: Service) -> Run:
    """A run as its schedule makes them, at once."""
    task, admin = task_of(house, one(service, name)), house.principal("admin")
    assert task.schedule is not None
    return house.assembly.windrow.tasks.start(admin, task.id, due=task.schedule.next_due)


def user_id(house: House, name: str) -> str:
    return house.principal(name).user_id


def test_a_scheduled_walker_from_its_making_to_its_answer(house: House, service: Service, working: Working) -> None:
    made = add(service, "w1", {"type": "interval", "conf": {"every": 2, "period": "seconds"}}, ctx={"name": "sched"})
    queue = one(service, "w1")

    assert made == CREATED
    assert queue == {
        "id": queue["id"],
        "name": "w1",
        "schedule": {"type": "interval", "conf": {"every": 2, "period": "seconds"}},
        "kwargs": {
            "wlk": "hello",
            "ctx": {"name": "sched"},
            "mst": f"urn:uuid:{user_id(house, 'ada@example.org')}",
        },
    }
    with working():
        answer = service.wait(due(house, "w1", service).id)
    assert answer["status"] == "SUCCESS"
    assert plain(answer["result"]) == {"success": True, "report": ["hello sched"], "yielded": False}


def test_a_name_is_taken_once(service: Service) -> None:
    assert add(service, "twice") == CREATED
    again = add(service, "twice")

    assert again == {"response": TAKEN, "success": False, "errors": [TAKEN]}


def test_a_crontab_that_runs_once(house: House, service: Service) -> None:
    assert add(service, "once", {"type": "crontab", "conf": {"minute": "*/5"}, "one_off": True}) == CREATED

    queue = one(service, "once")
    schedule = schedule_of(house, queue)
    assert queue["schedule"] == {"type": "crontab", "conf": {**MINUTELY["conf"], "minute": "*/5"}}
    assert (schedule.trigger, schedule.occurrences) == (Cron("*/5 * * * *", "UTC", Dialect.CELERY), 1)
    moment = schedule.next_due
    assert moment is not None
    Scheduling(house.assembly.store.tasks, lambda: moment).tick()
    assert schedule_of(house, queue).next_due is None


@pytest.mark.parametrize("schedule", [{}, {"type": None}, {"type": "every now and then"}])
def test_what_is_no_interval_is_a_crontab_of_every_minute(service: Service, schedule: dict[str, Any]) -> None:
    name = f"minutely {schedule}"

    assert add(service, name, schedule) == CREATED
    assert one(service, name)["schedule"] == MINUTELY


def test_an_interval_is_a_minute_unless_it_says_otherwise(house: House, service: Service) -> None:
    assert add(service, "minute", {"type": "interval"}) == CREATED

    queue = one(service, "minute")
    trigger = schedule_of(house, queue).trigger
    assert queue["schedule"]["conf"] == {"every": 1, "period": "minutes"}
    assert isinstance(trigger, Interval)
    assert trigger.every == timedelta(minutes=1)


def test_the_sun_is_for_admins(house: House, service: Service, admin: Service) -> None:
    conf = {"event": "sunset", "latitude": 52.5, "longitude": "13.4"}
    refused = add(service, "sun", {"type": "solar", "conf": conf})

    assert refused["success"] is False
    assert refused["response"].startswith("Internal Exception: Cannot resolve keyword 'event' into field")
    assert "/js_admin/" in refused["response"]
    assert add(admin, "sun", {"type": "solar", "conf": conf}, prefix="js_admin") == CREATED
    assert schedule_of(house, one(admin, "sun")).trigger == Solar(SolarEvent.SUNSET, 52.5, 13.4)


def test_a_periodic_task_of_the_admins_says_everything(house: House, admin: Service) -> None:
    at = {"type": "clocked", "conf": {"clocked_time": "2099-01-01T06:00:00"}}
    berlin = {"type": "crontab", "conf": {"hour": 6, "minute": 0, "day_of_week": "7", "timezone": "Europe/Berlin"}}
    span = {"start_time": "2098-01-01T00:00:00Z", "expires": "2099-01-01T00:00:00+01:00", "enabled": False}

    assert add(admin, "clocked", at, prefix="js_admin") == CREATED
    assert add(admin, "berlin", {**berlin, **span}, prefix="js_admin") == CREATED

    once, sundays = (schedule_of(house, one(admin, name)) for name in ("clocked", "berlin"))
    assert (type(once.trigger), once.occurrences) == (Clocked, 1)
    assert sundays.trigger == Cron("0 6 * * 0", "Europe/Berlin", Dialect.CELERY)
    assert (sundays.enabled, sundays.next_due) == (False, None)
    assert str(sundays.start) == "2098-01-01 00:00:00+00:00"
    assert str(sundays.end) == "2098-12-31 23:00:00+00:00"
    assert one(admin, "berlin")["schedule"]["conf"]["timezone"] == "Europe/Berlin"


@pytest.mark.parametrize(
    ("schedule", "told"),
    [
        ({"conf": {"minute": "99"}}, "schedule.conf.minute"),
        ({"conf": {"hour": "1 2 3 4 5 6"}}, "schedule.conf.hour"),
        ({"conf": {"day_of_week": True}}, "schedule.conf.day_of_week"),
        ({"conf": {"timezone": "UTC"}}, "Cannot resolve keyword 'timezone'"),
        ({"conf": []}, "schedule.conf: must be an object"),
        ({"type": "interval", "conf": {"every": 0}}, "schedule.conf.every"),
        ({"type": "interval", "conf": {"every": 5, "period": "microseconds"}}, "schedule.conf.every"),
        ({"type": "interval", "conf": {"period": "weeks"}}, "days, hours, minutes, seconds, microseconds"),
        ({"type": "interval", "conf": {"weeks": 1}}, "Choices are: every, period"),
        ({"one_off": "yes"}, "schedule.one_off"),
        ({"enabled": False}, "schedule.enabled: is for admins"),
        ({"ofen": 1}, "schedule.ofen: is not known"),
        ([], "schedule: must be an object"),
    ],
)
def test_schedules_that_are_refused(service: Service, schedule: Any, told: str) -> None:
    asked = {"name": "refused", "schedule": schedule, "body": {"wlk": "hello"}}
    answer = service.post("js/add_scheduled_walker", asked)

    assert (answer.status, answer.json["success"]) == (200, False)
    assert told in answer.json["response"]
    assert listed(service, search="refused") == []


@pytest.mark.parametrize(
    ("schedule", "told"),
    [
        ({"type": "moon"}, "schedule.type: must be one of interval, crontab, solar, clocked"),
        ({"type": "solar", "conf": {"event": "sunsett", "latitude": 1, "longitude": 1}}, "schedule.conf.event"),
        ({"type": "solar", "conf": {"event": "sunset", "latitude": "north", "longitude": 1}}, "schedule.conf.latitude"),
        ({"type": "clocked"}, "schedule.conf.clocked_time: is missing"),
        ({"type": "clocked", "conf": {"clocked_time": "2001-01-01T00:00:00Z"}}, "no moment is left"),
        ({"conf": {"timezone": "Berlin"}}, "schedule.conf.timezone"),
        ({"start_time": "soon"}, "schedule.start_time"),
        ({"start_time": "2099-01-02", "expires": "2099-01-01"}, "schedule.expires"),
    ],
)
def test_what_admins_are_refused(admin: Service, schedule: Any, told: str) -> None:
    answer = add(admin, "refused", schedule, prefix="js_admin")

    assert answer["success"] is False
    assert told in answer["response"]


@pytest.mark.parametrize(
    "body",
    [
        {"name": "hello", "ctx": {}, "nd": "active:graph", "snt": "active:sentinel"},
        {"wlk": "hello", "snt": "global"},
        {"wlk": "urn:windrow:walker:hello", "nd": "urn:uuid:29cba0c9-e24e-4d15-a2b6-4354c59a4c86"},
        {"wlk": "hello", "nd": "29cba0c9-e24e-4d15-a2b6-4354c59a4c86", "ctx": None, "snt": None},
    ],
)
def test_old_and_new_names_and_aliases(house: House, service: Service, body: dict[str, Any]) -> None:
    name = f"args {sorted(body)} {len(str(body))}"
    made = service.post("js/add_scheduled_walker", {"name": name, "schedule": {}, "body": body}).json

    assert made == CREATED
    queue = one(service, name)
    assert queue["kwargs"] == {**body, "mst": queue["kwargs"]["mst"]}
    assert task_of(house, queue).parameters == {"walker": "hello", "context": {"name": "world"}}


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"wlk": "nosuch"}, "Walker nosuch not found!"),
        ({}, "Walker init not found!"),
        ({"wlk": "hello", "name": "divide"}, "body.name: is the old name of wlk"),
        ({"wlk": ["hello"]}, "body.wlk"),
        ({"wlk": "hello", "nd": "nope"}, "“nope” is not a valid UUID"),
        ({"wlk": "hello", "snt": ["nope"]}, "body.snt"),
        ({"wlk": "hello", "mst": "active:master"}, "body.mst"),
        ({"wlk": "hello", "ctx": "x"}, "body.ctx: must be an object"),
        ({"wlk": "hello", "ctx": {"name": 5}}, "body.ctx.name: must be a text"),
        ({"wlk": "hello", "walker": "x"}, "body.walker: is no argument of ScheduledWalker"),
    ],
)
def test_arguments_that_are_refused(service: Service, body: dict[str, Any], told: str) -> None:
    answer = service.post("js/add_scheduled_walker", {"name": "refused", "schedule": {}, "body": body}).json

    assert answer["success"] is False
    assert told in answer["errors"][0]


def test_people_run_walkers_as_themselves_and_admins_as_whom_they_name(
    house: House, service: Service, admin: Service
) -> None:
    house.user("bo@example.org")
    ada, bob = user_id(house, "ada@example.org"), user_id(house, "bo@example.org")

    assert add(service, "as another", mst=f"urn:uuid:{bob}") == CREATED
    assert add(admin, "as bo", mst=bob, prefix="js_admin") == CREATED

    assert one(service, "as another")["kwargs"]["mst"] == f"urn:uuid:{ada}"
    theirs = one(signed_in(house, "bo@example.org"), "as bo")
    assert (theirs["kwargs"]["mst"], task_of(house, theirs).owner_id) == (f"urn:uuid:{bob}", bob)
    nobody = add(admin, "as nobody", mst="29cba0c9-e24e-4d15-a2b6-4354c59a4c86", prefix="js_admin")
    assert "Invalid Master!" in nobody["response"]


def test_a_sequence_is_for_admins(service: Service, admin: Service) -> None:
    asked = {"name": "s", "schedule": {}, "body": {"requests": []}}

    refused = service.post("js_admin/add_scheduled_sequence", asked)
    assert (refused.status, refused.json) == (403, {"detail": "You do not have permission to perform this action."})
    assert admin.post("js/add_scheduled_sequence", asked).status == 404
    odd = admin.post("js_admin/add_scheduled_sequence", {**asked, "body": {}}).json
    assert "body.requests: must be a list" in odd["response"]


def test_a_scheduled_sequence_from_its_making_to_what_it_saved(
    house: House, service: Service, admin: Service, working: Working
) -> None:
    document = {
        "persistence": {"greeting": "hello"},
        "requests": [{"method": "JAC", "api": "nope", "body": {}, "save_to": "said_{{#.greeting}}"}],
    }
    made = admin.post("js_admin/add_scheduled_sequence", {"name": "seq", "schedule": {}, "body": document}).json

    assert made == "Scheduled Sequence created successfully!"
    assert one(admin, "seq")["kwargs"] == document
    assert listed(service, search="seq") == [], "people see their own walkers only"
    with working():
        answer = admin.wait(due(house, "seq", admin).id)
    assert answer["status"] == "SUCCESS"
    assert answer["result"]["greeting"] == "hello"
    assert answer["result"]["said_hello"]["errors"] == ["nope not a valid API"]


def test_a_sequence_that_crashes_is_a_failure_as_it_was(house: House, admin: Service, working: Working) -> None:
    document = {"requests": [{"method": "JAC", "api": "x", "save_to": "{{#.missing}}"}]}
    admin.post("js_admin/add_scheduled_sequence", {"name": "crash", "schedule": {}, "body": document})

    with working():
        answer = admin.wait(due(house, "crash", admin).id)

    assert answer["status"] == "FAILURE"


def test_lists_are_by_name_in_pieces(service: Service) -> None:
    for letter in "cab":
        assert add(service, f"piece {letter}") == CREATED

    def names(**asked: Any) -> list[str]:
        return [each["name"][-1] for each in listed(service, search="PIECE", **asked)]

    assert names() == ["c", "b", "a"]
    assert names(asc=True, limit=2) == ["a", "b"]
    assert names(limit=1, offset="1") == ["b"]
    assert names(limit=0) == []
    assert listed(service, search="100%") == []
    assert len(listed(service)) == 10
    for odd in ({"limit": -1}, {"limit": "many"}, {"offset": 1 << 70}, {"asc": 3}, {"search": 4}):
        assert service.post("js/get_scheduled_queues", odd).json["success"] is False


def test_who_sees_and_deletes_what(house: House, service: Service, other: Service, admin: Service) -> None:
    add(service, "mine")
    queue = one(service, "mine")
    gone = {"scheduled_queue_id": queue["id"]}

    assert listed(other, search="mine") == []
    assert one(admin, "mine") == queue
    refused = other.post("js/delete_scheduled_queue", gone).json
    assert refused == f"Scheduled Queue with id({queue['id']}) is not existing!"
    assert service.post("js/delete_scheduled_queue", gone).json == (
        f"Scheduled Queue with id({queue['id']}) is deleted successfully!"
    )
    assert listed(service, search="mine") == []
    for unknown in (999_999, "abc"):
        answer = service.post("js/delete_scheduled_queue", {"scheduled_queue_id": unknown}).json
        assert answer == f"Scheduled Queue with id({unknown}) is not existing!"
    assert service.post("js/delete_scheduled_queue").json["success"] is False


def test_what_goes_on_while_its_schedule_is_deleted_goes_on(house: House, service: Service, working: Working) -> None:
    add(service, "going on", wlk="slow")
    queue = one(service, "going on")
    run = due(house, "going on", service)

    answer = service.post("js/delete_scheduled_queue", {"scheduled_queue_id": queue["id"]}).json
    assert "deleted" in answer
    assert listed(service, search="going on") == []
    assert house.assembly.store.tasks.get(run.task_id, tenant_id=None).schedule is None
    assert service.check(run.id)["status"] == "PENDING"


def test_another_way_in_changes_it_and_the_list_tells(house: House, service: Service) -> None:
    add(service, "changed", {"type": "interval", "conf": {"every": 60, "period": "seconds"}})
    task, principal = task_of(house, one(service, "changed")), house.principal("ada@example.org")
    assert one(service, "changed")["schedule"]["conf"] == {"every": 60, "period": "seconds"}
    daily = Schedule(Cron("5 4 * * mon", "Europe/Berlin"))
    draft = TaskDraft("other", "walker", {"walker": "divide"}, schedule=daily)

    house.assembly.windrow.tasks.change(principal, task.id, draft)

    queue = one(service, "changed")
    assert queue["schedule"]["type"] == "crontab"
    assert queue["schedule"]["conf"]["minute"] == "5"
    assert queue["schedule"]["conf"]["timezone"] == "Europe/Berlin"
    assert queue["kwargs"] == {"wlk": "divide", "ctx": {}, "mst": f"urn:uuid:{task.owner_id}"}


def test_a_walker_that_is_gone_has_the_answer_it_had(house: House, service: Service, working: Working) -> None:
    principal = house.principal("ada@example.org")
    task = house.assembly.windrow.tasks.create(principal, TaskDraft("gone", "walker", {"walker": "gone"}))
    run = house.assembly.windrow.tasks.start(principal, task.id, due=house.assembly.clock())

    with working():
        answer = service.wait(run.id)

    assert answer["status"] == "SUCCESS"
    assert answer["result"] == {"report": [], "success": False, "errors": ["Walker gone not found!"]}


def test_viewers_schedule_nothing(house: House) -> None:
    house.user("vera@example.org", role=Role.VIEWER)
    vera = signed_in(house, "vera@example.org")

    asked = {"name": "v", "schedule": {}, "body": {"wlk": "hello"}}
    assert vera.post("js/add_scheduled_walker", asked).status == 403
    assert listed(vera) == []
