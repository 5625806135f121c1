"""Answers of a web folder to values: listings to subfolders and references, files to records."""

from collections.abc import Sequence
from functools import partial
from urllib.parse import urljoin

from windrow.errors import RemoteUnreadable, is_refusal
from windrow.formats import metadata, xml
from windrow.model.records import Record
from windrow.model.resources import RemoteRecord
from windrow.ports.fetching import Answer
from windrow.ports.source_kinds import PageKey, Reading, Reference
from windrow.sources.waf.listings import Listing, read_listing
from windrow.sources.waf.places import child_of, path_name
from windrow.sources.waf.settings import Settings
from windrow.sources.waf.versions import trusted


def folder_key(folder: str) -> PageKey:
    """The key of a folder's page; `folder` is its path from the source's URL, "" or ending with a slash."""
    return {"folder": folder}


def read_folder(root: str, folder: str, answer: Answer, settings: Settings) -> Reading:
    """Reads a listing. Raises `RemoteUnreadable` where it neither looks like one nor links into the folder."""
    listing = read_listing(answer)
    children = _children(urljoin(root, folder), listing)
    if not children and not listing.known:
        raise RemoteUnreadable(f"No listing of a folder, but an HTML page: {listing.title or '(without a title)'}")
    date = answer.headers.get("date", "")
    deeper = folder.count("/") < settings.depth
    return Reading(
        references=[
            _reference(root, folder + name, trusted(version, date))
            for name, version in children.items()
            if not name.endswith("/") and settings.takes(path_name(name))
        ],
        next=[folder_key(folder + name) for name in children if name.endswith("/") and deeper],
    )


def count_children(url: str, answer: Answer, settings: Settings) -> tuple[int, int, bool]:
    """How many wanted files and how many folders a page lists, and whether it certainly is a listing."""
    listing = read_listing(answer)
    names = _children(url, listing)
    folders = sum(name.endswith("/") for name in names)
    files = sum(settings.takes(path_name(name)) for name in names if not name.endswith("/"))
    return files, folders, listing.known


def read_documents(references: Sequence[Reference], answers: Sequence[Answer | Exception]) -> Reading:
    """Reads fetched files; one that could not be fetched does not hold up the others."""
    records: list[RemoteRecord] = []
    unchanged: list[str] = []
    failed: list[tuple[str, str]] = []
    refused: list[tuple[str, str]] = []
    for reference, answer in zip(references, answers, strict=True):
        if isinstance(answer, Exception):
            (refused if is_refusal(answer) else failed).append((reference.identifier, str(answer)))
        elif answer.not_modified:
            unchanged.append(reference.identifier)
        else:
            records.append(_record(reference, answer))
    return Reading(records=records, unchanged=unchanged, failed=failed, refused=refused)


def _children(folder: str, listing: Listing) -> dict[str, str]:
    """The folder's own files and subfolders, each once (icons are links too), with the version that was told."""
    children: dict[str, str] = {}
    for entry in listing.entries:
        name = child_of(folder, entry.href)
        if name:
            children[name] = children.get(name) or entry.version
    return children


def _reference(root: str, path: str, version: str) -> Reference:
    return Reference(identifier=path_name(path), href=urljoin(root, path), version=version)


def _record(reference: Reference, answer: Answer) -> RemoteRecord:
    validators = answer.settled_validators
    return RemoteRecord(
        identifier=reference.identifier,
        fingerprint=xml.fingerprint(answer.body),
        raw=answer.body,
        media_type="application/xml",
        read=partial(_read_document, answer.body),
        version=reference.version,
        etag=validators.etag,
        last_modified=validators.last_modified,
    )


def _read_document(body: bytes) -> Record:
    return metadata.read(xml.parse(body))
