"""RDF in four notations says the same, in whatever order; what a stranger's document may do is bounded."""

import random
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st
from rdflib.compare import isomorphic

from windrow.errors import RemoteUnreadable
from windrow.formats.rdf import contexts, parsing
from windrow.formats.rdf.descriptions import describe
from windrow.formats.rdf.naming import named
from windrow.formats.rdf.notations import Notation, notation_of
from windrow.formats.rdf.parsing import parse, statements_of
from windrow.formats.rdf.terms import Blank, Iri, Literal, Statement, Term, document_of, line_of

URL = "https://catalogue.example.org/doc"
TOP = Iri("http://e/top")

TURTLE = b'<http://e/x> <http://e/p> "a"@en, <rel> ; <http://e/q> [ <http://e/r> 1.50 ] .'
N_TRIPLES = (
    b'<http://e/x> <http://e/p> "a"@en .\n<http://e/x> <http://e/p> <https://catalogue.example.org/rel> .\n'
    b"<http://e/x> <http://e/q> _:n .\n"
    b'_:n <http://e/r> "1.50"^^<http://www.w3.org/2001/XMLSchema#decimal> .\n'
)
RDF_XML = b"""<?xml version="1.0" encoding="ISO-8859-1"?>
<!DOCTYPE rdf>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/">
  <!-- a comment -->
  <rdf:Description rdf:about="http://e/x"><e:p xml:lang="en">a</e:p><e:p rdf:resource="rel"/>
    <e:q><rdf:Description><e:r rdf:datatype="http://www.w3.org/2001/XMLSchema#decimal">1.50</e:r></rdf:Description></e:q>
  </rdf:Description>
</rdf:RDF>"""
JSON_LD = b"""{"@context": {"e": "http://e/", "xsd": "http://www.w3.org/2001/XMLSchema#"}, "@id": "e:x",
  "e:p": [{"@value": "a", "@language": "en"}, {"@id": "rel"}],
  "e:q": {"e:r": {"@value": "1.50", "@type": "xsd:decimal"}}}"""

SAME = {
    Notation.TURTLE: TURTLE,
    Notation.N_TRIPLES: N_TRIPLES,
    Notation.RDF_XML: RDF_XML,
    Notation.JSON_LD: JSON_LD,
}


def lines(statements: list[Statement]) -> bytes:
    return document_of({line_of(each) for each in statements})


def described(body: bytes, notation: Notation) -> bytes:
    return describe(parse(body, notation, URL), Iri("http://e/x"), stops_at=lambda node: False).document


@pytest.mark.parametrize("notation", SAME)
def test_all_notations_say_the_same(notation: Notation) -> None:
    assert described(SAME[notation], notation).decode() == (
        '<http://e/x> <http://e/p> "a"@en .\n'
        "<http://e/x> <http://e/p> <https://catalogue.example.org/rel> .\n"
        "<http://e/x> <http://e/q> _:b0 .\n"
        '_:b0 <http://e/r> "1.50"^^<http://www.w3.org/2001/XMLSchema#decimal> .\n'
    )


# Which notation it is.


@pytest.mark.parametrize("notation", SAME)
@pytest.mark.parametrize("media_type", ["", "text/plain", "application/octet-stream"])
def test_a_notation_shows_itself(notation: Notation, media_type: str) -> None:
    assert notation_of(SAME[notation], media_type) is notation
    assert notation_of(b"\xef\xbb\xbf\n" + SAME[notation], media_type) is notation


