"""Note what leads on and what is retired."""

import sqlalchemy as sa
from alembic import op

from windrow.storage import types

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("runs", schema=None) as batch_op:
        batch_op.add_column(sa.Column("leads_on", sa.Boolean(), nullable=True))
        batch_op.create_index(
            "ix_runs_leading_on",
            ["id"],
            unique=False,
            sqlite_where=sa.text("leads_on AND ended_at IS NOT NULL"),
            postgresql_where=sa.text("leads_on AND ended_at IS NOT NULL"),
        )

    with op.batch_alter_table("sources", schema=None) as batch_op:
        batch_op.add_column(sa.Column("retired_at", types.UtcTime(), nullable=True))
