"""A GeoNode resource's JSON to our record: the shapes of 3.x, 4.x and 5.x, and of the legacy API."""

from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from typing import Any

from windrow.formats import json
from windrow.formats.dates import between, moment
from windrow.formats.json import object_of, text_of
from windrow.formats.languages import language_tag
from windrow.model.records import Record
from windrow.sources.geonode.extents import read_extent
from windrow.sources.geonode.links import read_links
from windrow.sources.geonode.people import read_contacts

_CHANGING = frozenset(
    ("popular_count", "share_count", "rating", "favorite", "perms", "executions", "is_copyable", "online", "avatar")
)
"""What changes by being looked at, by who looks, or by the minute, and says nothing of the resource."""

_NOTHING = frozenset(("", "none", "not_specified"))
_LONGEST_HTML = 200_000
_BLOCKS = frozenset(("p", "br", "div", "li", "ul", "ol", "h1", "h2", "h3", "h4", "tr", "table"))


def read_record(document: Mapping[str, Any], base: str) -> Record:
    """The record. `base` is the GeoNode's own address. A field that makes no sense is left empty."""
    identifier = text_of(document.get("uuid")) or identifier_of(document)
    start, end = between(_text(document, "temporal_extent_start"), _text(document, "temporal_extent_end"))
    bbox, geometry = read_extent(document)
    dated, revised = moment(_text(document, "date")), _text(document, "date_type") == "revision"
    return Record(
        identifier=identifier,
        title=_text(document, "title", "name", "alternate") or identifier,
        abstract=_abstract(document),
        type=type_of(document).lower() or "dataset",
        keywords=tuple(dict.fromkeys(_keywords(document))),
        contacts=read_contacts(document),
        licence=_licence(document),
        links=read_links(document, base),
        bbox=bbox,
        geometry=geometry,
        time_start=start,
        time_end=end,
        created=(None if revised else dated) or moment(_text(document, "created")),
        modified=moment(_text(document, "last_updated")) or (dated if revised else None),
        language=language_tag(_text(document, "language")),
        standard="geonode",
    )


def identifier_of(document: Mapping[str, Any]) -> str:
    """The number that the GeoNode's own database gave it, as text; "" where it has none."""
    return _text(document, "pk", "id")


def type_of(document: Mapping[str, Any]) -> str:
    """API v2's word for what it is; "" where it does not say."""
    return _text(document, "resource_type", "polymorphic_ctype_name")


def fingerprint(document: Any) -> bytes:
    """A hash of what it says, 16 bytes, without counters and what depends on who looks.

    Raises `RemoteUnreadable` when it is nested too deep.
    """
    json.serialise(document)
    return json.fingerprint(_lasting(document))


def _lasting(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _lasting(each) for name, each in value.items() if name not in _CHANGING}
    return [_lasting(each) for each in value] if isinstance(value, list) else value


def _text(document: Mapping[str, Any], *names: str) -> str:
    return next((text for name in names if (text := text_of(document.get(name)))), "")


def _abstract(document: Mapping[str, Any]) -> str:
    """The raw one wherever there is one, even an empty one; else that for pages, without its tags."""
    raw = document.get("raw_abstract")
    if isinstance(raw, str):
        # Templates of GeoNode write None for nothing.
        return "" if raw.strip() == "None" else text_of(raw)
    text = _text(document, "abstract")
    return _Words.of(text) if "<" in text or "&" in text else text


def _keywords(document: Mapping[str, Any]) -> Iterator[str]:
    """Keywords, thesaurus keywords, places, and the category, in this order; each an object or a plain text."""
    for field, names in (
        ("keywords", ("name", "slug")),
        ("tkeywords", ("name", "slug", "alt_label")),
        ("regions", ("name", "code")),
    ):
        values = document.get(field)
        for each in values if isinstance(values, list) else []:
            word = _text(each, *names) if isinstance(each, dict) else text_of(each)
            if word:
                yield word
    category = document.get("category")
    found = _text(category, "identifier", "gn_description") if isinstance(category, dict) else text_of(category)
    word = found or _text(document, "category__gn_description")
    if word:
        yield word


def _licence(document: Mapping[str, Any]) -> str:
    """Its code, or its name, or its address; the legacy API gives only a number of the GeoNode's own."""
    licence = document.get("license")
    if isinstance(licence, str):
        return "" if licence.strip().lower() in _NOTHING else text_of(licence)
    told = (text_of(object_of(licence).get(name)) for name in ("identifier", "name", "url"))
    return next((text for text in told if text.lower() not in _NOTHING), "")


class _Words(HTMLParser):
    """The words of a page, its blocks on lines of their own."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._found: list[str] = []

    @classmethod
    def of(cls, page: str) -> str:
        """Without tags. What is longer than a book is cut."""
        words = cls()
        words.feed(page[:_LONGEST_HTML])
        words.close()
        lines = (" ".join(line.split()) for line in "".join(words._found).splitlines())
        return "\n".join(line for line in lines if line)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the parser's
        """A block begins a line."""
        if tag in _BLOCKS:
            self._found.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """A block ends a line."""
        if tag in _BLOCKS:
            self._found.append("\n")

    def handle_data(self, data: str) -> None:
        """Words."""
        self._found.append(data)
