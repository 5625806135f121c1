"""What runs remember from one attempt to the next."""

from sqlalchemy import Column, ForeignKey, LargeBinary, String, Table

from windrow.storage.tables.base import Id, metadata

run_memories = Table(
    "run_memories",
    metadata,
    Column("run_id", Id, ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("name", String(1000), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
)
