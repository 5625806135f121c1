"""What a run remembers is there for its next attempt, encrypted, and only the current attempt may write it."""

import pytest
from sqlalchemy import select

from tests.storage.making import LEASE, NOW, a_run
from windrow.errors import LeaseLost
from windrow.model.runs import Progress, RunState
from windrow.ports.runs import Ending
from windrow.storage.database import Database
from windrow.storage.memories import SqlMemories
from windrow.storage.runs import SqlRuns
from windrow.storage.secrets import KEY_BYTES, Vault
from windrow.storage.tables import run_memories

ENDED = Ending(RunState.SUCCEEDED, {}, "", Progress())


def test_memories_outlive_an_attempt_and_go_with_the_run(database: Database, runs: SqlRuns) -> None:
    memories, run = SqlMemories(database, Vault([b"k" * KEY_BYTES])), a_run()
    runs.add([run])
    runs.claim("ann", queues=["default"], now=NOW, lease=LEASE)

    memories.keep(run.id, 1, {"requests[0]": {"begun": True}, "requests[1]": {"token": "T0K3N"}})
    memories.keep(run.id, 1, {"requests[0]": {"status": 200}})
    with pytest.raises(LeaseLost):
        memories.keep(run.id, 2, {"requests[2]": 1})

    assert memories.all(run.id) == {"requests[0]": {"status": 200}, "requests[1]": {"token": "T0K3N"}}
    assert memories.some(run.id, ["requests[0]", "requests[7]"]) == {"requests[0]": {"status": 200}}
    assert memories.some(run.id, []) == {}
    with database.read() as connection:
        assert not any(b"T0K3N" in row.sealed for row in connection.execute(select(run_memories)))
    runs.finish(run.id, 1, ENDED, now=NOW)
    runs.delete(run.id, tenant_id=None)
    assert memories.all(run.id) == {}
