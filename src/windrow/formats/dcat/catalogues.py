"""A page of a catalogue: the datasets that it describes, how many there are in all, and where the next page is."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from urllib.parse import urljoin, urlsplit, urlunsplit

from windrow.errors import RemoteUnreadable
from windrow.formats.dcat.datasets import title_of
from windrow.formats.dcat.texts import plain_of
from windrow.formats.dcat.words import (
    CATALOGUES,
    DATASETS,
    DCAT,
    DCT,
    FOR_THEMSELVES,
    HYDRA,
    LEFT_ALONE,
    SERVICES,
    TYPE,
)
from windrow.formats.rdf.descriptions import Description, describe
from windrow.formats.rdf.parsing import Statements
from windrow.formats.rdf.terms import Literal, Node, Term, written

_NEXT = (f"{HYDRA}next", f"{HYDRA}nextPage")
_PAGES = frozenset((f"{HYDRA}PagedCollection", f"{HYDRA}PartialCollectionView", f"{HYDRA}Collection"))
_MOST_DESCRIBED = 2_000_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One dataset of a page: its description, or the problem why it has none; `node` is its name in the document."""

    node: Node
    identifiers: Sequence[str]
    types: frozenset[str] = frozenset()
    description: Description | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class CataloguePage:
    """What a page holds. `next` is the address of the one after it; "" at the end. `total` counts datasets."""

    entries: Sequence[Entry] = ()
    total: int | None = None
    next: str = ""
    title: str = field(default="", compare=False)


def read_catalogue(
    graph: Statements, url: str, *, services: bool = False, languages: Sequence[str] = ("en",)
) -> CataloguePage:
    """Reads a page. `services` takes data services as well.

    Raises `RemoteUnreadable` for what is no catalogue, and for one that names datasets without describing any.
    """
    types = {node: frozenset(_types(graph, node)) for node in graph}
    found = _datasets(graph, types, DATASETS | SERVICES if services else DATASETS)
    catalogues = [node for node, kinds in types.items() if kinds & CATALOGUES]
    pages = [node for node, kinds in types.items() if kinds & _PAGES or _says(graph, node, *_NEXT)]
    if not found:
        _refuse_none(graph, catalogues, pages)
    return CataloguePage(
        entries=list(_entries(graph, types, found)),
        total=_total(graph, pages),
        next=_next(graph, pages, url),
        title=_title(graph, catalogues, languages),
    )


def stable_name(description: Description) -> str:
    """An identifier for a dataset without any: of its titles and pages, which change more seldom than the rest."""
    node = description.subject
    lasting = sorted(written(each) for each in description.said().values(node, f"{DCT}title", f"{DCAT}landingPage"))
    return f"unnamed-{blake2b(chr(10).join(lasting).encode('utf-8', 'replace'), digest_size=12).hexdigest()}"


def _types(graph: Statements, node: Node) -> Iterator[str]:
    return (plain_of(each) for each in _values(graph, node, TYPE))


def _values(graph: Statements, node: Node, *predicates: str) -> list[Term]:
    found = [value for predicate, value in graph.get(node, ()) if predicate in predicates]
    return sorted(found, key=written)


def _says(graph: Statements, node: Node, *predicates: str) -> bool:
    return any(predicate in predicates for predicate, _ in graph.get(node, ()))


def _datasets(graph: Statements, types: Mapping[Node, frozenset[str]], wanted: frozenset[str]) -> list[Node]:
    """What has a type that is wanted, and what catalogues list as datasets whatever its type, in a fixed order."""
    typed = {node for node, kinds in types.items() if kinds & wanted and not kinds & CATALOGUES}
    listed = {
        value
        for node in graph
        for value in _values(graph, node, f"{DCAT}dataset")
        if not isinstance(value, Literal) and value in graph and not types[value] & CATALOGUES
    }
    return sorted(typed | listed)


def _refuse_none(graph: Statements, catalogues: Sequence[Node], pages: Sequence[Node]) -> None:
    named = sum(len(_values(graph, node, f"{DCAT}dataset")) for node in catalogues)
    if named:
        raise RemoteUnreadable(f"The catalogue names {named} datasets, but its document describes none of them.")
    if not catalogues and not pages:
        count = sum(map(len, graph.values()))
        raise RemoteUnreadable(f"No catalogue: {count} statements, but neither a dcat:Catalog nor a dcat:Dataset.")


def _entries(graph: Statements, types: Mapping[Node, frozenset[str]], found: Sequence[Node]) -> Iterator[Entry]:
    described = 0

    def stops_at(node: Node) -> bool:
        return bool(types.get(node, frozenset()) & FOR_THEMSELVES)

    for node in found:
        identifiers = [text for each in _values(graph, node, f"{DCT}identifier") if (text := plain_of(each))]
        try:
            description = describe(graph, node, stops_at=stops_at, left_alone=LEFT_ALONE)
        except RemoteUnreadable as problem:
            yield Entry(node, identifiers, types[node], problem=str(problem))
            continue
        described += len(description.statements)
        if described > _MOST_DESCRIBED:
            raise RemoteUnreadable("Datasets that share so much that their descriptions are too large.")
        yield Entry(node, identifiers, types[node], description)


def _total(graph: Statements, pages: Sequence[Node]) -> int | None:
    totals = {
        int(each.text)
        for node in pages
        for each in _values(graph, node, f"{HYDRA}totalItems")
        if isinstance(each, Literal) and each.text.strip().isdecimal() and len(each.text) < 12
    }
    return totals.pop() if len(totals) == 1 else None


def _next(graph: Statements, pages: Sequence[Node], url: str) -> str:
    """The next page's address. Literals are taken too, as CKAN writes them.

    A page that says it of itself wins over others that a document may mention.
    """
    found = {node: [plain_of(each) for each in _values(graph, node, *_NEXT)] for node in pages}
    own = next((links for node, links in found.items() if links and node == url), None)
    links = own or sorted({link for links in found.values() for link in links if link})
    if len(links) > 1 and own is None:
        raise RemoteUnreadable(f"The document names {len(links)} next pages: {', '.join(links[:3])}.")
    return _same_scheme(urljoin(url, links[0]), url) if links else ""


def _same_scheme(address: str, url: str) -> str:
    """With the scheme that was asked by: servers behind a proxy that speaks TLS often do not know of it."""
    there, here = urlsplit(address), urlsplit(url)
    plainer = there.netloc == here.netloc and (there.scheme, here.scheme) == ("http", "https")
    return urlunsplit(there._replace(scheme="https")) if plainer else address


def _title(graph: Statements, catalogues: Sequence[Node], languages: Sequence[str]) -> str:
    for node in sorted(catalogues):
        said = [(node, predicate, value) for predicate, value in graph[node] if isinstance(value, Literal)]
        title = title_of(Description(node, sorted(said, key=lambda each: written(each[2]))), languages)
        if title:
            return title
    return ""
