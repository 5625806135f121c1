"""Schedules, steps, reports and notes."""

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
        "host_hours",
        sa.Column("host", sa.String(length=255), nullable=False),
        sa.Column("hours", types.Json(), nullable=False),
        sa.Column("changed_at", types.UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_host_hours")),
    )
    op.create_table(
        "destinations",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("owner_id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("shown", types.CleanText(), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("signing", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", types.UtcTime(), nullable=False),
        sa.Column("sent_at", types.UtcTime(), nullable=True),
        sa.Column("problem", types.CleanText(), server_default="", nullable=False),
        sa.Column("problem_at", types.UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_destinations_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_destinations")),
        sa.UniqueConstraint("tenant_id", "name", name=op.f("uq_destinations_tenant_id_name")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("destinations", schema=None) as batch_op:
        batch_op.create_index("ix_destinations_tenant_id_id", ["tenant_id", "id"], unique=False)

    op.create_table(
        "named_secrets",
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("hosts", types.Json(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("owner_id", sa.String(length=36), nullable=False),
        sa.Column("created_at", types.UtcTime(), nullable=False),
        sa.Column("changed_at", types.UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_named_secrets_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "name", name=op.f("pk_named_secrets")),
    )
    op.create_table(
        "scheduled_queues",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("task_id", sa.String(length=36), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("owner_id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("word", sa.String(length=200), nullable=False),
        sa.Column("said", types.Json(), nullable=False),
        sa.Column("origin", sa.String(length=64), nullable=False),
        sa.Column("noted_at", types.UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_scheduled_queues_owner_id")),
        sa.ForeignKeyConstraint(
            ["task_id"], ["tasks.id"], name=op.f("fk_scheduled_queues_task_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_scheduled_queues_tenant_id")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_scheduled_queues")),
        sa.UniqueConstraint("task_id", name=op.f("uq_scheduled_queues_task_id")),
        sa.UniqueConstraint("tenant_id", "name", name=op.f("uq_scheduled_queues_tenant_id_name")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("scheduled_queues", schema=None) as batch_op:
        batch_op.create_index("ix_scheduled_queues_name_number", ["name", "number"], unique=False)
        batch_op.create_index("ix_scheduled_queues_owner_id_name", ["owner_id", "name"], unique=False)

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
        "errand_notes",
        sa.Column("run_id", sa.String(length=36), nullable=False),
        sa.Column("note", types.Json(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_errand_notes_run_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_errand_notes")),
    )
    op.create_table(
        "run_memories",
        sa.Column("run_id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=1000), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_run_memories_run_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_id", "name", name=op.f("pk_run_memories")),
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
        batch_op.add_column(sa.Column("backfill", sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column("rerun_of", sa.String(length=36), nullable=True))
        batch_op.add_column(sa.Column("awaits", sa.Boolean(), nullable=True))
        batch_op.create_index(
            "ix_runs_awaiting",
            ["state", "ready_at"],
            unique=False,
            sqlite_where=sa.text("awaits AND state = 'waiting'"),
            postgresql_where=sa.text("awaits AND state = 'waiting'"),
        )
        batch_op.create_index(
            "ix_runs_due_id",
            ["due", "id"],
            unique=False,
            sqlite_where=sa.text("due IS NOT NULL"),
            postgresql_where=sa.text("due IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_runs_task_id_due",
            ["task_id", "due"],
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
        batch_op.add_column(sa.Column("part_of", sa.String(length=36), nullable=True))
        batch_op.create_index(
            "ix_tasks_kind_next_due_id",
            ["kind", "next_due", "id"],
            unique=False,
            sqlite_where=sa.text("next_due IS NOT NULL"),
            postgresql_where=sa.text("next_due IS NOT NULL"),
        )
        batch_op.create_index("ix_tasks_owner_id_id", ["owner_id", "id"], unique=False)
        batch_op.create_index(
            "ix_tasks_part_of",
            ["part_of"],
            unique=False,
            sqlite_where=sa.text("part_of IS NOT NULL"),
            postgresql_where=sa.text("part_of IS NOT NULL"),
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
