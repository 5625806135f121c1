"""Keep what protocols said."""

import sqlalchemy as sa
from alembic import op

from windrow.storage import types

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "face_limits",
        sa.Column("face", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("face", "name", name=op.f("pk_face_limits")),
    )
    op.create_table(
        "task_notes",
        sa.Column("task_id", sa.String(length=36), nullable=False),
        sa.Column("face", sa.String(length=32), nullable=False),
        sa.Column("word", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("said", types.Json(), nullable=False),
        sa.Column("request", sa.LargeBinary(), nullable=True),
        sa.Column("noted_at", types.UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_task_notes_task_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("task_id", "face", name=op.f("pk_task_notes")),
        sa.UniqueConstraint("request", name=op.f("uq_task_notes_request")),
    )
    op.create_table(
        "run_notes",
        sa.Column("run_id", sa.String(length=36), nullable=False),
        sa.Column("face", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("text", types.CleanText(), nullable=False),
        sa.Column("noted_at", types.UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_run_notes_run_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_id", "face", name=op.f("pk_run_notes")),
    )
    with op.batch_alter_table("tasks", schema=None) as batch_op:
        batch_op.create_index("ix_tasks_owner_id_id", ["owner_id", "id"], unique=False)
