"""Reconciling: after a pass, whether the remote, the run and the tables agree, and since when they do not."""

from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select, update

from windrow.model.reconciliation import Difference, Tallied, compare
from windrow.model.resources import Presence
from windrow.ports.runs import Ending
from windrow.storage.tables import resources, sources


def reconcile(
    connection: Connection, run_id: str, source_id: int, tallied: Tallied, ending: Ending, *, now: datetime
) -> Ending:
    """Keeps on the source whether the counts differ; the ending with what was found in its result, if anything was.

    To be called when what the pass found absent is settled and the source's own count is written.
    """
    this = sources.c.id == source_id
    local, kept = connection.execute(select(sources.c.resources, sources.c.difference).where(this)).one()
    # Few, and found by the index of what is not present.
    missing = (resources.c.source_id == source_id, resources.c.presence == Presence.MISSING.value)
    held = connection.scalar(select(func.count()).select_from(resources).where(*missing)) or 0
    told = compare(tallied, local=local, held=held)
    since = now if kept is None else datetime.fromisoformat(kept["since"])
    found = Difference(**asdict(tallied), local=local, held=held, since=since, run_id=run_id) if told else None
    connection.execute(update(sources).where(this).values(difference=difference_to_json(found)))
    if not told and kept is None:
        return ending
    numbers: dict[str, Any] = {**asdict(tallied), "local": local, "held": held, "problem": "; ".join(told)}
    turned = "began" if told and kept is None else "ended" if kept is not None and not told else ""
    return replace(ending, result={**ending.result, "reconciliation": {**numbers, "turned": turned}})


def difference_to_json(difference: Difference | None) -> dict[str, Any] | None:
    """A difference as it is kept."""
    return None if difference is None else {**asdict(difference), "since": difference.since.isoformat()}


def difference_from_json(kept: dict[str, Any] | None) -> Difference | None:
    """The inverse."""
    return None if kept is None else Difference(**{**kept, "since": datetime.fromisoformat(kept["since"])})
