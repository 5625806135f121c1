"""How a task is shown: where its page is, how it stands, and what its runs took."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson

from windrow.console.views.runs import Bar, history_of
from windrow.core.agenda.looking import Listed, by_hand, source_of
from windrow.core.closing import Wait
from windrow.core.scheduling import SOURCE_WORK
from windrow.core.windrow import Windrow
from windrow.model.accounts import Principal
from windrow.model.runs import Run, RunState
from windrow.model.schedules import Schedule
from windrow.model.tasks import Task
from windrow.ports.work import WorkKind

HISTORY = 30

NAMES = {"ogc": "OGC", "arcgis": "ArcGIS"}
"""Words of kinds' names that are written in their own way."""


@dataclass(frozen=True, slots=True)
class Row:
    """A task in a list. `place` is where people look at it and change it, `wait` the closed host that it is due at."""

    task: Task
    last_run: Run | None
    place: str
    wait: Wait | None = None

    @property
    def schedule(self) -> Schedule | None:
        """Its schedule."""
        return self.task.schedule

    @property
    def paused(self) -> bool:
        """Whether it has a schedule that is switched off."""
        return self.task.schedule is not None and not self.task.schedule.enabled


@dataclass(frozen=True, slots=True)
class Facts:
    """What its last runs tell: bars, how many ended well, and how long one usually takes."""

    bars: Sequence[Bar]
    runs: int
    well: int
    lasting: timedelta | None


def row_of(listed: Listed) -> Row:
    """A task as it stands in a list."""
    return Row(listed.task, listed.last_run, place_of(listed.task), listed.wait)


def place_of(task: Task) -> str:
    """The page of a task: its source's where it belongs to one."""
    number = source_of(task)
    return f"/tasks/{task.id}" if number is None or by_hand(task) else f"/sources/{number}"


def facts_of(windrow: Windrow, principal: Principal, task: Task) -> Facts:
    """What the last runs of a task tell."""
    runs = windrow.runs.page(principal, task_id=task.id, limit=HISTORY).items
    ended = [each for each in runs if each.state.is_terminal and each.state is not RunState.SKIPPED]
    well = sum(each.state is RunState.SUCCEEDED for each in ended)
    return Facts(history_of(runs), len(ended), well, windrow.agenda.lasting(principal, task.id))


def kinds_by_hand(windrow: Windrow) -> list[WorkKind]:
    """The kinds of work that people make tasks of, by title."""
    kinds = [kind for name, kind in windrow.kinds.work.items() if name not in SOURCE_WORK]
    return sorted(kinds, key=lambda kind: title_of(kind).casefold())


def title_of(kind: WorkKind) -> str:
    """A kind of work for people: the title of its schema, or else its name in words."""
    title = str(kind.schema.get("title", "")).strip() or str(getattr(kind, "title", "")).strip()
    first, *others = kind.name.split("_")
    return title or " ".join([NAMES.get(first, first.capitalize()), *(NAMES.get(each, each) for each in others)])


def about(kind: WorkKind) -> str:
    """What a kind of work does, in the words of its schema or of its code."""
    told = str(kind.schema.get("description", "")).strip()
    return (told or (type(kind).__doc__ or "").strip().partition("\n\n")[0]).replace("`", "")


def parameters_of(task: Task, schema: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Name, title and value of each parameter, for reading."""
    rules: Mapping[str, Mapping[str, Any]] = schema.get("properties", {})
    return [
        (name, str(rules.get(name, {}).get("title", name)), _brief(value, rules.get(name, {})))
        for name, value in task.parameters.items()
    ]


def _brief(value: object, rule: Mapping[str, Any]) -> str:
    if rule.get("writeOnly") or rule.get("format") == "password":
        return "•••"
    match value:
        case bool():
            return "yes" if value else "no"
        case str() | int() | float():
            return str(value)
        case _:
            return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()
