"""The keys of a pass's pages: folders to list and services to read, as plain JSON."""

from dataclasses import dataclass

from windrow.errors import RemoteUnreadable
from windrow.ports.source_kinds import PageKey


@dataclass(frozen=True, slots=True)
class FolderPage:
    """A folder's listing; `folder` is its path below the catalogue, "" for the catalogue itself."""

    folder: str


@dataclass(frozen=True, slots=True)
class ServicePage:
    """A service, by its whole name and type. `twin` says that a feature service of the same name stands beside it."""

    service: str
    type: str
    twin: bool = False


Page = FolderPage | ServicePage


def key_of(page: Page) -> PageKey:
    """The page as plain JSON; what is at its default is left out."""
    match page:
        case FolderPage():
            return {"folder": page.folder}
        case ServicePage():
            return {"service": page.service, "type": page.type, **({"twin": True} if page.twin else {})}


def page_of(key: PageKey) -> Page:
    """The page of a key that `key_of` made."""
    match key:
        case {"folder": str(folder)}:
            return FolderPage(folder)
        case {"service": str(service), "type": str(type)}:
            return ServicePage(service, type, bool(key.get("twin", False)))
        case _:
            raise RemoteUnreadable(f"No page of a services directory: {dict(key)}")
