"""Keep copies of the data."""

import sqlalchemy as sa
from alembic import op

from windrow.storage import types

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "spare_blobs",
        sa.Column("blob", sa.String(length=128), nullable=False),
        sa.Column("since", types.UtcTime(), nullable=False),
        sa.Column("doomed", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("blob", name=op.f("pk_spare_blobs")),
    )
    with op.batch_alter_table("spare_blobs", schema=None) as batch_op:
        batch_op.create_index(
            "ix_spare_blobs_doomed",
            ["blob"],
            unique=False,
            sqlite_where=sa.text("doomed"),
            postgresql_where=sa.text("doomed"),
        )
        batch_op.create_index("ix_spare_blobs_since", ["since"], unique=False)

    op.create_table(
        "copies",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("resource_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("href", types.CleanText(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("told_name", types.CleanText(), nullable=False),
        sa.Column("told_type", types.CleanText(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("name", types.CleanText(), server_default="", nullable=False),
        sa.Column("media_type", types.CleanText(), server_default="", nullable=False),
        sa.Column("size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("sha256", sa.String(length=64), server_default="", nullable=False),
        sa.Column("blob", sa.String(length=128), server_default="", nullable=False),
        sa.Column("etag", types.CleanText(), server_default="", nullable=False),
        sa.Column("last_modified", types.CleanText(), server_default="", nullable=False),
        sa.Column("problem", types.CleanText(), server_default="", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("copied_at", types.UtcTime(), nullable=True),
        sa.Column("checked_at", types.UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resources.id"], name=op.f("fk_copies_resource_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_copies")),
        sa.UniqueConstraint("resource_id", "digest", name=op.f("uq_copies_resource_id_digest")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("copies", schema=None) as batch_op:
        batch_op.create_index("ix_copies_resource_id_id", ["resource_id", "id"], unique=False)
        batch_op.create_index("ix_copies_source_id", ["source_id", "state", "size"], unique=False)

    op.create_table(
        "copy_looks",
        sa.Column(
            "resource_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("looked_at", types.UtcTime(), nullable=False),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resources.id"], name=op.f("fk_copy_looks_resource_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("resource_id", name=op.f("pk_copy_looks")),
    )