@pytest.mark.parametrize(
    ("body", "media_type", "url", "notation"),
    [
        (b"@prefix a: <b:> .", "", "", Notation.TURTLE),
        (b"PREFIX a: <b:>", "", "", Notation.TURTLE),
        (b"# made by hand", "", "", Notation.TURTLE),
        (b"[] a <http://e/> .", "text/turtle", "", Notation.TURTLE),
        (b"[] a <http://e/> .", "", "http://e/c.ttl?x=1", Notation.TURTLE),
        (N_TRIPLES, "application/n-triples", "", Notation.N_TRIPLES),
        (N_TRIPLES, "text/turtle", "", Notation.TURTLE),
        (N_TRIPLES, "", "http://e/dump.nt", Notation.N_TRIPLES),
        (N_TRIPLES, "", "", Notation.N_TRIPLES),
        (b"<urn:x> <urn:y> <urn:z> .", "", "", Notation.N_TRIPLES),
        (b"<rdf:RDF xmlns:rdf='x'/>", "text/turtle", "", Notation.RDF_XML),
        (b"<?xml version='1.0'?><a/>", "", "", Notation.RDF_XML),
        (b'[{"@id": "x"}]', "application/ld+json", "", Notation.JSON_LD),
        (b'{"@id": "x"}', "text/html", "", Notation.JSON_LD),
    ],
)
def test_what_a_document_shows_counts_more_than_what_its_server_says(
    body: bytes, media_type: str, url: str, notation: Notation
) -> None:
    assert notation_of(body, media_type, url) is notation


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "An empty answer"),
        (b" \n", "An empty answer"),
        (b"<!DOCTYPE html><html><head><title>Sign in</title></head></html>", "HTML page instead of .*: Sign in"),
        (b"<?xml version='1.0'?>\n<html xmlns='x'><title>Gone</title></html>", "HTML page"),
        (b"Internal Server Error", "No RDF document but: Internal Server Error"),
        (b"\x00\x01\x02", "No RDF document"),
    ],
)
def test_anything_else_is_told_for_what_it_is(body: bytes, said: str) -> None:
    with pytest.raises(RemoteUnreadable, match=said):
        notation_of(body, "text/plain")


# Hostile documents.


