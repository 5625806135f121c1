"""Copies: files that a record links to, fetched and kept here."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

GIB = 1 << 30

LARGEST_COPY = 2 * GIB
"""Bytes of one file, unless a source's owner decides otherwise."""

FORMAT = re.compile(r"[a-z0-9][a-z0-9.+-]{0,31}|[a-z]+/[a-z0-9][a-z0-9.+-]{0,127}")
"""A file name extension without its dot, or a media type."""

DATA_FORMATS = ("tif", "tiff", "gpkg", "zip", "csv", "geojson", "json", "xlsx")
DOCUMENT_FORMATS = ("pdf", "doc", "docx", "odt", "xls", "ods", "ppt", "pptx", "odp", "rtf", "txt")
FORMATS = (*DATA_FORMATS, *DOCUMENT_FORMATS)
"""What is copied unless a source's owner decides otherwise. A shapefile comes in a zip."""


class Copying(StrEnum):
    """What is copied of a source's records, beside their metadata."""

    NONE = "none"
    DATA = "data"
    DATA_AND_PICTURES = "data_and_pictures"


class Role(StrEnum):
    """What a file is to its record."""

    DATA = "data"
    THUMBNAIL = "thumbnail"
    LEGEND = "legend"


class CopyState(StrEnum):
    """Where a copy stands.

    wanted     not fetched yet
    copied     here, and the same as on the remote at the last look
    failed     could not be fetched: the next run tries again. What was copied before is kept
    too_large  beyond the limit for one file, or what the source may hold in all
    refused    what the remote gives is not the file: a web page, an error report, another format
    """

    WANTED = "wanted"
    COPIED = "copied"
    FAILED = "failed"
    TOO_LARGE = "too_large"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file that is to be copied: where it lies, what it is to its record, what to call it, and its media type as the
    record tells it ("" where it does not)."""

    href: str
    role: Role = Role.DATA
    name: str = ""
    media_type: str = ""


@dataclass(frozen=True, slots=True)
class Copy:
    """One file of a record. `size` (bytes), `sha256` (hex), `etag` and `last_modified` are those of what is kept here.

    blob        the key of what is kept; "" before there is anything
    problem     why it is not copied, or not brought up to date
    attempts    tries since it was last brought up to date
    copied_at   when what is kept was fetched
    checked_at  when the remote was last asked for it
    """

    id: int
    resource_id: int
    source_id: int
    wanted: Wanted
    state: CopyState = CopyState.WANTED
    name: str = ""
    media_type: str = ""
    size: int | None = None
    sha256: str = ""
    blob: str = ""
    etag: str = ""
    last_modified: str = ""
    problem: str = ""
    attempts: int = 0
    copied_at: datetime | None = None
    checked_at: datetime | None = None

    @property
    def is_here(self) -> bool:
        """Whether there is a file to be had, be it of today or of before."""
        return self.blob != ""


@dataclass(frozen=True, slots=True)
class Stock:
    """What a source has of copies: how many in each state, and the bytes of all that is kept."""

    counts: dict[CopyState, int]
    size: int = 0
