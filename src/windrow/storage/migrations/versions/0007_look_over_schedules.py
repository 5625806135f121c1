"""Look over schedules."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("runs", schema=None) as batch_op:
        batch_op.create_index(
            "ix_runs_due_id",
            ["due", "id"],
            unique=False,
            sqlite_where=sa.text("due IS NOT NULL"),
            postgresql_where=sa.text("due IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_runs_tenant_id_due_id",
            ["tenant_id", "due", "id"],
            unique=False,
            sqlite_where=sa.text("due IS NOT NULL"),
            postgresql_where=sa.text("due IS NOT NULL"),
        )

    with op.batch_alter_table("tasks", schema=None) as batch_op:
        batch_op.create_index(
            "ix_tasks_kind_next_due_id",
            ["kind", "next_due", "id"],
            unique=False,
            sqlite_where=sa.text("next_due IS NOT NULL"),
            postgresql_where=sa.text("next_due IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_tasks_paused_kind_id",
            ["kind", "id"],
            unique=False,
            sqlite_where=sa.text("json_extract(schedule, '$.enabled') = 0"),
            postgresql_where=sa.text("(schedule ->> 'enabled') = 'false'"),
        )
        batch_op.create_index(
            "ix_tasks_paused_tenant_id_kind_id",
            ["tenant_id", "kind", "id"],
            unique=False,
            sqlite_where=sa.text("json_extract(schedule, '$.enabled') = 0"),
            postgresql_where=sa.text("(schedule ->> 'enabled') = 'false'"),
        )
        batch_op.create_index(
            "ix_tasks_tenant_id_kind_next_due_id",
            ["tenant_id", "kind", "next_due", "id"],
            unique=False,
            sqlite_where=sa.text("next_due IS NOT NULL"),
            postgresql_where=sa.text("next_due IS NOT NULL"),
        )
