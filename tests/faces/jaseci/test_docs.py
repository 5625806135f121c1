"""What the pages say of Jaseci's API: every route is in the table, and the examples are right."""

import json
import re
from datetime import UTC, datetime
from types import SimpleNamespace

from fastapi.routing import APIRoute

from samples.servers.process import ROOT
from windrow.faces.jaseci import queue, scheduling, signing, walking
from windrow.faces.jaseci.arguments import read_walker
from windrow.faces.jaseci.schedules import read_schedule
from windrow.ports.walkers import walkers_in

REFERENCE = (ROOT / "docs" / "reference" / "jaseci.md").read_text()
MOVING = (ROOT / "docs" / "doing" / "moving-from-jaseci.md").read_text()


def told_routes() -> set[str]:
    told = set()
    for paths in re.findall(r"^\| (`/.+?) \| (?:GET|POST)", REFERENCE, re.MULTILINE):
        first, *others = re.findall(r"`([^`]+)`", paths)
        told |= {first, *(each.replace("/js_admin/…", first.replace("/js/", "/js_admin/")) for each in others)}
    return told


def test_every_route_is_in_the_table() -> None:
    routers = [each.router for each in (queue, scheduling, signing, walking)]
    served = {each.path for router in routers for each in router.routes if isinstance(each, APIRoute)}

    assert told_routes() == served - {"/user/token"}


def test_the_example_of_a_scheduled_walker_is_understood() -> None:
    (text,) = re.findall(r"```json\n(.+?)```", REFERENCE, re.DOTALL)
    asked = json.loads(text)

    read = read_schedule(asked["schedule"], now=datetime(2026, 1, 1, tzinfo=UTC), everything=False)

    assert read.schedule.describe() == "at 02:30 every day, UTC"
    assert read_walker(asked["body"]).walker == "tidy"


def test_the_examples_of_walkers_are_walkers() -> None:
    first, second = re.findall(r"```python\n(.+?)```", MOVING, re.DOTALL)
    names: dict[str, object] = {}

    exec(first + second, names)

    assert [each.name for each in walkers_in(SimpleNamespace(**names))] == ["tidy", "shop.tasks.remind"]
