"""Keep local edits."""

import sqlalchemy as sa
from alembic import op

from windrow.storage import types

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "originals",
        sa.Column(
            "resource_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("source_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("record", types.Json(), nullable=False),
        sa.Column("kept", types.Json(), nullable=False),
        sa.Column("moved", types.Json(), nullable=False),
        sa.Column("as_of", types.UtcTime(), nullable=False),
        sa.Column("edited", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("conflict", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resources.id"], name=op.f("fk_originals_resource_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("resource_id", name=op.f("pk_originals")),
    )
    with op.batch_alter_table("originals", schema=None) as batch_op:
        batch_op.create_index(
            "ix_originals_conflict",
            ["source_id", "resource_id"],
            unique=False,
            sqlite_where=sa.text("conflict"),
            postgresql_where=sa.text("conflict"),
        )
        batch_op.create_index(
            "ix_originals_edited",
            ["source_id", "resource_id"],
            unique=False,
            sqlite_where=sa.text("edited"),
            postgresql_where=sa.text("edited"),
        )
        batch_op.create_index(batch_op.f("ix_originals_source_id"), ["source_id"], unique=False)

    op.create_table(
        "edits",
        sa.Column(
            "resource_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("field", sa.String(length=16), nullable=False),
        sa.Column("value", types.Json(), nullable=True),
        sa.Column("rule", sa.String(length=8), nullable=False),
        sa.Column("base", types.Json(), nullable=True),
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("at", types.UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["originals.resource_id"], name=op.f("fk_edits_resource_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("resource_id", "field", name=op.f("pk_edits")),
    )
