"""Periodic tasks of a real django-celery-beat, taken over from its databases and from dumps of them."""

import json
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url

from samples.servers.daemon import program
from samples.servers.postgres import BINARIES, Postgres
from samples.servers.process import ROOT, interpreter
from tests.cli.conftest import Windrow

MASTER = "d6851f2a-e4a1-4fca-b582-9db5e146af59"
DOCUMENT: dict[str, Any] = {"requests": [{"method": "GET", "api": "http://127.0.0.1:9/", "save_to": "a"}]}

WALKERS = """
from windrow.ports.walkers import Walk, walker

@walker("hello", schema={"type": "object", "properties": {"name": {"type": "string", "default": "world"}}})
def hello(walk: Walk) -> None:
    walk.report(walk.context["name"])

@walker("proj.tasks.add")
def add(walk: Walk) -> None:
    walk.report(sum(walk.context["args"]))
"""

ROWS: list[dict[str, Any]] = [
    {
        "name": "hello, every 2 hours",
        "task": "jaseci.svc.task.common.ScheduledWalker",
        "kwargs": json.dumps(
            {"name": "hello", "ctx": {"name": "x"}, "nd": "active:graph", "snt": "active:sentinel", "mst": MASTER}
        ),
        "interval": {"every": 2, "period": "hours"},
        "last_run_at": "2026-01-01T00:17:00Z",
        "total_run_count": 12,
    },
    {
        "name": "sequence at six",
        "task": "jaseci.extens.svc.tasks.ScheduledSequence",
        "kwargs": json.dumps(DOCUMENT),
        "crontab": {"minute": "0", "hour": "6", "timezone": "Europe/Berlin"},
        "start_time": "2026-01-01T00:00:00Z",
        "expires": "2099-01-01T00:00:00Z",
    },
    {
        "name": "add at sunset",
        "task": "proj.tasks.add",
        "args": "[2, 3]",
        "kwargs": '{"more": 1}',
        "solar": {"event": "sunset", "latitude": "52.520000", "longitude": "13.400000"},
        "queue": "mail",
        "priority": 3,
        "headers": '{"x": "y"}',
        "expire_seconds": 60,
    },
    {
        "name": "once",
        "task": "proj.tasks.add",
        "clocked": {"clocked_time": "2098-05-06T07:08:09Z"},
        "one_off": True,
        "queue": "default",
    },
    {
        "name": "has been",
        "task": "proj.tasks.add",
        "interval": {"every": 3, "period": "days"},
        "one_off": True,
        "total_run_count": 1,
    },
    {
        "name": "switched off",
        "task": "proj.tasks.other",
        "crontab": {"minute": "*/5", "day_of_week": "mon-fri", "timezone": "Europe/Berlin"},
        "enabled": False,
    },
    {"name": "unknown", "task": "proj.tasks.unknown", "interval": {"every": 1, "period": "minutes"}},
    {"name": "too fast", "task": "proj.tasks.add", "interval": {"every": 10, "period": "microseconds"}},
    {"name": "past", "task": "proj.tasks.add", "clocked": {"clocked_time": "2001-01-01T00:00:00Z"}, "one_off": True},
    {"name": "no list", "task": "proj.tasks.add", "args": "{2}", "interval": {"every": 1, "period": "hours"}},
    {"name": "no schedule", "task": "proj.tasks.add"},
    {"name": "celery.backend_cleanup", "task": "celery.backend_cleanup", "crontab": {"minute": "0", "hour": "4"}},
]

TOOK = ("hello, every 2 hours", "sequence at six", "add at sunset", "once", "has been", "switched off")


@dataclass(frozen=True, slots=True)
class Beat:
    """The same rows in each of the places that they can be read from."""

    sqlite: Path
    postgresql: str
    dumpdata: Path
    pg_dump: Path


def make_rows(folder: Path, database: dict[str, str]) -> None:
    command = [str(interpreter("beat")), str(ROOT / "samples" / "servers" / "beat_rows_child.py"), json.dumps(database)]
    environment = {"PYTHONPATH": str(folder), "PATH": "/usr/bin:/bin"}
    subprocess.run(command, input=json.dumps(ROWS), text=True, cwd=folder, check=True, env=environment)


