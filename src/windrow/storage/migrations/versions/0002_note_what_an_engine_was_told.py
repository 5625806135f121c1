"""Note what an engine was told."""

import sqlalchemy as sa
from alembic import op

from windrow.storage import types

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("parts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sent_at", types.UtcTime(), nullable=True))
        batch_op.add_column(sa.Column("sends", sa.SmallInteger(), server_default="0", nullable=False))
        batch_op.create_index(
            "ix_parts_sent",
            ["sent_at"],
            unique=False,
            sqlite_where=sa.text("sent_at IS NOT NULL"),
            postgresql_where=sa.text("sent_at IS NOT NULL"),
        )

    with op.batch_alter_table("runs", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sent_at", types.UtcTime(), nullable=True))
        batch_op.add_column(sa.Column("sends", sa.SmallInteger(), server_default="0", nullable=False))
        batch_op.create_index(
            "ix_runs_sent",
            ["sent_at"],
            unique=False,
            sqlite_where=sa.text("sent_at IS NOT NULL"),
            postgresql_where=sa.text("sent_at IS NOT NULL"),
        )
