"""Where a dataset can be had: distributions, the services that serve it, pages about it, as links."""

from collections.abc import Iterator

from windrow.formats.dcat.codes import format_word, media_type_of
from windrow.formats.dcat.texts import Texts, plain_of
from windrow.formats.dcat.words import ADMS, DCAT, DCT, FOAF, RDFS
from windrow.formats.links import address
from windrow.formats.rdf.terms import RDF, Literal, Node, Term
from windrow.model.records import Link

_DISTRIBUTIONS = (f"{DCAT}distribution", f"{ADMS}sample")
_LICENCES = (f"{DCT}license", f"{DCT}licence", f"{DCT}rights", f"{DCT}accessRights")


def read_links(texts: Texts, node: Node) -> Iterator[Link]:
    """The links of a dataset or a service."""
    for distribution in texts.said.nodes(node, *_DISTRIBUTIONS):
        yield from _read_distribution(texts, distribution)
    yield from _read_service(texts, node)
    yield from _pages(texts, node, f"{DCAT}landingPage", "about", f"{FOAF}homepage")
    yield from _pages(texts, node, f"{FOAF}page", "describedby", f"{FOAF}isReferencedBy")
    yield from _pages(texts, node, f"{DCT}conformsTo", "profile")
    yield from _pages(texts, node, f"{DCT}license", "license")
    for identifier in texts.said.values(node, f"{DCT}identifier", f"{ADMS}identifier"):
        resolved = _resolved(identifier)
        if resolved:
            yield Link(resolved, rel="cite-as")


def read_licence(texts: Texts, node: Node) -> str:
    """The dataset's licence, else its distributions' where they agree: what it is called, or its address."""
    own = _licence(texts, node, f"{DCT}license")
    if own:
        return own
    found = {_licence(texts, each, f"{DCT}license") for each in texts.said.nodes(node, *_DISTRIBUTIONS)}
    shared = found.pop() if len(found) == 1 else ""
    return shared or _licence(texts, node, *_LICENCES)


def _licence(texts: Texts, node: Node, *predicates: str) -> str:
    for value in texts.said.values(node, *predicates):
        if label := texts.label(value) or plain_of(value):
            return label
    return ""


def _read_distribution(texts: Texts, node: Node) -> Iterator[Link]:
    title, description = texts.text(node, f"{DCT}title", f"{RDFS}label"), texts.text(node, f"{DCT}description")
    kind, word = _media_type(texts, node), _format(texts, node)
    downloads = _addresses(texts, node, f"{DCAT}downloadURL")
    for href in downloads:
        yield Link(href, rel="enclosure", title=title, description=description, media_type=kind, protocol=word)
    for href in _addresses(texts, node, f"{DCAT}accessURL"):
        if href not in downloads:
            yield Link(href, title=title, description=description, media_type=kind, protocol=word)
    for service in texts.said.nodes(node, f"{DCAT}accessService"):
        yield from _read_service(texts, service)


def _read_service(texts: Texts, node: Node) -> Iterator[Link]:
    title = texts.text(node, f"{DCT}title", f"{RDFS}label")
    standards = [texts.label(each) or format_word(plain_of(each)) for each in _standards(texts, node)]
    for href in _addresses(texts, node, f"{DCAT}endpointURL"):
        yield Link(href, rel="service", title=title, protocol=next(iter(standards), ""))
    for href in _addresses(texts, node, f"{DCAT}endpointDescription"):
        yield Link(href, rel="service-desc", title=title)


def _standards(texts: Texts, node: Node) -> list[Term]:
    return list(texts.said.values(node, f"{DCT}conformsTo"))


def _pages(texts: Texts, node: Node, predicate: str, rel: str, *others: str) -> Iterator[Link]:
    for value in texts.said.values(node, predicate, *others):
        href = address(plain_of(value))
        if href.startswith(("http://", "https://")):
            title = "" if isinstance(value, Literal) else texts.label(value)
            yield Link(href, rel=rel, title=title)


def _addresses(texts: Texts, node: Node, predicate: str) -> list[str]:
    found = (address(plain_of(each)) for each in texts.said.values(node, predicate))
    return list(dict.fromkeys(each for each in found if each))


def _media_type(texts: Texts, node: Node) -> str:
    named = [_named(texts, each) for each in texts.said.values(node, f"{DCAT}mediaType", f"{DCT}format")]
    return next((kind for each in named for text in each if (kind := media_type_of(text))), "")


def _format(texts: Texts, node: Node) -> str:
    """The format by its label, else by its address; a media type says nothing more than the media type."""
    for value in texts.said.values(node, f"{DCT}format"):
        for text in _named(texts, value):
            if text and not media_type_of(text):
                return format_word(text)
    return ""


def _named(texts: Texts, value: Term) -> tuple[str, ...]:
    inner = "" if isinstance(value, Literal) else texts.plain(value, f"{RDF}value", f"{RDFS}label")
    return (texts.label(value), inner, plain_of(value))


def _resolved(identifier: Term) -> str:
    text = plain_of(identifier)
    resolved = address(f"doi:{text}" if text.startswith("10.") and "/" in text else text)
    return resolved if "://doi.org/" in resolved or "://dx.doi.org/" in resolved else ""
