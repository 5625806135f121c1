"""Notes: what a protocol said of a task or a run that our own words do not hold, kept so that it is given back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from windrow.model.tasks import Task


@dataclass(frozen=True, slots=True)
class TaskNote:
    """What one protocol said of a task.

    face      whose words these are
    word      its word for this kind of task
    subject   what the task is about, as its lists ask for it; "" where nothing is
    said      everything else, as it was said
    """

    face: str
    word: str
    subject: str = ""
    said: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NotedTask:
    """A task, its owner's name, and what a protocol said of it: None for a task that was made elsewhere."""

    task: Task
    owner: str
    note: TaskNote | None = None


@dataclass(frozen=True, slots=True)
class RunNote:
    """What a client said of a run: a state and a text in its protocol's words. Our own record is not touched by it."""

    run_id: str
    face: str
    state: str
    text: str
    noted_at: datetime


@dataclass(frozen=True, slots=True)
class Quota:
    """At most so many active tasks of one word: of one owner, or of the whole team. `name` tells which it is."""

    name: str
    word: str
    most: int
    of_team: bool = False


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Which tasks without a note are shown under a word: those of a kind, or those whose parameter `type` is it."""

    word: str
    kind: str
    by_parameter: bool = False


@dataclass(frozen=True, slots=True)
class NotedListing:
    """Which tasks a list shows, the oldest first, and which part of it. None does not narrow.

    words      of these only
    elsewhere  what the tasks without a note are called; tasks of other kinds are not shown
    subject    about this only: as notes spell it, and as our parameter `item` does
    offset     how many come before; the list is asked for by position
    """

    face: str
    owner_id: str | None
    tenant_id: str | None
    elsewhere: Sequence[Elsewhere]
    words: frozenset[str] | None = None
    subject: tuple[str, str] | None = None
    active: bool | None = None
    offset: int = 0
    limit: int = 100
