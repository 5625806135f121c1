"""Tell people of sources."""

import sqlalchemy as sa
from alembic import op

from windrow.storage import types

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "notifications",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("source_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("owner_id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("shown", types.CleanText(), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("signing", sa.LargeBinary(), nullable=True),
        sa.Column("events", types.Json(), nullable=False),
        sa.Column("digest_seconds", sa.Float(), nullable=False),
        sa.Column("digest_empty", sa.Boolean(), nullable=False),
        sa.Column("digested_until", types.UtcTime(), nullable=True),
        sa.Column("enabled", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("created_at", types.UtcTime(), nullable=False),
        sa.Column("changed_at", types.UtcTime(), nullable=False),
        sa.Column("told_at", types.UtcTime(), nullable=True),
        sa.Column("problem", types.CleanText(), server_default="", nullable=False),
        sa.Column("problem_at", types.UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["source_id"], ["sources.id"], name=op.f("fk_notifications_source_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_notifications_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notifications")),
        sa.UniqueConstraint("source_id", "name", name=op.f("uq_notifications_source_id_name")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("notifications", schema=None) as batch_op:
        batch_op.create_index("ix_notifications_source_id_id", ["source_id", "id"], unique=False)

    with op.batch_alter_table("sources", schema=None) as batch_op:
        batch_op.add_column(sa.Column("difference", types.Json(), nullable=True))