@pytest.fixture
def unplugged(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which whoever tries to connect or to open a file by URL fails loudly."""
    import socket
    import urllib.request

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(urllib.request, "urlopen", refuse)
    monkeypatch.setattr(urllib.request.OpenerDirector, "open", refuse)


REMOTE_CONTEXTS = [
    b'{"@context": "http://127.0.0.1:9/c.jsonld", "@id": "x", "a": 1}',
    b'{"@context": ["http://127.0.0.1:9/c.jsonld", {"a": "http://e/"}], "@id": "x", "a": 1}',
    b'{"@context": {"@import": "http://127.0.0.1:9/c.jsonld"}, "@id": "x", "a": 1}',
    b'{"@context": {"a": {"@id": "http://e/", "@context": "file:///etc/passwd"}}, "@id": "x", "a": {"b": 1}}',
    b'{"@context": {"T": {"@id": "http://e/", "@context": ["http://127.0.0.1:9/"]}}, "@type": "T", "a": {"b": 1}}',
    b'[{"@id": "x", "http://e/p": {"@context": "http://127.0.0.1:9/c.jsonld", "b": 1}}]',
    b'{"@graph": [{"@id": "x", "http://e/p": [{"@context": "c.jsonld"}]}]}',
    b'{"@context": {"n": "@nest"}, "@id": "x", "n": {"@context": "http://127.0.0.1:9/c.jsonld"}}',
]


@pytest.mark.usefixtures("unplugged")
@pytest.mark.parametrize("body", REMOTE_CONTEXTS)
def test_a_remote_context_is_refused_and_never_fetched(body: bytes) -> None:
    with pytest.raises(RemoteUnreadable, match="is not known here and never fetched"):
        parse(body, Notation.JSON_LD, URL)


@pytest.mark.usefixtures("unplugged")
@pytest.mark.parametrize(
    "address", [*(f"https://{each}" for each in contexts.KNOWN), "http://www.w3.org/ns/hydra/core#"]
)
def test_known_contexts_are_here(address: str) -> None:
    body = b'{"@context": "%s", "@id": "http://e/x", "title": "T", "first": "http://e/1"}' % address.encode()

    [said] = parse(body, Notation.JSON_LD, URL).values()

    title = (Iri("http://purl.org/dc/terms/title"), Literal("T"))
    first = (Iri("http://www.w3.org/ns/hydra/core#first"), Iri("http://e/1"))
    assert title in said or first in said


@pytest.mark.usefixtures("unplugged")
@pytest.mark.parametrize(
    "body",
    [
        b'<!DOCTYPE r [<!ENTITY a "b">]><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">&a;</rdf:RDF>',
        b'<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]><r>&a;</r>',
        b'<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><r>&b;</r>',
    ],
)
def test_entities_are_refused(body: bytes) -> None:
    with pytest.raises(RemoteUnreadable, match="entit"):
        parse(body, Notation.RDF_XML, URL)


@pytest.mark.usefixtures("unplugged")
def test_a_document_type_elsewhere_is_not_asked_for() -> None:
    body = RDF_XML.replace(b"<!DOCTYPE rdf>", b'<!DOCTYPE rdf SYSTEM "http://127.0.0.1:9/x.dtd">')

    assert described(body, Notation.RDF_XML) == described(TURTLE, Notation.TURTLE)


@pytest.mark.parametrize(
    ("notation", "body"),
    [
        (Notation.TURTLE, b"[" * 5000 + b"]" * 5000 + b" <http://e/p> 1 ."),
        (Notation.TURTLE, b"<http://e/x> <http://e/p> " + b"(" * 20000 + b")" * 20000 + b" ."),
        (Notation.JSON_LD, b'{"http://e/p":' * 500 + b"1" + b"}" * 500),
        (Notation.JSON_LD, b"[" * 100_000),
        (Notation.RDF_XML, b"<a>" * 5000 + b"</a>" * 5000),
        (Notation.TURTLE, b"<http://e/x> <http://e/p> 'unfinished"),
        (Notation.TURTLE, b"@prefix a: <b"),
        (Notation.TURTLE, b"{ <http://e/x> <http://e/p> 1 } => { } ."),
        (Notation.TURTLE, b"\xff\xfe"),
        (Notation.N_TRIPLES, b"<http://e/x> nonsense .\n"),
        (Notation.JSON_LD, b'{"@context": 5, "@id": "x"}'),
        (Notation.JSON_LD, b'"text"'),
        (Notation.RDF_XML, b"<records><record/></records>"),
        (Notation.RDF_XML, RDF_XML.replace(b"</rdf:Description></e:q>", b"</rdf:Description>a<rdf:Bag/></e:q>")),
    ],
)
def test_what_cannot_be_read_says_so(notation: Notation, body: bytes) -> None:
    with pytest.raises(RemoteUnreadable):
        parse(body, notation, URL)


@pytest.mark.parametrize(("levels", "readable"), [(99, True), (101, False)])
def test_how_deep_json_may_go_does_not_hang_on_the_interpreters_limit(levels: int, readable: bool) -> None:
    body = b'{"http://e/p":' * levels + b"1" + b"}" * levels
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(20_000)
    try:
        with nullcontext() if readable else pytest.raises(RemoteUnreadable, match="too deep"):
            parse(body, Notation.JSON_LD, URL)
    finally:
        sys.setrecursionlimit(before)


def test_a_number_of_a_billion_digits_stays_as_it_was_written() -> None:
    body = b'<http://e/x> <http://e/p> "1e999999999"^^<http://www.w3.org/2001/XMLSchema#decimal> .'

    assert described(body, Notation.TURTLE) == body + b"\n"


def test_too_many_statements_and_too_large_documents_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    body = b"<http://e/x> <http://e/p> " + b",".join(b"%d" % number for number in range(50)) + b" ."
    monkeypatch.setattr(parsing, "MOST_STATEMENTS", 49)
    with pytest.raises(RemoteUnreadable, match="More than 49 statements in one document"):
        parse(body, Notation.TURTLE, URL)

    monkeypatch.setattr(parsing, "LARGEST", 100)
    with pytest.raises(RemoteUnreadable, match="100 can be read at once"):
        parse(body, Notation.TURTLE, URL)


P = b"<http://e/x> <http://e/p> "
RDF_ROOT = b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/"'

SLOW: dict[str, tuple[Notation, bytes]] = {
    "a long line": (Notation.N_TRIPLES, P + b'"' + b"a" * 2_000_000 + b'" .'),
    "XML as a value": (
        Notation.RDF_XML,
        RDF_ROOT
        + b'><rdf:Description><e:p rdf:parseType="Literal">'
        + b"<a/>" * 100_000
        + b"</e:p></rdf:Description></rdf:RDF>",
    ),
    "text in bits": (
        Notation.RDF_XML,
        RDF_ROOT + b"><rdf:Description><e:p>" + b"&amp;" * 400_000 + b"</e:p></rdf:Description></rdf:RDF>",
    ),
    "prefixes": (
        Notation.RDF_XML,
        RDF_ROOT
        + b"".join(b' xmlns:e%d="http://e/%d"' % (number, number) for number in range(5_000))
        + b">"
        + b'<rdf:Description xmlns:f="f:"/>' * 50_000
        + b"</rdf:RDF>",
    ),
    "XML in a text": (
        Notation.TURTLE,
        P + b'"' + b"<a/>" * 100_000 + b'"^^<http://www.w3.org/1999/02/22-rdf-syntax-ns#XMLLiteral> .',
    ),
}


@pytest.mark.timeout(30)
@pytest.mark.parametrize("name", SLOW)
def test_documents_made_to_be_slow_are_not(name: str) -> None:
    """Each took minutes, or hours, by rdflib's own ways."""
    notation, body = SLOW[name]

    assert parse(body, notation, URL) is not None


@pytest.mark.parametrize("scoped", [True, False])
def test_too_many_contexts_are_refused(scoped: bool) -> None:
    terms = {f"t{number}": f"http://e/{number}" for number in range(8_000)}
    own: dict[str, Any] = {} if scoped else {"@context": {"a": "http://e/a"}}
    context = {**terms, "s": {"@id": "http://e/s", "@context": {"b": "http://e/b"}}} if scoped else terms
    document = {"@context": context, "@graph": [{**own, "t1": number} for number in range(8_000)]}

    with pytest.raises(RemoteUnreadable, match=r"contexts with \d+ terms: too many"):
        contexts.made_local(document)


def test_rdflib_is_loaded_only_when_it_is_needed() -> None:
    import subprocess
    import sys

    program = (
        "import sys; import windrow.sources.dcat, windrow.sources.ckan; "
        "assert 'rdflib' not in sys.modules; assert 'shapely' not in sys.modules"
    )

    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


# Descriptions.


def test_a_description_holds_what_belongs_to_it_and_stops_at_what_stands_for_itself() -> None:
    graph = parse(
        b"""@prefix e: <http://e/> .
        e:x e:has [ e:has [ e:says "deep" ] ], e:part, e:other ; e:alone e:left ; e:has e:unknown .
        e:part e:says "part" ; e:has e:further . e:further e:has e:third . e:third e:has e:fourth .
        e:fourth e:says "too far" . e:other e:says "other" . e:left e:says "left" . e:away e:has e:x .""",
        Notation.TURTLE,
        URL,
    )

    found = describe(
        graph, Iri("http://e/x"), stops_at=lambda node: node.endswith("other"), left_alone=frozenset(["http://e/alone"])
    )

    said = {value.text for _, _, value in found.statements if isinstance(value, Literal)}
    assert said == {"deep", "part"}
    assert {str(subject) for subject, _, _ in found.statements} == {
        *(f"http://e/{name}" for name in ("x", "part", "further", "third")),
        "_:b0",
        "_:b1",
    }


def test_a_description_that_nobody_could_mean_is_refused() -> None:
    body = b"<http://e/x> <http://e/p> " + b",".join(b"%d" % number for number in range(20_001)) + b" ."

    with pytest.raises(RemoteUnreadable, match="More than 20000 statements about http://e/x"):
        describe(parse(body, Notation.TURTLE, URL), Iri("http://e/x"), stops_at=lambda node: False)


# Naming blank nodes.

BLANKS = st.integers(0, 5).map(lambda number: Blank(f"_:n{number}"))
TERMS = BLANKS | st.sampled_from([Iri("http://e/a"), TOP, Literal("x"), Literal("x", "en"), Literal('"\\\n')])
GRAPHS = st.lists(
    st.tuples(BLANKS | st.just(TOP), st.sampled_from([Iri("http://e/p"), Iri("http://e/q")]), TERMS), max_size=14
)


@given(GRAPHS, st.randoms(use_true_random=False))
def test_names_do_not_depend_on_labels_or_order(statements: list[Statement], chance: random.Random) -> None:
    labels = [Blank(f"_:other{number}") for number in range(6)]
    chance.shuffle(labels)

    def other(term: Term) -> Any:
        return labels[int(term[3:])] if isinstance(term, Blank) else term

    relabelled = [(other(subject), predicate, other(value)) for subject, predicate, value in statements]
    chance.shuffle(relabelled)

    assert lines(named(statements, TOP)[1]) == lines(named(relabelled, TOP)[1])


@given(GRAPHS)
def test_renamed_graphs_still_say_the_same(statements: list[Statement]) -> None:
    before, after = lines(statements), lines(named(statements, TOP)[1])

    assert isomorphic(rdflib.Graph().parse(data=before, format="nt"), rdflib.Graph().parse(data=after, format="nt"))


@pytest.mark.parametrize("count", [2, 300])
def test_nodes_that_look_alike_are_told_apart(count: int) -> None:
    parts: list[Statement] = []
    for number in range(count):
        node, inner = Blank(f"_:a{number}"), Blank(f"_:c{number}")
        parts += [(TOP, Iri("http://e/p"), node), (node, Iri("http://e/q"), inner), (inner, Iri("http://e/r"), TOP)]

    names, renamed = named(parts, TOP)

    assert len(set(names.values())) == 2 * count
    assert len(set(lines(renamed).splitlines())) == 3 * count


def test_documents_are_written_as_the_standard_has_it() -> None:
    text = 'quote " slash \\ line\nreturn\r tab\t é \x7f'
    statements: list[Statement] = [(Iri("http://e/a b<>"), Iri("http://e/p"), Literal(text))]

    body = lines(statements)

    assert body.decode() == (
        '<http://e/a\\u0020b\\u003C\\u003E> <http://e/p> "quote \\" slash \\\\ line\\nreturn\\r tab\t é \x7f" .\n'
    )
    assert [each[2] for each in statements_of(parse(body, Notation.N_TRIPLES))] == [Literal(text)]


def test_half_a_surrogate_pair_does_not_break_the_writing() -> None:
    assert lines([(TOP, Iri("http://e/p"), Literal("\ud800"))]) == b'<http://e/top> <http://e/p> "?" .\n'


ANSWERS = Path(__file__).parents[1] / "sources" / "dcat" / "answers"


@pytest.mark.parametrize("name", ["data-europa-eu.rdf", "udata.jsonld", "ckanext-dcat.ttl", "geodcat-ap.ttl"])
def test_a_description_read_again_is_the_same(name: str) -> None:
    body = (ANSWERS / name).read_bytes()
    graph = parse(body, notation_of(body), URL)

    for subject in graph:
        once = describe(graph, subject, stops_at=lambda node: False)
        again = describe(parse(once.document, Notation.N_TRIPLES), once.subject, stops_at=lambda node: False)
        assert isinstance(subject, Blank) or again.document == once.document