@pytest.fixture(scope="module")
def beat(tmp_path_factory: pytest.TempPathFactory, postgres_server: Postgres) -> Iterator[Beat]:
    lite, post = tmp_path_factory.mktemp("lite"), tmp_path_factory.mktemp("post")
    make_rows(lite, {"ENGINE": "django.db.backends.sqlite3", "NAME": "beat.sqlite"})
    for part in Path(psycopg.__file__).parent.parent.glob("psycopg*"):
        (post / part.name).symlink_to(part)  # Django needs a driver for PostgreSQL; ours will do
    text = postgres_server.new_database()
    url = make_url(text)
    names = {"NAME": url.database, "USER": url.username, "HOST": url.host, "PORT": str(url.port)}
    make_rows(post, {"ENGINE": "django.db.backends.postgresql", **{key: str(name) for key, name in names.items()}})
    plain = text.replace("+psycopg", "")
    with (post / "beat.sql").open("wb") as file:
        subprocess.run([program("pg_dump", "postgresql", also_in=BINARIES), plain], stdout=file, check=True)
    yield Beat(lite / "beat.sqlite", plain, lite / "dump.json", post / "beat.sql")
    postgres_server.drop_database(text)


@pytest.fixture(autouse=True)
def _walkers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "walkers"
    folder.mkdir()
    (folder / "mine.py").write_text(WALKERS)
    monkeypatch.setenv("WINDROW_WALKER_FOLDERS", str(folder))


STANDS_FOR = "proj.tasks.other=proj.tasks.add"


def bring(windrow: Windrow, what: object, *options: object) -> dict[str, dict[str, Any]]:
    """Takes them over; one of them at least is refused each time."""
    ended = windrow("import", "celery-beat", what, "--task", STANDS_FOR, *options, "--json")
    assert ended.code == 1, ended.err
    return {each["name"]: each for each in ended.json}


