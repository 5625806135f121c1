"""Run for moments that passed; leave hosts alone at hours."""

import sqlalchemy as sa
from alembic import op

from windrow.storage import types

revision = "0007"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "host_hours",
        sa.Column("host", sa.String(length=255), nullable=False),
        sa.Column("blackouts", types.Json(), nullable=False),
        sa.Column("changed_at", types.UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_host_hours")),
    )
    with op.batch_alter_table("runs", schema=None) as batch_op:
        batch_op.add_column(sa.Column("backfill", sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column("rerun_of", sa.String(length=36), nullable=True))
        batch_op.create_index(
            "ix_runs_task_id_due",
            ["task_id", "due"],
            unique=False,
            sqlite_where=sa.text("due IS NOT NULL"),
            postgresql_where=sa.text("due IS NOT NULL"),
        )
