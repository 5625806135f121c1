"""Notes: what a run has going elsewhere, for the attempts that come after, and for whoever has to end it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, delete, select

from windrow.model.runs import RunState
from windrow.storage.database import Database
from windrow.storage.moves import HELD_BY, raise_why_fenced
from windrow.storage.tables import errand_notes, runs
from windrow.storage.upserts import insert_or_replace


class ErrandNotes:
    """The part of the port `Runs` that keeps a note of each run."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def read_note(self, run_id: str) -> Mapping[str, Any]:
        """A run's note; empty where there is none."""
        with self._database.read() as connection:
            return connection.scalar(_NOTE, {"this_run": run_id}) or {}

    def keep_note(self, run_id: str, attempt: int, note: Mapping[str, Any]) -> None:
        """Replaces a run's note; an empty one takes it away."""
        with self._database.write() as connection:
            held = connection.scalar(_HELD, {"this_run": run_id, "this_attempt": attempt})
            if held is None:
                raise_why_fenced(connection, run_id, attempt)
            if note:
                insert_or_replace(connection, errand_notes, {"run_id": run_id, "note": dict(note)})
            else:
                connection.execute(delete(errand_notes).where(errand_notes.c.run_id == run_id))


_NOTE = select(errand_notes.c.note).where(errand_notes.c.run_id == bindparam("this_run"))
# Also while it is being cancelled: what was begun just then is what has to be ended.
_HELD = select(runs.c.id).where(HELD_BY, runs.c.state.in_([RunState.RUNNING, RunState.CANCELLING])).with_for_update()
