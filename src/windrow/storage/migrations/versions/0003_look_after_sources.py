"""Look after sources."""

import sqlalchemy as sa
from alembic import op

from windrow.storage import types

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "user_numbers",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_user_numbers_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_user_numbers")),
        sa.UniqueConstraint("user_id", name=op.f("uq_user_numbers_user_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "availability",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("source_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("available", sa.Boolean(), nullable=False),
        sa.Column("problem", types.CleanText(), server_default="", nullable=False),
        sa.Column("since", types.UtcTime(), nullable=False),
        sa.Column("until", types.UtcTime(), nullable=False),
        sa.Column("checks", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_id"], ["sources.id"], name=op.f("fk_availability_source_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_availability")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("availability", schema=None) as batch_op:
        batch_op.create_index("ix_availability_source_id_id", ["source_id", "id"], unique=False)

    op.create_table(
        "run_numbers",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("run_id", sa.String(length=36), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("source_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_run_numbers_run_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_run_numbers")),
        sa.UniqueConstraint("run_id", name=op.f("uq_run_numbers_run_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("run_numbers", schema=None) as batch_op:
        batch_op.create_index("ix_run_numbers_source_id_number", ["source_id", "number"], unique=False)
        batch_op.create_index("ix_run_numbers_tenant_id_number", ["tenant_id", "number"], unique=False)

    with op.batch_alter_table("resources", schema=None) as batch_op:
        batch_op.add_column(sa.Column("type", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("href", sa.Text(), server_default="", nullable=False))

    with op.batch_alter_table("sources", schema=None) as batch_op:
        batch_op.add_column(sa.Column("notes", types.Json(), nullable=True))
        batch_op.add_column(sa.Column("available", sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column("checked_at", types.UtcTime(), nullable=True))
        batch_op.add_column(sa.Column("listed_at", types.UtcTime(), nullable=True))
        batch_op.add_column(sa.Column("announced", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True))

    with op.batch_alter_table("tasks", schema=None) as batch_op:
        batch_op.add_column(sa.Column("source_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True))
        batch_op.create_index(
            "uq_tasks_source_id_kind",
            ["source_id", "kind"],
            unique=True,
            sqlite_where=sa.text("source_id IS NOT NULL"),
            postgresql_where=sa.text("source_id IS NOT NULL"),
        )

    # Those who were here first keep the first numbers.
    op.execute("INSERT INTO user_numbers (user_id) SELECT id FROM users ORDER BY created_at, id")
