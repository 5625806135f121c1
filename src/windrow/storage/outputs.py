"""Outputs: the files that runs made; the bytes themselves lie in the blob store."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import select

from windrow.model.runs import Output, RunState
from windrow.storage.database import Database
from windrow.storage.moves import HELD_BY, raise_why_fenced
from windrow.storage.tables import outputs, runs
from windrow.storage.upserts import insert_or_replace


class RunOutputs:
    """The part of the port `Runs` that keeps the list of files."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add_output(self, output: Output, attempt: int) -> str | None:
        """Notes a file; returns the blob that it replaced, which nobody needs any more."""
        this = (outputs.c.run_id == output.run_id, outputs.c.name == output.name)
        with self._database.write() as connection:
            held = connection.scalar(_GOES_ON, {"this_run": output.run_id, "this_attempt": attempt})
            if held is None:
                raise_why_fenced(connection, output.run_id, attempt)
            replaced = connection.scalar(select(outputs.c.blob).where(*this))
            insert_or_replace(connection, outputs, asdict(output))
        return None if replaced == output.blob else replaced

    def list_outputs(self, run_id: str) -> Sequence[Output]:
        """A run's files by name."""
        statement = select(outputs).where(outputs.c.run_id == run_id).order_by(outputs.c.name)
        with self._database.read() as connection:
            return [Output(**row._mapping) for row in connection.execute(statement)]


_GOES_ON = select(runs.c.id).where(HELD_BY, runs.c.state.in_([RunState.RUNNING, RunState.WAITING])).with_for_update()
