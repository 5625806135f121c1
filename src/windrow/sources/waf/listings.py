"""Directory listings of web servers: Apache, nginx, IIS, lighttpd, Caddy, Python, as HTML, JSON or XML.

No two look alike, so an HTML listing is read line by line, where a line is a table row, a list item, or what stands
between line breaks: the links of a line are the entries, and the rest of its text tells their date and size.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import quote

from windrow.errors import RemoteUnreadable
from windrow.formats import xml
from windrow.ports.fetching import Answer

_DATE = re.compile(r"\d{1,4}[-/.](?:\d{1,2}|[A-Za-z]{3})[-/.]\d{1,4}[T ]")
_CHARSET = re.compile(r"charset=[\"']?([\w-]+)", re.IGNORECASE)
_TITLES = re.compile(r"\s*(index of|directory listing|listing of|folder listing|\S+ - /)", re.IGNORECASE)
_PARENT = "[to parent directory]"
_LINE_TAGS = frozenset(["tr", "li", "br", "hr", "ul", "table", "pre", "p", "div"])


@dataclass(frozen=True, slots=True)
class Entry:
    """A file or folder that a listing names. Folders' hrefs end with a slash. `version` is date and size, if told."""

    href: str
    version: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """What a page lists. `known` means that it was certainly made by a web server to list a folder."""

    entries: tuple[Entry, ...]
    known: bool
    title: str = ""


def read_listing(answer: Answer) -> Listing:
    """The entries of a listing; of any HTML page its links. Raises `RemoteUnreadable` for other formats."""
    start = answer.body[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start[:1] in (b"[", b"{"):
        return Listing(tuple(_read_json(answer.body)), known=True)
    if start.startswith(b"<list") or (start.startswith(b"<?xml") and b"<list" in start):
        return Listing(tuple(_read_xml(answer.body)), known=True)
    if start[:1] != b"<":
        raise RemoteUnreadable("This is no listing of a folder: neither HTML nor JSON nor XML.")
    return _read_html(answer)


def _read_html(answer: Answer) -> Listing:
    reader = _LinkReader()
    reader.feed(_decode(answer))
    reader.close()
    reader.end_line()
    title = " ".join(reader.title.split())
    return Listing(tuple(reader.entries), known=bool(_TITLES.match(title)) or reader.goes_up, title=title)


def _decode(answer: Answer) -> str:
    declared = _CHARSET.search(answer.headers.get("content-type", ""))
    try:
        return answer.body.decode(declared.group(1) if declared else "utf-8")
    except (LookupError, UnicodeDecodeError):
        return answer.body.decode("latin-1")


def _read_json(body: bytes) -> Iterator[Entry]:
    """nginx (`autoindex_format json`) and Caddy."""
    try:
        listed = json.loads(body)
    except ValueError as problem:
        raise RemoteUnreadable(f"This is no listing of a folder: {problem}") from problem
    if not isinstance(listed, list) or not all(isinstance(each, dict) and each.get("name") for each in listed):
        raise RemoteUnreadable("This is JSON, but no listing of a folder.")
    for each in listed:
        folder = each.get("type") == "directory" or each.get("is_dir") is True
        date, size = each.get("mtime") or each.get("mod_time") or "", each.get("size", "")
        yield _named(str(each["name"]), folder=folder, version=f"{date} {size}".strip() if date else "")


def _read_xml(body: bytes) -> Iterator[Entry]:
    """nginx (`autoindex_format xml`)."""
    for each in xml.parse(body):
        version = f"{each.get('mtime', '')} {each.get('size', '')}".strip()
        yield _named(each.text or "", folder=xml.local_name(each) == "directory", version=version)


def _named(name: str, *, folder: bool, version: str) -> Entry:
    """An entry by its name, which is no URL yet: `a#1.xml` is a file."""
    return Entry("./" + quote(name.rstrip("/")) + ("/" if folder else ""), "" if folder else version)


class _LinkReader(HTMLParser):
    """Gathers links line by line."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.entries: list[Entry] = []
        self.title = ""
        self.goes_up = False
        self._inside = ""
        self._preformatted = False
        self._hrefs: list[str] = []
        self._words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notes links, and begins a new line where one begins."""
        if tag in _LINE_TAGS:
            self.end_line()
            self._preformatted = self._preformatted or tag == "pre"
        elif tag == "a":
            href = dict(attrs).get("href")
            self._hrefs += [href] if href else []
            self._inside = "a"
        elif tag == "time":
            self._words.append(f"{dict(attrs).get('datetime') or ''} ")
        elif tag in ("title", "script", "style"):
            self._inside = tag

    def handle_endtag(self, tag: str) -> None:
        """Ends links and lines."""
        if tag in _LINE_TAGS:
            self.end_line()
            self._preformatted = self._preformatted and tag != "pre"
        elif tag == self._inside:
            self._inside = ""
        elif tag in ("td", "th"):
            self._words.append(" ")

    def handle_data(self, data: str) -> None:
        """Sorts text: the title, a link's name, or what stands beside links."""
        match self._inside:
            case "title":
                self.title += data
            case "a":
                self.goes_up = self.goes_up or data.strip().lower() == _PARENT
            case "":
                self._add_words(data)
            case _:
                pass

    def end_line(self) -> None:
        """Makes entries of the line's links."""
        text = " ".join("".join(self._words).split())
        version = text if _DATE.search(f"{text} ") else ""
        self.entries += [Entry(href, version) for href in self._hrefs]
        self._hrefs, self._words = [], []
        self._inside = "" if self._inside == "a" else self._inside

    def _add_words(self, data: str) -> None:
        if not self._preformatted:
            self._words.append(data)
            return
        first, *others = data.split("\n")
        self._words.append(first)
        for each in others:
            self.end_line()
            self._words.append(each)
