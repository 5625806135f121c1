"""XML from strangers: hardened parsing that says what came instead, serialising, fingerprints and namespaces."""

import html
import re
from typing import TypeAlias

from lxml import etree
from xxhash import xxh3_128_digest

from windrow.errors import RemoteUnreadable

Element: TypeAlias = etree._Element

CSW = "http://www.opengis.net/cat/csw/2.0.2"
CSW3 = "http://www.opengis.net/cat/csw/3.0"
DC = "http://purl.org/dc/elements/1.1/"
DCT = "http://purl.org/dc/terms/"
FES = "http://www.opengis.net/ogc"
GCO = "http://www.isotc211.org/2005/gco"
GMD = "http://www.isotc211.org/2005/gmd"
GMI = "http://www.isotc211.org/2005/gmi"
GMI1 = "http://standards.iso.org/iso/19115/-2/gmi/1.0"
GML = "http://www.opengis.net/gml"
GML32 = "http://www.opengis.net/gml/3.2"
MDB1 = "http://standards.iso.org/iso/19115/-3/mdb/1.0"
MDB2 = "http://standards.iso.org/iso/19115/-3/mdb/2.0"
OAI = "http://www.openarchives.org/OAI/2.0/"
OAI_DC = "http://www.openarchives.org/OAI/2.0/oai_dc/"
OWS = "http://www.opengis.net/ows"
OWS11 = "http://www.opengis.net/ows/1.1"
OWS2 = "http://www.opengis.net/ows/2.0"
SRV = "http://www.isotc211.org/2005/srv"
XLINK = "http://www.w3.org/1999/xlink"

_NOT_IN_URIS = re.compile('[\\x00-\\x20"<>\\\\^`{|}\\[\\]\\x7f]')
# XML 1.0, paragraph 2.2: no other characters can stand in a document, not even as references.
_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TITLE = re.compile(rb"<title[^>]*>(.*?)</title", re.IGNORECASE | re.DOTALL)
_HTML_START = re.compile(
    rb"\s*(<\?xml[^>]*>|<!--.*?-->|\s)*<(!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)
_ONLY_DECLARED = re.compile(rb"\s*<\?xml[^>]*\?>\s*")
_TRUNCATED = ("premature end", "couldn't find end of start tag")


def parse(body: bytes, *, keep_blanks: bool = True) -> Element:
    """The root element of a document from outside. Comments and processing instructions are dropped.

    White space between elements matters where texts hold elements; elsewhere, without `keep_blanks`, it is left out.

    Nothing is fetched and no entity is resolved: a document that declares entities is refused, and the parser's own
    bounds hold (256 levels, 10 MB per text). White space before the XML declaration is forgiven: many servers send it.
    Raises `RemoteUnreadable`, which says what came instead and where it broke.
    """
    # A parser of its own for each call: a shared one would make the threads that read pages wait for one another.
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        remove_blank_text=not keep_blanks,
    )
    try:
        root = etree.fromstring(body.lstrip(), parser)
    except (etree.XMLSyntaxError, ValueError) as problem:
        raise RemoteUnreadable(_explain(body, problem)) from problem
    _refuse_entities(root)
    if etree.QName(root).localname.lower() == "html":
        raise RemoteUnreadable(_describe_page(body))
    return root


def serialise(element: Element) -> bytes:
    """The element as a document complete by itself (UTF-8, no declaration), with all namespaces in scope."""
    return etree.tostring(element, encoding="UTF-8", with_tail=False)


def fingerprint(raw: bytes) -> bytes:
    """A hash of a document, 16 bytes. It tells changes, and guards nothing: XXH3 takes a hundredth of BLAKE2's time."""
    return xxh3_128_digest(raw)


def clean(text: str) -> str:
    """The text without characters that XML cannot carry."""
    return _UNWRITABLE.sub("", text)


def clean_address(text: str) -> str:
    """An address in which what no URI may contain is encoded, as the schemas' anyURI wants it."""
    return _NOT_IN_URIS.sub(lambda found: f"%{ord(found[0]):02X}", clean(text).strip())


def local_name(element: Element) -> str:
    """The tag without its namespace."""
    return str(element.tag).rpartition("}")[2]


def _refuse_entities(root: Element) -> None:
    dtd = root.getroottree().docinfo.internalDTD
    if dtd is not None and dtd.entities():  # type: ignore[attr-defined]  # lxml-stubs do not know it
        raise RemoteUnreadable("The XML declares entities of its own, which may be an attack; it was not read.")


def _explain(body: bytes, problem: Exception) -> str:
    start = body[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start:
        return "An empty answer instead of XML."
    if _HTML_START.match(start):
        return _describe_page(body)
    if start[:1] in b"{[":
        return f"JSON instead of XML: {_excerpt(start)}"
    if start[:1] != b"<" and not body.startswith((b"\xff\xfe", b"\xfe\xff")) and b"\x00<" not in start[:4]:
        return f"No XML but: {_excerpt(start)}"
    return _explain_syntax(body, problem)


def _explain_syntax(body: bytes, problem: Exception) -> str:
    line, column = problem.position if isinstance(problem, etree.XMLSyntaxError) else (0, 0)
    words = re.sub(r", line \d+, column \d+.*", "", str(problem)).strip()
    place = f"at line {line}, column {column} of {len(body)} bytes"
    lower = words.lower()
    if (
        any(sign in lower for sign in _TRUNCATED)
        or _ONLY_DECLARED.fullmatch(body)
        or not body.rstrip(b"\x00 \t\r\n").endswith(b">")
    ):
        return f"Truncated XML: it ends {place} ({words})."
    if "encoding" in lower or "utf-8" in lower or "invalid bytes" in lower:
        return f"XML in another encoding than it says, {place} ({words})."
    if "entity" in lower or "amplification" in lower:
        return f"XML with entities that are not read, {place} ({words})."
    return f"Malformed XML {place}: {words}."


def _describe_page(body: bytes) -> str:
    found = _TITLE.search(body[:65536])
    title = _excerpt(found.group(1)) if found else "(without a title)"
    return f"HTML page instead of XML: {title}"


def _excerpt(content: bytes) -> str:
    text = " ".join(html.unescape(content[:400].decode("utf-8", "replace")).split())
    return text[:120] + ("..." if len(text) > 120 else "")
