"""Runs that wait for runs."""

import sqlalchemy as sa
from alembic import op

from windrow.storage import types

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "run_steps",
        sa.Column("run_id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("child_id", sa.String(length=36), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=True),
        sa.Column("error", types.CleanText(), server_default="", nullable=False),
        sa.Column("own", sa.Boolean(), nullable=False),
        sa.Column("begun_at", types.UtcTime(), nullable=False),
        sa.Column("ended_at", types.UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(["child_id"], ["runs.id"], name=op.f("fk_run_steps_child_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_run_steps_run_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_id", "name", name=op.f("pk_run_steps")),
    )
    with op.batch_alter_table("run_steps", schema=None) as batch_op:
        batch_op.create_index("ix_run_steps_child_id", ["child_id"], unique=False)

    with op.batch_alter_table("runs", schema=None) as batch_op:
        batch_op.add_column(sa.Column("awaits", sa.Boolean(), nullable=True))
        batch_op.create_index(
            "ix_runs_awaiting",
            ["state", "ready_at"],
            unique=False,
            sqlite_where=sa.text("awaits AND state = 'waiting'"),
            postgresql_where=sa.text("awaits AND state = 'waiting'"),
        )

    with op.batch_alter_table("tasks", schema=None) as batch_op:
        batch_op.add_column(sa.Column("part_of", sa.String(length=36), nullable=True))
        batch_op.create_index(
            "ix_tasks_part_of",
            ["part_of"],
            unique=False,
            sqlite_where=sa.text("part_of IS NOT NULL"),
            postgresql_where=sa.text("part_of IS NOT NULL"),
        )
