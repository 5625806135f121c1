"""Items: files that tasks work with, uploaded by people or lying in folders that the settings name."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

LARGEST = 64 << 20
"""Bytes of one item."""


class ItemType(StrEnum):
    """What an item is: a Jupyter notebook, the steps of a pipeline, or what a report shall show."""

    NOTEBOOK = "notebook"
    PIPELINE = "pipeline"
    REPORT = "report"


SUFFIXES = {
    ".ipynb": ItemType.NOTEBOOK,
    ".pipeline.json": ItemType.PIPELINE,
    ".report.json": ItemType.REPORT,
}
"""How the names of files end that are items."""

MEDIA_TYPES = {
    ItemType.NOTEBOOK: "application/x-ipynb+json",
    ItemType.PIPELINE: "application/json",
    ItemType.REPORT: "application/json",
}


@dataclass(frozen=True, slots=True)
class Item:
    """One file. `size` is in bytes, `sha256` in hex.

    tenant_id  whose it is; "" for files of the folders, which everybody may use
    owner_id   who brought it; "" likewise
    name       the file's name
    blob       the key of its content; "" for files of the folders
    path       where it lies in the folders; "" for what was uploaded
    """

    id: str
    title: str
    type: ItemType
    name: str
    size: int
    created_at: datetime
    changed_at: datetime
    tenant_id: str = ""
    owner_id: str = ""
    sha256: str = ""
    blob: str = ""
    path: str = ""

    @property
    def media_type(self) -> str:
        """Of its content."""
        return MEDIA_TYPES[self.type]

    @property
    def is_uploaded(self) -> bool:
        """Whether it is kept here, and can be changed and deleted here."""
        return self.blob != ""


def type_of(name: str) -> ItemType | None:
    """What a file is, by the end of its name; None for what is no item."""
    lower = name.lower()
    return next((kind for suffix, kind in SUFFIXES.items() if lower.endswith(suffix)), None)


def title_of(name: str) -> str:
    """What to call a file whose owner did not say."""
    lower = name.lower()
    cut = next((len(suffix) for suffix in SUFFIXES if lower.endswith(suffix)), 0)
    return name[: len(name) - cut] or name
