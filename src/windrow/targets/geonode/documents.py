"""A record as a document of GeoNode's API v2, and what its answers say; pure.

Nothing of the API takes an identifier of ours when a document is made, but its search looks into titles and abstracts.
So a document is made with a mark in its title, and gets its right title together with the mark at the end of its
abstract: at every moment one of the two leads to it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote, urlsplit

from windrow.errors import RemoteStatus, RemoteUnreadable, Unfit
from windrow.formats import json
from windrow.formats.dates import last_moment
from windrow.formats.json import object_of, objects_of, text_of
from windrow.formats.languages import three_letters
from windrow.model.records import Record
from windrow.targets.geonode.settings import Settings

Fields = dict[str, Any]

_LONGEST_TITLE = 255
_RELATIONS = ("about", "enclosure", "alternate", "related")
# What documents may be, says the user guide; csv is not among it.
_EXTENSIONS = frozenset(
    (
        *("doc", "docx", "txt", "odt", "xls", "xlsx", "ods", "ppt", "pptx", "odp", "pdf", "xml", "qml", "sld"),
        *("gif", "jpg", "png", "tif", "tiff", "rar", "zip", "gz"),
    )
)


@dataclass(frozen=True, slots=True)
class There:
    """A document that is there: its number, and the UUID that nothing else at that number will ever have."""

    pk: str
    uuid: str

    @property
    def name(self) -> str:
        """As `Item.remote` keeps it."""
        return f"{self.pk}/{self.uuid}"

    @classmethod
    def of(cls, name: str) -> "There | None":
        """Of a kept name; None where it is none."""
        pk, _, uuid = name.partition("/")
        return cls(pk, uuid) if pk.isdecimal() and pk.isascii() else None


def mark_of(identifier: str) -> str:
    """One word by which a document is found again; a search by words must not take it apart."""
    return f"windrow{sha256(identifier.encode('utf-8', 'surrogatepass')).hexdigest()[:24]}"


def first_fields(record: Record, identifier: str, settings: Settings) -> dict[str, str]:
    """The fields that a document is made with. Raises `Unfit` for a record that leads nowhere."""
    mark = f" [{mark_of(identifier)}]"
    url = _url_of(record, identifier, settings)
    ending = PurePosixPath(urlsplit(url).path).suffix.lower().removeprefix(".")
    extension = ending if ending in _EXTENSIONS else settings.extension
    return {"title": record.title[: _LONGEST_TITLE - len(mark)] + mark, "doc_url": url, "extension": extension}


def fields_of(record: Record, identifier: str, settings: Settings) -> Fields:
    """The metadata of a document. What is empty is sent too: it may have been something before."""
    chosen = (_METADATA[each](record) for each in settings.metadata)
    return {
        "title": record.title[:_LONGEST_TITLE] or identifier[:_LONGEST_TITLE],
        "abstract": "\n\n".join(filter(None, [record.abstract, f"[{mark_of(identifier)}]"])),
        "doc_url": _url_of(record, identifier, settings),
        **{name: value for fields in chosen for name, value in fields.items()},
    }


def read_rows(body: bytes, name: str) -> list[Fields]:
    """The rows of a list. Raises `RemoteUnreadable` for what is no list of API v2."""
    rows = json.parse_object(body).get(name)
    if not isinstance(rows, list):
        raise RemoteUnreadable(f"An answer without {name} instead of a list of API v2.")
    return objects_of(rows)


def read_document(body: bytes) -> Fields:
    """A single document. Raises `RemoteUnreadable` for anything else."""
    answer = json.parse_object(body)
    if answer.get("success") is False:
        raise RemoteUnreadable(f"The GeoNode reports an error: {told(answer) or 'it does not say which'}.")
    document = object_of(answer.get("document")) or object_of(answer.get("resource")) or answer
    if not text_of(document.get("pk")):
        raise RemoteUnreadable("The GeoNode answers with no document that has a number.")
    return document


def there_in(document: Mapping[str, Any]) -> There:
    """Which document it is. Raises `RemoteUnreadable` where its number is none."""
    found = There.of(f"{text_of(document.get('pk'))}/{text_of(document.get('uuid'))}")
    if found is None:
        raise RemoteUnreadable("The GeoNode answers with a document whose number is none.")
    return found


def has_mark(document: Mapping[str, Any], identifier: str) -> bool:
    """Whether this is the record's document."""
    texts = (text_of(document.get(name)) for name in ("title", "abstract", "raw_abstract"))
    return any(mark_of(identifier) in text for text in texts)


def is_short(document: Mapping[str, Any]) -> bool:
    """Whether a row does not tell the abstract."""
    return "abstract" not in document and "raw_abstract" not in document


def told_in(refusal: RemoteStatus) -> str:
    """What the GeoNode says of a refusal; "" where it is not the API that speaks."""
    try:
        return told(json.parse_object(refusal.body))
    except RemoteUnreadable:
        return ""


def told(answer: Mapping[str, Any]) -> str:
    """The errors in an answer, in one line."""
    return "; ".join(filter(None, (_plain(name, value) for name, value in answer.items())))[:500]


def _plain(name: str, value: Any) -> str:
    if name in ("success", "code") or not value:
        return ""
    texts = [text_of(each) for each in value] if isinstance(value, list) else [text_of(value)]
    words = ", ".join(filter(None, texts))
    return words if name in ("detail", "errors", "error", "message") or not words else f"{name}: {words}"


def _url_of(record: Record, identifier: str, settings: Settings) -> str:
    if settings.document_url:
        return settings.document_url.replace("{identifier}", quote(identifier.encode("utf-8", "replace"), safe=""))
    links = [each for each in record.links if each.href.startswith(("http://", "https://"))]
    for rel in _RELATIONS:
        if found := next((each.href for each in links if each.rel == rel), ""):
            return found
    if links:
        return links[0].href
    raise Unfit("A document of GeoNode leads to an address, and the record has no link; set one for all documents.")


def _keywords_of(record: Record) -> Fields:
    return {"keywords": [{"name": each[:100]} for each in record.keywords]}


def _language_of(record: Record) -> Fields:
    code = three_letters(record.language.partition("-")[0])
    return {"language": code} if len(code) == 3 else {}


def _dates_of(record: Record) -> Fields:
    created = record.created or record.modified
    kind = "creation" if record.created else "revision"
    return {
        **({"date": created.isoformat(), "date_type": kind} if created else {}),
        "temporal_extent_start": record.time_start.isoformat() if record.time_start else None,
        "temporal_extent_end": last_moment(record.time_end).isoformat() if record.time_end else None,
    }


def _extent_of(record: Record) -> Fields:
    return {"extent": {"coords": list(record.bbox), "srid": "EPSG:4326"}} if record.bbox else {}


def _licence_of(record: Record) -> Fields:
    """In words: its own codes are numbers that differ from one GeoNode to another."""
    return {"constraints_other": record.licence}


def _attribution_of(record: Record) -> Fields:
    return {"attribution": next((each.organisation or each.name for each in record.contacts), "")[:2048]}


def _links_of(record: Record) -> Fields:
    lines = [f"{each.title or each.protocol or each.rel}: {each.href}" for each in record.links]
    return {"supplemental_information": "\n".join(lines)}


_METADATA: Mapping[str, Callable[[Record], Fields]] = {
    "keywords": _keywords_of,
    "language": _language_of,
    "dates": _dates_of,
    "extent": _extent_of,
    "licence": _licence_of,
    "attribution": _attribution_of,
    "links": _links_of,
}
