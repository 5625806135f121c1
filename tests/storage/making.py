"""Making: rows that the storage tests begin with."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert

from windrow.model.identity import new_id
from windrow.model.runs import Cause, Run, RunState
from windrow.storage.database import Database
from windrow.storage.tables import tasks, tenants, users

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LEASE = timedelta(seconds=30)
TENANT = "00000000-0000-7000-8000-000000000001"
OTHER_TENANT = "00000000-0000-7000-8000-000000000002"
OWNER = "00000000-0000-7000-8000-000000000003"
TASK = "00000000-0000-7000-8000-000000000004"


def add_basics(database: Database) -> None:
    """Two tenants, an owner and a task."""
    with database.write() as connection:
        for number, tenant in enumerate((TENANT, OTHER_TENANT)):
            connection.execute(insert(tenants).values(id=tenant, name=f"team {number}", created_at=NOW))
        connection.execute(
            insert(users).values(
                id=OWNER,
                tenant_id=TENANT,
                name="ada",
                role="operator",
                password_hash="",
                active=True,
                must_change_password=False,
                created_at=NOW,
            )
        )
        add_task(connection, TASK)


def add_task(connection: Connection, task_id: str, *, tenant_id: str = TENANT, kind: str = "harvest") -> None:
    """A task without a schedule."""
    connection.execute(
        insert(tasks).values(
            id=task_id,
            tenant_id=tenant_id,
            owner_id=OWNER,
            name="a task",
            kind=kind,
            parameters={},
            queue="default",
            priority=0,
            limits=[],
            retry={"attempts": 1, "first": 2.0, "longest": 300.0},
            created_at=NOW,
            changed_at=NOW,
        )
    )


def a_run(**changes: Any) -> Run:
    """A queued run of the task."""
    values: dict[str, Any] = {
        "id": new_id(),
        "task_id": TASK,
        "kind": "harvest",
        "name": "a task",
        "tenant_id": TENANT,
        "owner_id": OWNER,
        "state": RunState.QUEUED,
        "cause": Cause.REQUEST,
        "parameters": {"depth": 2},
        "created_at": NOW,
        "ready_at": NOW,
    }
    return Run(**values | changes)
