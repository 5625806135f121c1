"""What is copied: files that records link to, when they were looked for, and files that nobody needs any more."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint, false, text

from windrow.storage.tables.base import metadata
from windrow.storage.types import BigId, Bytes, CleanText, UtcTime

copies = Table(
    "copies",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("resource_id", BigId, ForeignKey("resources.id", ondelete="CASCADE"), nullable=False),
    Column("source_id", BigId, nullable=False),
    Column("digest", Bytes, nullable=False),  # of the address, which may be longer than an index entry
    Column("href", CleanText, nullable=False),
    Column("role", String(16), nullable=False),
    Column("told_name", CleanText, nullable=False),
    Column("told_type", CleanText, nullable=False),
    Column("state", String(16), nullable=False),
    Column("name", CleanText, nullable=False, server_default=""),
    Column("media_type", CleanText, nullable=False, server_default=""),
    Column("size", BigId),
    Column("sha256", String(64), nullable=False, server_default=""),
    Column("blob", String(128), nullable=False, server_default=""),
    Column("etag", CleanText, nullable=False, server_default=""),
    Column("last_modified", CleanText, nullable=False, server_default=""),
    Column("problem", CleanText, nullable=False, server_default=""),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("copied_at", UtcTime),
    Column("checked_at", UtcTime),
    UniqueConstraint("resource_id", "digest"),
    Index("ix_copies_resource_id_id", "resource_id", "id"),
    Index("ix_copies_source_id", "source_id", "state", "size"),  # holds all that a source's stock is told from
    sqlite_autoincrement=True,
)

copy_looks = Table(  # when a resource's record was last looked through for files
    "copy_looks",
    metadata,
    Column("resource_id", BigId, ForeignKey("resources.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("looked_at", UtcTime, nullable=False),
    Column("settled", Boolean, nullable=False),  # nothing is left to be tried again
)

spare_blobs = Table(  # files that nothing names: not yet, or no more
    "spare_blobs",
    metadata,
    Column("blob", String(128), primary_key=True),
    Column("since", UtcTime, nullable=False),
    Column("doomed", Boolean, nullable=False, server_default=false()),  # nothing will ever name it: it may go
    Index("ix_spare_blobs_doomed", "blob", sqlite_where=text("doomed"), postgresql_where=text("doomed")),
    Index("ix_spare_blobs_since", "since"),
)
