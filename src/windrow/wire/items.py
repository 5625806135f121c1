"""Shapes of items: files that tasks work with."""

from datetime import datetime
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from windrow.wire.shapes import Partial, Shape

ItemTypeName: TypeAlias = Literal["notebook", "pipeline", "report"]

Title = Annotated[str, Field(min_length=1, max_length=255, examples=["Tides of today"])]


class Item(Shape):
    """A file that tasks work with: brought by somebody, or lying in a folder that the settings name."""

    id: str = Field(examples=["01981f2c-7a40-7c3e-8b0a-5b1f0c9d2e11"])
    title: str = Field(examples=["Tides of today"])
    type: ItemTypeName
    name: str = Field(description="The file's name.", examples=["tides.ipynb"])
    size: int = Field(description="Bytes.", examples=[20480])
    media_type: str = Field(examples=["application/x-ipynb+json"])
    sha256: str = Field(description="Of the content, in hex; empty for files of folders.", examples=["9f86d081" * 8])
    uploaded: bool = Field(description="Whether it is kept here; files of folders are changed where they lie.")
    owner_id: str = Field(
        description="Who brought it; empty for files of folders, which everybody may use.",
        examples=["01981f2c-7a40-7c3e-8b0a-5b1f0c9d2e11"],
    )
    created_at: datetime
    changed_at: datetime


class ItemChange(Partial):
    """What to change of an item; what is left out stays."""

    title: Title | None = None
