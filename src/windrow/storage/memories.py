"""Memories: what runs remember from one attempt to the next, encrypted, because answers hold tokens and passwords."""

import json
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Select, select

from windrow.model.runs import RunState
from windrow.storage.database import Database
from windrow.storage.moves import HELD_BY, raise_why_fenced
from windrow.storage.secrets import Vault
from windrow.storage.tables import run_memories, runs
from windrow.storage.upserts import insert_or_replace


class SqlMemories:
    """The port `Memories` on either database."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    def keep(self, run_id: str, attempt: int, entries: Mapping[str, Any]) -> None:
        """Keeps values under their names, fenced by the attempt."""
        rows = [
            {"run_id": run_id, "name": name, "sealed": self._seal(run_id, name, value)}
            for name, value in entries.items()
        ]
        if not rows:
            return
        with self._database.write() as connection:
            if connection.scalar(_HELD, {"this_run": run_id, "this_attempt": attempt}) is None:
                raise_why_fenced(connection, run_id, attempt)
            insert_or_replace(connection, run_memories, *rows)

    def all(self, run_id: str) -> Mapping[str, Any]:
        """All that the run remembers."""
        return self._read(run_id, select(run_memories).where(run_memories.c.run_id == run_id))

    def some(self, run_id: str, names: Collection[str]) -> Mapping[str, Any]:
        """What it remembers under these names."""
        own = run_memories.c.run_id == run_id
        return self._read(run_id, select(run_memories).where(own, run_memories.c.name.in_(sorted(names))))

    def _read(self, run_id: str, statement: Select[Any]) -> dict[str, Any]:
        with self._database.read() as connection:
            rows = connection.execute(statement).all()
        return {row.name: self._open(run_id, row.name, row.sealed) for row in rows}

    def _seal(self, run_id: str, name: str, value: Any) -> bytes:
        return self._vault.seal_text(json.dumps(value), place=place_of(run_id, name))

    def _open(self, run_id: str, name: str, sealed: bytes) -> Any:
        return json.loads(self._vault.open_text(sealed, place=place_of(run_id, name)))


def place_of(run_id: str, name: str) -> str:
    """What a value kept here is bound to."""
    return f"run_memories:{run_id}:{name}"


_HELD = select(runs.c.id).where(HELD_BY, runs.c.state == RunState.RUNNING).with_for_update()
