"""Push to targets."""

import sqlalchemy as sa
from alembic import op

from windrow.storage import types

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "targets",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("source_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("owner_id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("place", sa.LargeBinary(), nullable=False),
        sa.Column("settings", types.Json(), nullable=False),
        sa.Column("requests_per_second", sa.Float(), nullable=False),
        sa.Column("concurrency", sa.Integer(), nullable=False),
        sa.Column("credential", sa.LargeBinary(), nullable=True),
        sa.Column("seal", sa.String(length=36), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("renewed_by", sa.String(length=36), server_default="", nullable=False),
        sa.Column("created_at", types.UtcTime(), nullable=False),
        sa.Column("changed_at", types.UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_targets_owner_id")),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name=op.f("fk_targets_source_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_targets_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_targets")),
        sa.UniqueConstraint("source_id", "name", name=op.f("uq_targets_source_id_name")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("targets", schema=None) as batch_op:
        batch_op.create_index("ix_targets_place", ["place"], unique=False)
        batch_op.create_index("ix_targets_source_id_id", ["source_id", "id"], unique=False)

    op.create_table(
        "deliveries",
        sa.Column("target_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "resource_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("identifier", sa.Text(), nullable=False),
        sa.Column("remote", sa.Text(), server_default="", nullable=False),
        sa.Column("version", types.UtcTime(), nullable=True),
        sa.Column("edition", sa.Integer(), server_default="0", nullable=False),
        sa.Column("tried_at", types.UtcTime(), nullable=True),
        sa.Column("pushed_at", types.UtcTime(), nullable=True),
        sa.Column("problem", types.CleanText(), server_default="", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["target_id"], ["targets.id"], name=op.f("fk_deliveries_target_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("target_id", "resource_id", name=op.f("pk_deliveries")),
    )
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.create_index(
            "ix_deliveries_failed",
            ["target_id", "resource_id"],
            unique=False,
            sqlite_where=sa.text("problem <> ''"),
            postgresql_where=sa.text("problem <> ''"),
        )
        batch_op.create_index("ix_deliveries_identifier", ["identifier", "target_id"], unique=False)
