"""The folder target kind: which files a record makes."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import unquote, urlsplit

from windrow.errors import RemoteUnreachable, Unfit
from windrow.formats.iso.writing import document_of
from windrow.formats.stac_writing import static_item
from windrow.ports.fetching import Courier
from windrow.ports.targets import Item, TargetRequest
from windrow.targets.folder.catalogues import list_shelves, put_item, remove_item
from windrow.targets.folder.names import file_name, read_written, shelf_of
from windrow.targets.folder.settings import SCHEMA, STAC, Settings
from windrow.targets.folder.shelves import Shelf, open_shelf


class FolderTarget:
    """A folder on this machine, `file:///…`, that must be there; whether it may be used is for the caller to know.

    A file is there as a whole or not at all, is not touched where it would not change, and is never outside of the
    folder. The folder's name for a record is its file, relative to the folder. The courier is not asked for anything.
    """

    name: ClassVar[str] = "folder"
    title: ClassVar[str] = "Folder of files"
    schema: ClassVar[Mapping[str, Any]] = SCHEMA

    def check(self, request: TargetRequest, courier: Courier) -> None:  # noqa: ARG002 - the port's
        """Locks the folder for a moment, which shows that it can be written; tidies up after those who died there."""
        settings = Settings.of(request.settings)
        with _shelf(request) as shelf:
            with shelf.locked():
                shelf.tidy()
            if settings.format == STAC:
                list_shelves(shelf, settings.catalogue_title)

    def put(self, request: TargetRequest, item: Item, courier: Courier) -> str:  # noqa: ARG002 - the port's
        """Writes the record's file, and the lists that name it."""
        settings = Settings.of(request.settings)
        with _shelf(request) as shelf:
            written = _put_item(shelf, item, settings) if settings.format == STAC else _put_document(shelf, item)
            if item.remote and item.remote != written:
                _delete(shelf, item.remote, settings)
        return written

    def remove(self, request: TargetRequest, item: Item, courier: Courier) -> None:  # noqa: ARG002 - the port's
        """Deletes the record's file."""
        settings = Settings.of(request.settings)
        with _shelf(request) as shelf:
            for written in dict.fromkeys((item.remote, _name_of(item.identifier, settings))):
                _delete(shelf, written, settings)


def _put_document(shelf: Shelf, item: Item) -> str:
    name = file_name(item.identifier, "xml")
    shelf.write(name, document_of(item.record, item.identifier, item.raw, item.media_type))
    return name


def _put_item(shelf: Shelf, item: Item, settings: Settings) -> str:
    document = static_item(item.record, item.identifier, item.raw, item.media_type)
    if "datetime" not in document["properties"]:
        raise Unfit("A STAC item needs a date, and the record has none: no period, no creation, no modification.")
    folder, file = shelf_of(item.identifier), file_name(item.identifier, "json")
    put_item(shelf, folder, file, document, title=settings.catalogue_title)
    return f"{folder}/{file}"


def _name_of(identifier: str, settings: Settings) -> str:
    if settings.format == STAC:
        return f"{shelf_of(identifier)}/{file_name(identifier, 'json')}"
    return file_name(identifier, "xml")


def _delete(shelf: Shelf, written: str, settings: Settings) -> None:
    found = read_written(written)
    if found is None:
        return
    folder, file = found
    if folder:
        remove_item(shelf, folder, file, title=settings.catalogue_title)
    else:
        shelf.delete(file)


@contextmanager
def _shelf(request: TargetRequest) -> Iterator[Shelf]:
    """The target's folder. Raises `RemoteUnreachable` for it and for whatever goes wrong in it."""
    path = _path_of(request.url)
    try:
        with open_shelf(path) as shelf:
            yield shelf
    except OSError as problem:
        what = f" ({problem.filename})" if problem.filename and problem.filename != str(path) else ""
        raise RemoteUnreachable(f"The folder {path} cannot be used: {problem.strerror or problem}{what}.") from problem


def _path_of(url: str) -> Path:
    parts = urlsplit(url)
    path = unquote(parts.path)
    if parts.scheme != "file" or parts.netloc not in ("", "localhost") or not path.startswith("/") or "\0" in path:
        raise RemoteUnreachable(f"{url} is no folder on this machine; give one such as file:///srv/records.")
    return Path(path)
