"""Shapes of copies: files that records link to, kept here."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from windrow.wire.shapes import Input, Shape, Whole, YesNo

CopyingName = Literal["none", "data", "data_and_pictures"]
CopyStateName = Literal["wanted", "copied", "failed", "too_large", "refused"]
RoleName = Literal["data", "thumbnail", "legend"]

COPYING = "What is copied of the files that its records link to."
LARGEST_COPY = "Bytes of one file at most; what is larger is left."
COPY_BUDGET = "Bytes of all its copies together at most; null sets no limit."
COPY_FORMATS = "File name extensions and media types of the data that is copied."

LARGEST_COPY_USUAL = 1 << 31
FORMATS = (
    *("tif", "tiff", "gpkg", "zip", "csv", "geojson", "json", "xlsx"),
    *("pdf", "doc", "docx", "odt", "xls", "ods", "ppt", "pptx", "odp", "rtf", "txt"),
)

Size = Annotated[Whole, Field(ge=1, le=2**53 - 1)]
Formats = Annotated[
    Sequence[Annotated[str, Field(pattern=r"^([a-z0-9][a-z0-9.+-]{0,31}|[a-z]+/[a-z0-9][a-z0-9.+-]{0,127})$")]],
    Field(max_length=100),
]


class Copying(Input):
    """How to copy."""

    full: YesNo = Field(False, description="Ask also for files that are copied and whose records did not change.")
    only: Annotated[list[Annotated[Whole, Field(ge=0)]], Field(min_length=1, max_length=10_000)] | None = Field(
        None, description="Numbers of the resources to look at, and no others."
    )


class Copy(Shape):
    """A file that a record links to. Its content is to be had where there is a `copied_at`."""

    id: int
    record_id: int
    role: RoleName
    href: str = Field(description="Where it came from.", examples=["https://data.example.org/rivers.zip"])
    state: CopyStateName
    name: str = Field("", examples=["rivers.zip"])
    media_type: str = Field("", examples=["application/zip"])
    size: int | None = Field(None, description="Bytes.")
    sha256: str = Field(
        "",
        description="Of its content, hexadecimal.",
        examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
    )
    problem: str = Field("", description="Why it is not here, or not brought up to date.")
    attempts: int = Field(0, description="Tries since it was last brought up to date.")
    copied_at: datetime | None = Field(None, description="When what is here was fetched.")
    checked_at: datetime | None = Field(None, description="When the remote was last asked for it.")


class Stock(Shape):
    """What a source has of copies."""

    counts: Mapping[str, int] = Field(description="How many in each state.", examples=[{"copied": 120, "failed": 1}])
    size: int = Field(description="Bytes of all that is here.")
