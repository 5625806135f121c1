"""How kinds come in from other packages: by their entry points."""

from collections.abc import Iterable, Mapping
from importlib.metadata import EntryPoint, EntryPoints, entry_points
from typing import Any

import structlog

from windrow.ports.work import WorkKind

log = structlog.get_logger()

SOURCE_KINDS = "windrow.source_kinds"
WORK_KINDS = "windrow.work_kinds"
TARGET_KINDS = "windrow.target_kinds"
WALKERS = "windrow.walkers"


def place_of(kind: WorkKind) -> str:
    """Where a kind that did not enter by an entry point is loaded from."""
    return f"{type(kind).__module__}:{type(kind).__qualname__}"


def find_entries() -> Mapping[str, EntryPoints]:
    """What installed packages bring, by group: every package is looked into, once for all groups."""
    everything = entry_points()
    return {each: everything.select(group=each) for each in (SOURCE_KINDS, WORK_KINDS, TARGET_KINDS, WALKERS)}


def load_kinds(entries: Iterable[EntryPoint]) -> list[Any]:
    """Those that entry points lead to, made. One that cannot be loaded is left out, and the log says why."""
    kinds = []
    for entry in entries:
        try:
            kinds.append(entry.load()())
        except Exception:
            # A visitor that cannot come in must not keep the house shut.
            log.exception("kind could not be loaded", kind=entry.name, package=entry.value)
    return kinds
