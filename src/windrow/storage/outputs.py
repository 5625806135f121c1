"""Outputs: the files that runs made; the bytes themselves lie in the blob store."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import select

from windrow.model.runs import Output
from windrow.storage.database import Database
from windrow.storage.moves import need_held
from windrow.storage.tables import outputs
from windrow.storage.upserts import insert_or_replace


class RunOutputs:
    """The part of the port `Runs` that keeps the list of files."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add_output(self, output: Output, attempt: int) -> str | None:
        """Notes a file; returns the blob that it replaced, which nobody needs any more."""
        this = (outputs.c.run_id == output.run_id, outputs.c.name == output.name)
        with self._database.write() as connection:
            need_held(connection, output.run_id, attempt)
            replaced = connection.scalar(select(outputs.c.blob).where(*this))
            insert_or_replace(connection, outputs, asdict(output))
        return None if replaced == output.blob else replaced

    def list_outputs(self, run_id: str) -> Sequence[Output]:
        """A run's files by name."""
        statement = select(outputs).where(outputs.c.run_id == run_id).order_by(outputs.c.name)
        with self._database.read() as connection:
            return [Output(**row._mapping) for row in connection.execute(statement)]