def task(windrow: Windrow, taken: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = windrow("tasks", "show", taken["task_id"], "--json").json
    return found


def change(beat: Beat, folder: Path, *statements: str) -> Path:
    """A copy of the SQLite file in which something changed."""
    path = folder / "changed.sqlite"
    shutil.copy(beat.sqlite, path)
    with closing(sqlite3.connect(path)) as connection, connection:
        for each in statements:
            connection.execute(each)
    return path


def test_what_becomes_of_each(windrow: Windrow, beat: Beat) -> None:
    found = bring(windrow, beat.sqlite)

    assert {name: each["state"] for name, each in found.items()} == {
        **dict.fromkeys(TOOK, "imported"),
        **dict.fromkeys(("unknown", "too fast", "past", "no list", "no schedule"), "refused"),
        "celery.backend_cleanup": "unneeded",
    }
    told = {
        "hello, every 2 hours": MASTER,
        "sequence at six": "Europe/Berlin",
        "add at sunset": "no worker here serves mail; without its priority 3",
        "has been": "has run there",
        "unknown": "--task proj.tasks.unknown=WALKER",
        "too fast": "schedule.conf.every",
        "past": "no moment is left",
        "no list": "its args are no JSON",
        "no schedule": "it has no schedule",
    }
    assert [name for name, words in told.items() if words not in found[name]["notes"]] == []
    assert found["once"]["notes"] == found["switched off"]["notes"] == ""

    hello = task(windrow, found["hello, every 2 hours"])
    assert (hello["kind"], hello["parameters"]) == ("walker", {"walker": "hello", "context": {"name": "x"}})
    assert hello["schedule"]["trigger"]["every_seconds"] == 7200
    assert hello["schedule"]["trigger"]["anchor"] == "2026-01-01T00:17:00Z"
    assert (hello["schedule"]["overlap"], hello["schedule"]["pause_after"]) == ("allow", 0)
    six = task(windrow, found["sequence at six"])
    assert (six["kind"], six["parameters"]) == ("sequence", {"document": DOCUMENT, "dialect": "compat"})
    assert (six["schedule"]["trigger"]["expression"], six["schedule"]["trigger"]["zone"]) == ("0 6 * * *", "UTC")
    assert (six["schedule"]["start"], six["schedule"]["end"]) == ("2026-01-01T00:00:00Z", "2099-01-01T00:00:00Z")
    sunset = task(windrow, found["add at sunset"])
    assert sunset["parameters"] == {"walker": "proj.tasks.add", "context": {"more": 1, "args": [2, 3]}}
    assert (sunset["queue"], sunset["priority"]) == ("default", 0)
    off = task(windrow, found["switched off"])["schedule"]
    assert (off["enabled"], off["trigger"]["dialect"], off["trigger"]["zone"]) == (False, "celery", "Europe/Berlin")
    assert found["once"]["next_due"] == "2098-05-06T07:08:09+00:00"
    assert found["has been"]["next_due"] is None


def test_every_place_says_the_same_and_nothing_changes(windrow: Windrow, beat: Beat) -> None:
    first = bring(windrow, beat.sqlite)

    for place in (beat.postgresql, beat.dumpdata, beat.pg_dump):
        again = bring(windrow, place)
        assert {name: (each["task_id"], each["schedule"]) for name, each in again.items()} == {
            name: (each["task_id"], each["schedule"]) for name, each in first.items()
        }
        assert {again[name]["state"] for name in TOOK} == {"unchanged"}


def test_a_dry_run_tells_and_writes_nothing(windrow: Windrow, beat: Beat) -> None:
    nowhere = windrow("import", "celery-beat", beat.sqlite, "--dry-run")
    windrow("users", "add", "ada")

    told = bring(windrow, beat.sqlite, "--dry-run")

    assert "there is no installation" in nowhere.err
    assert {told[name]["state"] for name in TOOK} == {"imported"}
    assert {each["task_id"] for each in told.values()} == {None}
    assert told["hello, every 2 hours"]["next_due"] is not None
    assert windrow("tasks", "list", "--json").json == []


def test_what_changed_there_is_taken_over_and_what_changed_here_stays(
    windrow: Windrow, beat: Beat, tmp_path: Path
) -> None:
    first = bring(windrow, beat.sqlite, "--paused")
    assert {each["next_due"] for each in first.values()} == {None}
    path = change(
        beat,
        tmp_path,
        "UPDATE django_celery_beat_intervalschedule SET every = 3 WHERE period = 'hours'",
        "UPDATE django_celery_beat_periodictask SET last_run_at = '2026-02-01 00:00:00', total_run_count = 99",
        "UPDATE django_celery_beat_periodictask SET enabled = 1 WHERE name = 'switched off'",
    )

    again = bring(windrow, path)

    states = {name: again[name]["state"] for name in TOOK}
    assert states == {**dict.fromkeys(TOOK, "unchanged"), TOOK[0]: "updated", "switched off": "updated"}
    hello = task(windrow, again[TOOK[0]])["schedule"]
    assert (hello["trigger"]["every_seconds"], hello["enabled"]) == (10800, False), "as it was switched here"
    assert hello["trigger"]["anchor"] == "2026-01-01T00:17:00Z"
    assert task(windrow, again["switched off"])["schedule"]["enabled"] is True, "as it was switched there"


def test_users_for_masters_and_queues_and_priorities(
    windrow: Windrow, beat: Beat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WINDROW_QUEUES", "default,mail")
    windrow("users", "add", "ada")
    (user,) = [each for each in windrow("users", "list", "--json").json if each["name"] == "ada"]
    options = ("--master", f"urn:uuid:{MASTER}=ada", "--priorities", "redis")

    found = bring(windrow, beat.sqlite, *options)

    hello, sunset = task(windrow, found[TOOK[0]]), task(windrow, found["add at sunset"])
    assert hello["owner_id"] == user["id"]
    assert found[TOOK[0]]["notes"] == ""
    assert (sunset["queue"], sunset["priority"]) == ("mail", -3)


UNREADABLE = [
    ("{folder}/nothing", "neither a file nor a URL"),
    ("{folder}/walkers/mine.py", "holds no periodic tasks"),
    ("sqlite:////nowhere/at/all", "names no file"),
    ("mysql://ada:hush@127.0.0.1/beat", "only sqlite and postgresql"),
    ("postgresql://ada:hush@127.0.0.1:9/beat", "cannot be read"),
    ("://", "is no URL of a database"),
]


@pytest.mark.parametrize(("what", "told"), UNREADABLE)
def test_what_cannot_be_read(windrow: Windrow, tmp_path: Path, what: str, told: str) -> None:
    ended = windrow("import", "celery-beat", what.format(folder=tmp_path))

    assert ended.code == 2
    assert told in ended.err
    assert "hush" not in ended.err


def test_options_that_are_none(windrow: Windrow, beat: Beat) -> None:
    refused = [
        ("--task", "a", "--task: 'a' must be two names"),
        ("--master", "x=admin", "is no id of a master"),
        ("--master", f"{MASTER}=nobody", "there is no user 'nobody'"),
        ("--priorities", "kafka", "must be redis or rabbitmq"),
    ]
    for option, value, told in refused:
        ended = windrow("import", "celery-beat", beat.dumpdata, option, value)
        assert (ended.code, told in ended.err) == (2, True), ended.err
