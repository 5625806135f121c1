"""In which notation an RDF document is written: by what its server says, and by what its beginning shows."""

import re
from enum import StrEnum

from windrow.errors import RemoteUnreadable

_BEGINNING = 4096
_BLANK = b"\xef\xbb\xbf \t\r\n"
_XML = re.compile(rb"<(?:[?!]|[A-Za-z][\w.-]*:?[\w.-]*(?:\s|/?>))")
_CERTAINLY_XML = re.compile(rb"<(?:[?!]|[^<>]*\sxmlns)")
_IRI = re.compile(rb"<[A-Za-z][\w+.-]*:(?://|[^\s<>]*>\s)")
_STATEMENT = re.compile(rb"(?:<[^<>\s]*>|_:\S+)\s+<[^<>\s]*>\s+(?:<[^<>\s]*>|_:\S+|\"(?:[^\"\\]|\\.)*\"\S*)\s*\.\s*")
_HTML = re.compile(rb"(?:<!--.*?-->|<\?xml[^>]*>|\s)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL)
_TITLE = re.compile(rb"<title[^>]*>(.*?)</title", re.IGNORECASE | re.DOTALL)
_TURTLE = re.compile(rb"(?:@prefix|@base|prefix|base)\s|\[\s*\]\s|[\w.-]*:[\w.-]*\s+a\s|<[^<>\s]*>", re.IGNORECASE)


class Notation(StrEnum):
    """How statements may be written."""

    JSON_LD = "json-ld"
    RDF_XML = "rdf-xml"
    TURTLE = "turtle"
    N_TRIPLES = "n-triples"


MEDIA_TYPES = {
    "application/ld+json": Notation.JSON_LD,
    "application/json": Notation.JSON_LD,
    "application/rdf+xml": Notation.RDF_XML,
    "application/xml": Notation.RDF_XML,
    "text/xml": Notation.RDF_XML,
    "text/turtle": Notation.TURTLE,
    "application/x-turtle": Notation.TURTLE,
    "application/turtle": Notation.TURTLE,
    "text/n3": Notation.TURTLE,
    "text/rdf+n3": Notation.TURTLE,
    "application/n-triples": Notation.N_TRIPLES,
}

_ENDINGS = {
    ".jsonld": Notation.JSON_LD,
    ".json": Notation.JSON_LD,
    ".rdf": Notation.RDF_XML,
    ".xml": Notation.RDF_XML,
    ".owl": Notation.RDF_XML,
    ".ttl": Notation.TURTLE,
    ".n3": Notation.TURTLE,
    ".nt": Notation.N_TRIPLES,
}


def notation_of(body: bytes, media_type: str = "", url: str = "") -> Notation:
    """The notation. What the document shows counts more than what its server says: many serve everything as text.

    Raises `RemoteUnreadable`, which says what came instead.
    """
    start = body[:_BEGINNING].lstrip(_BLANK)
    path = url.partition("?")[0].partition("#")[0].lower()
    said = MEDIA_TYPES.get(media_type) or next((each for end, each in _ENDINGS.items() if path.endswith(end)), None)
    if not start:
        raise RemoteUnreadable("An empty answer instead of an RDF document.")
    if _HTML.match(start):
        title = _TITLE.search(body[:65536])
        raise RemoteUnreadable(f"HTML page instead of an RDF document: {_shown(title[1] if title else b'')}")
    if start[:1] in b"{[" and said not in (Notation.TURTLE, Notation.N_TRIPLES):
        return Notation.JSON_LD
    if _is_xml(start, said):
        return Notation.RDF_XML
    if said is Notation.N_TRIPLES:
        return said
    if said is Notation.TURTLE or start[:1] == b"#" or _TURTLE.match(start):
        return Notation.N_TRIPLES if _STATEMENT.match(start) and said is not Notation.TURTLE else Notation.TURTLE
    raise RemoteUnreadable(f"No RDF document but: {_shown(start)}")


def _shown(content: bytes) -> str:
    return " ".join(content[:400].decode("utf-8", "replace").split())[:120] or "(without a title)"


def _is_xml(start: bytes, said: Notation | None) -> bool:
    """Whether an element, a declaration or a comment stands there, rather than an IRI in its brackets."""
    if said in (Notation.TURTLE, Notation.N_TRIPLES):
        return bool(_CERTAINLY_XML.match(start))
    return bool(_XML.match(start)) and not _IRI.match(start)
