"""How kinds come in from other packages: by their entry points."""

from typing import Any

import structlog

from windrow.ports.visitors import visitors
from windrow.ports.work import WorkKind

log = structlog.get_logger()

SOURCE_KINDS = "windrow.source_kinds"
WORK_KINDS = "windrow.work_kinds"
TARGET_KINDS = "windrow.target_kinds"
WALKERS = "windrow.walkers"


def place_of(kind: WorkKind) -> str:
    """Where a kind that did not enter by an entry point is loaded from."""
    return f"{type(kind).__module__}:{type(kind).__qualname__}"


def load_kinds(group: str) -> list[Any]:
    """Those of an entry point group, made. One that cannot be loaded is left out, and the log says why."""
    kinds = []
    for entry in visitors(group):
        try:
            kinds.append(entry.load()())
        except Exception:
            # A visitor that cannot come in must not keep the house shut.
            log.exception("kind could not be loaded", kind=entry.name, package=entry.value)
    return kinds
