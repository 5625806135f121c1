"""RDF documents to statements, by rdflib, with what a stranger's document may do bounded: nothing is ever fetched."""

import io
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape
from xml.sax.xmlreader import AttributesNSImpl, Locator

from lxml import etree

from windrow.errors import RemoteUnreadable
from windrow.formats import json, xml
from windrow.formats.rdf.contexts import made_local
from windrow.formats.rdf.notations import Notation
from windrow.formats.rdf.terms import RDF, Blank, Iri, Node, Statement, Term, literal

if TYPE_CHECKING:
    from xml.sax.handler import ContentHandler

    from rdflib import Graph

_PARSE_TYPE = f"{{{RDF}}}parseType"

LARGEST = 32 * 1024 * 1024
"""Bytes of a document: its statements take some ten times as much memory while they are read."""

MOST_STATEMENTS = 500_000
"""Turtle can say many things in few bytes."""

DEEPEST = 100
"""Levels of JSON-LD: rdflib goes down by calls, and how many of these there may be, other libraries change at will."""

_TOO_DEEP = "An RDF document nested too deep to be read."

Statements = Mapping[Node, frozenset[tuple[Iri, Term]]]
"""What a document says of each subject."""


def parse(body: bytes, notation: Notation, url: str = "") -> Statements:
    """The statements of a document. `url` is where it came from: relative names start there.

    Named graphs are read as one. Raises `RemoteUnreadable`, which says what came instead or where it broke.
    """
    refuse_large(body)
    return _gathered(lambda graph: _PARSERS[notation](body, url, graph), notation)


def parse_json_ld(value: Any, url: str = "") -> Statements:
    """The statements of a JSON-LD document that was read as JSON already. Raises `RemoteUnreadable`."""
    return _gathered(lambda graph: _read_json(value, url, graph), Notation.JSON_LD)


def refuse_large(body: bytes) -> None:
    """Raises `RemoteUnreadable` for a document that is too large to be read as RDF."""
    if len(body) > LARGEST:
        raise RemoteUnreadable(
            f"An RDF document of {len(body)} bytes; {LARGEST} can be read at once. Ask for a catalogue with pages."
        )


def _gathered(read: Callable[["Graph"], None], notation: Notation) -> Statements:
    gathered: dict[Node, set[tuple[Iri, Term]]] = {}
    gatherer = _gatherer_class()(gathered)
    try:
        read(gatherer)
    except RemoteUnreadable:
        raise
    except RecursionError as problem:
        raise RemoteUnreadable(_TOO_DEEP) from problem
    except Exception as problem:
        # rdflib has no common error, and stumbles over strange documents in any way.
        raise RemoteUnreadable(f"Malformed {notation.value}: {_first_line(problem)}") from problem
    return {subject: frozenset(said) for subject, said in gathered.items()}


def statements_of(graph: Statements) -> Iterator[Statement]:
    """Each statement."""
    for subject, said in graph.items():
        yield from ((subject, predicate, value) for predicate, value in said)


def _parse_turtle(body: bytes, url: str, graph: "Graph") -> None:
    from rdflib.plugins.parsers.notation3 import RDFSink, SinkParser

    parser = SinkParser(RDFSink(graph), baseURI=url, turtle=True)
    parser.loadBuf(_text(body))


def _parse_n_triples(body: bytes, url: str, graph: "Graph") -> None:  # noqa: ARG001 - there are no relative names
    from rdflib.plugins.parsers.ntriples import NTGraphSink, W3CNTriplesParser

    parser = W3CNTriplesParser(NTGraphSink(graph))
    # Its own way to find the lines takes time with the square of their length.
    for line in io.StringIO(_text(body), newline=None):
        parser.line = line.rstrip("\n")
        parser.parseline()


def _parse_xml(body: bytes, url: str, graph: "Graph") -> None:
    from rdflib.plugins.parsers.rdfxml import RDFXMLHandler

    root = xml.parse(body)
    if root.tag != f"{{{RDF}}}RDF" and not etree.QName(root).namespace:
        raise RemoteUnreadable(f"<{xml.local_name(root)}> instead of an RDF document.")
    _keep_literals_plain(root)
    handler = RDFXMLHandler(graph)
    place = _Place(url)
    handler.setDocumentLocator(place)
    _tell(root, handler, place)


