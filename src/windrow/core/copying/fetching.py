"""Fetching one file: from its remote into a draft, whole, and sure to be what was wanted."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from itertools import chain
from urllib.parse import unquote

from windrow.core.copying.formats import PAGES, ending_of, file_name, is_among, is_unknown, with_ending
from windrow.errors import RemoteTooLarge, RemoteUnreadable
from windrow.model.copies import Copy, Role, Wanted
from windrow.ports.fetching import Beginning, Download, Downloader, Validators
from windrow.ports.store import Draft

LONGEST_NAME = 150
_UNFIT = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u202a-\u202e\u2066-\u2069\ud800-\udfff]+')
_PAGE = re.compile(rb"\s*(<!--.*?-->\s*)*<(!doctype html|html|head|body)\b", re.IGNORECASE | re.DOTALL)
_REPORT = re.compile(rb"<([\w-]+:)?(ExceptionReport|ServiceExceptionReport|Error>\s*<Code>)", re.IGNORECASE)
_COMPRESSED_ENDINGS = frozenset(("gz", "tgz", "svgz", "z"))


class Refused(Exception):
    """What the remote gives is not the file that was wanted; its text tells what it is instead."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came of it: a draft that holds the whole file, with what the remote said of it; `unchanged` means that the
    remote has nothing new."""

    name: str = ""
    media_type: str = ""
    validators: Validators = Validators()
    unchanged: bool = False


@dataclass(frozen=True, slots=True)
class _Note:
    """What must be known of a draft to go on with it."""

    href: str
    name: str
    media_type: str
    validators: Validators

    def write(self) -> str:
        """As text."""
        return json.dumps([self.href, self.name, self.media_type, self.validators.etag, self.validators.last_modified])

    @classmethod
    def read(cls, text: str) -> "_Note | None":
        """From text; None where there is none that can be read."""
        try:
            href, name, media_type, etag, last_modified = json.loads(text)
        except ValueError:
            return None
        return cls(href, name, media_type, Validators(etag, last_modified))


def fetch(copy: Copy, draft: Draft, downloader: Downloader, *, formats: tuple[str, ...], size_limit: int) -> Fetched:
    """Fills the draft, going on where it was left. Raises `Refused`, `RemoteError` and `Stopped`.

    What is in the draft when this ends by an error stays, for the next try, if it is a beginning of the file at all.
    """
    try:
        return _fetch(copy, draft, downloader, formats, size_limit)
    except (Refused, RemoteTooLarge):
        draft.discard()
        raise


def _fetch(copy: Copy, draft: Draft, downloader: Downloader, formats: tuple[str, ...], size_limit: int) -> Fetched:
    kept = _Note.read(draft.note)
    beginning = None
    if kept is not None and kept.href == copy.wanted.href and draft.size:
        beginning = Beginning(draft.size, kept.validators)
    unless = Validators(copy.etag, copy.last_modified) if copy.is_here and beginning is None else Validators()
    with downloader.download(copy.wanted.href, size_limit=size_limit, unless=unless, beginning=beginning) as download:
        if download.not_modified:
            draft.discard()
            return Fetched(unchanged=True)
        if kept is None or beginning is None or download.start != draft.size:
            kept = _begin(copy.wanted, download, draft, formats)
            pieces = checked_beginning(download.pieces)
        else:
            pieces = download.pieces
        for piece in pieces:
            draft.append(piece)
        if download.total is not None and draft.size != download.total:
            raise RemoteUnreadable(f"Of {download.total} bytes there are {draft.size}.")
    return Fetched(kept.name, kept.media_type, kept.validators)


def _begin(wanted: Wanted, download: Download, draft: Draft, formats: tuple[str, ...]) -> _Note:
    name = name_of(wanted, download)
    check_head(wanted, download, formats)
    note = _Note(wanted.href, name, download.media_type or wanted.media_type, _usable(download.validators))
    draft.begin(note.write())
    return note


def _usable(validators: Validators) -> Validators:
    """Those that can be sent back: some servers give what no header may hold."""
    plain = [
        each if each.isascii() and each.isprintable() else "" for each in (validators.etag, validators.last_modified)
    ]
    return Validators(*plain)


def check_head(wanted: Wanted, download: Download, formats: tuple[str, ...]) -> None:
    """Raises `Refused` for an answer that says of itself that it is not the file."""
    if download.media_type in PAGES:
        raise Refused("It is a web page, not a file.")
    if download.encoding and ending_of(file_name(wanted.href)) not in _COMPRESSED_ENDINGS:
        raise Refused(f"It comes compressed by {download.encoding[:40]}, although it was asked for as it is.")
    told = is_unknown(ending=ending_of(wanted.name), media_type=wanted.media_type)
    if wanted.role is not Role.DATA or not told:
        return
    ending = ending_of(_disposition(download)) or ending_of(file_name(download.url))
    if is_unknown(ending=ending, media_type=download.media_type):
        return
    if not is_among(formats, ending=ending, media_type=download.media_type):
        raise Refused(f"It is {(download.media_type or ending)[:100]}, which is not among the formats to be copied.")


def checked_beginning(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The pieces. Raises `Refused` before the first one of a page or an error report that does not say what it is."""
    first = b""
    for piece in pieces:
        first += piece
        if len(first) >= 1000:
            break
    start = first[:4000].removeprefix(b"\xef\xbb\xbf")
    if _PAGE.match(start):
        raise Refused("It is a web page, not a file.")
    if start.lstrip()[:1] == b"<" and _REPORT.search(start):
        raise Refused("It is an error report, not a file.")
    return chain([first] if first else [], pieces)


def name_of(wanted: Wanted, download: Download) -> str:
    """What the file is called: as the server calls it, else as its address ends; never a way to another folder."""
    name = _disposition(download) or wanted.name
    if not ending_of(name):
        name = file_name(download.url) if ending_of(file_name(download.url)) else name
    return with_ending(safe_name(name), download.media_type or wanted.media_type)


def safe_name(name: str) -> str:
    """A file name that means the same on every system, and no folder."""
    plain = _UNFIT.sub("_", " ".join(name.split())).strip(". ")
    stem, dot, ending = plain.rpartition(".")
    if len(plain) > LONGEST_NAME:
        plain = f"{stem[: LONGEST_NAME - 20]}{dot}{ending[:19]}" if dot else plain[:LONGEST_NAME]
    return plain or "file"


def _disposition(download: Download) -> str:
    """The name in `Content-Disposition` (RFC 6266), without folders."""
    value = download.headers.get("content-disposition", "")
    if not value:
        return ""
    message = Message()
    message["Content-Disposition"] = value
    try:
        name = message.get_filename() or ""
    except (ValueError, LookupError):
        return ""
    return unquote(name, errors="replace").replace("\\", "/").rpartition("/")[2].strip()