class _Place(Locator):
    """Where in a document rdflib is told of an element, for its complaints."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.line = 0

    def getPublicId(self) -> str:  # noqa: N802 - SAX's name
        """The address that relative ones start from."""
        return self.url

    getSystemId = getPublicId  # noqa: N815 - SAX's name

    def getLineNumber(self) -> int:  # noqa: N802 - SAX's name
        """The line that the element begins at."""
        return self.line


def _tell(element: xml.Element, handler: "ContentHandler", place: _Place) -> None:
    """Tells rdflib of an element and all below it, as its own parser would, which resolves entities.

    Text counts in RDF/XML only where no elements stand beside it.
    """
    line: Any = element.sourceline
    place.line = line or 0
    name = _sax_name(str(element.tag))
    attributes = {_sax_name(str(each)): str(value) for each, value in element.attrib.items()}
    handler.startElementNS(name, None, AttributesNSImpl(attributes, {}))
    if element.text and len(element) == 0:
        handler.characters(element.text)
    for child in element:
        _tell(child, handler, place)
    handler.endElementNS(name, None)


def _sax_name(tag: str) -> tuple[str | None, str]:
    namespace, _, local = tag.rpartition("}")
    return namespace[1:] or None, local


def _keep_literals_plain(root: xml.Element) -> None:
    """Has XML that is meant as a value stand there as a text: rdflib puts it together in the square of its length."""
    for element in list(root.iter()):
        if element.get(_PARSE_TYPE) == "Literal" and element.getparent() is not None:
            inner = b"".join(etree.tostring(each, encoding="UTF-8") for each in element)
            text = escape(element.text or "") + inner.decode()
            for child in list(element):
                element.remove(child)
            element.text = text
            del element.attrib[_PARSE_TYPE]
            element.set(f"{{{RDF}}}datatype", f"{RDF}XMLLiteral")


def _parse_json(body: bytes, url: str, graph: "Graph") -> None:
    _read_json(json.parse(body), url, graph)


def _read_json(value: Any, url: str, graph: "Graph") -> None:
    from rdflib.plugins.parsers.jsonld import to_rdf

    if not isinstance(value, dict | list):
        raise RemoteUnreadable("JSON, but no object or list, instead of a JSON-LD document.")
    _refuse_deep(value)
    to_rdf(made_local(value), graph, base=url)


def _refuse_deep(value: Any) -> None:
    level = [value]
    for _ in range(DEEPEST):
        below = (each.values() if isinstance(each, dict) else each for each in level)
        level = [child for children in below for child in children if isinstance(child, dict | list)]
        if not level:
            return
    raise RemoteUnreadable(_TOO_DEEP)


_PARSERS: Mapping[Notation, Callable[[bytes, str, "Graph"], None]] = {
    Notation.TURTLE: _parse_turtle,
    Notation.N_TRIPLES: _parse_n_triples,
    Notation.RDF_XML: _parse_xml,
    Notation.JSON_LD: _parse_json,
}


@cache
def _gatherer_class() -> Callable[[dict[Node, set[tuple[Iri, Term]]]], "Graph"]:
    """A graph of rdflib's that only hands its statements on. Made when first needed: rdflib is slow to load."""
    import logging

    import rdflib

    # Values stay as they were written: to write `1e999999999` out as a decimal takes all memory there is.
    rdflib.NORMALIZE_LITERALS = False
    # It makes a Python value of each literal as well, which is never needed, and takes minutes for some (XML).
    rdflib.term._toPythonMapping.clear()
    # It logs each odd address; what matters of that, our own readers say.
    logging.getLogger("rdflib.term").setLevel(logging.CRITICAL)

    class Gatherer(rdflib.Graph):
        """Counts statements, and hands them on in our own words."""

        def __init__(self, gathered: dict[Node, set[tuple[Iri, Term]]]) -> None:
            super().__init__(bind_namespaces="none")
            self._gathered = gathered
            self._terms: dict[Any, Any] = {}
            self._count = 0

        def add(self, triple: Any) -> "Gatherer":
            """Takes one statement. Raises `RemoteUnreadable` when there are too many."""
            self._count += 1
            if self._count > MOST_STATEMENTS:
                raise RemoteUnreadable(
                    f"More than {MOST_STATEMENTS} statements in one document. Ask for a catalogue with pages."
                )
            subject, predicate, value = map(self._own, triple)
            if isinstance(predicate, Iri):
                self._gathered.setdefault(subject, set()).add((predicate, value))
            return self

        def bind(self, *_: Any, **__: Any) -> None:
            """Prefixes mean nothing to us."""

        def _own(self, term: Any) -> Any:
            # Most terms come many times. rdflib's literals are only equal where their types and languages are.
            found = self._terms.get(term)
            if found is None:
                found = self._terms[term] = _term(term)
            return found

    def _term(term: Any) -> Term:
        if isinstance(term, rdflib.Literal):
            return literal(str(term), str(term.language or ""), str(term.datatype or ""))
        return Blank(f"_:{term}") if isinstance(term, rdflib.BNode) else Iri(str(term))

    return Gatherer


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise RemoteUnreadable(
            f"An RDF document that is not in UTF-8: {problem.reason} at byte {problem.start} of {len(body)}."
        ) from problem


def _first_line(problem: Exception) -> str:
    words = " ".join(str(problem).split())
    return (words or type(problem).__name__)[:300]
