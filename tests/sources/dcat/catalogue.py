"""A small DCAT catalogue in memory: datasets as a graph, its pages in any notation, in any order."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import rdflib
from rdflib import RDF, BNode, Literal, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF

from windrow.errors import RemoteStatus
from windrow.ports.fetching import Answer, Validators

ROOT = "https://catalogue.example.org/catalog"
HYDRA = rdflib.Namespace("http://www.w3.org/ns/hydra/core#")
VCARD = rdflib.Namespace("http://www.w3.org/2006/vcard/ns#")
MEDIA_TYPES = {
    "turtle": "text/turtle",
    "nt": "application/n-triples",
    "xml": "application/rdf+xml",
    "json-ld": "application/ld+json",
}

PART = 500
"""So many bytes are a part here, so that small documents come in parts too."""

Triple = tuple[Any, Any, Any]


@dataclass(frozen=True)
class Dataset:
    """A dataset, with a publisher that others share, a blank contact, and distributions."""

    name: str
    title: str = ""
    description: str = ""
    keywords: Sequence[str] = ()
    identifier: str = ""
    blank: bool = False
    distributions: int = 1

    def triples(self, root: str) -> list[Triple]:
        node = BNode() if self.blank else URIRef(f"{root}/{self.name}")
        publisher, contact = URIRef(f"{root}/publisher"), BNode()
        found: list[Triple] = [
            (node, RDF.type, DCAT.Dataset),
            (node, DCTERMS.title, Literal(self.title or f"Title of {self.name}", lang="en")),
            (node, DCTERMS.publisher, publisher),
            (publisher, FOAF.name, Literal("Office")),
            (node, DCAT.contactPoint, contact),
            (contact, VCARD.fn, Literal("Desk")),
            *((node, DCAT.keyword, Literal(each)) for each in self.keywords),
        ]
        if self.description:
            found.append((node, DCTERMS.description, Literal(self.description)))
        if self.identifier:
            found.append((node, DCTERMS.identifier, Literal(self.identifier)))
        for number in range(self.distributions):
            distribution = BNode()
            found.append((node, DCAT.distribution, distribution))
            found.append((distribution, DCAT.accessURL, URIRef(f"https://data.example.org/{self.name}/{number % 2}")))
        return found


def datasets(count: int) -> list[Dataset]:
    return [Dataset(f"d{number:03}") for number in range(count)]


@dataclass(eq=False)
class Catalogue:
    """Answers requests; `overrides` are answers by page (1 is the first): bytes of HTML or RDF, or a status.

    notation   what it answers in, whatever is accepted
    total      what it says that there are; None says nothing
    parts      whether it sends a part where one is asked for
    view       pages by a PartialCollectionView with IRIs; else by a PagedCollection with literals
    """

    datasets: Sequence[Dataset]
    size: int = 5
    notation: str = "turtle"
    total: int | None = -1
    view: bool = True
    parts: bool = False
    root: str = ROOT
    chance: random.Random = field(default_factory=lambda: random.Random(1))
    overrides: dict[int, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)

    def get(
        self,
        url: str,
        *,
        parameters: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
        validators: Validators | None = None,
    ) -> Answer:
        self.asked.append(url)
        self.headers.append(headers or {})
        status, media_type, body = self.answer(url)
        if status >= 400:
            raise RemoteStatus(f"{url} answered {status}.", status=status, body=body)
        if self.parts and "Range" in (headers or {}):
            told = f"bytes 0-{min(len(body), PART) - 1}/{len(body)}"
            return Answer(url, 206, {"content-type": media_type, "content-range": told}, body[:PART])
        return Answer(url, status, {"content-type": media_type}, body)

    def post(self, url: str, body: bytes, *, media_type: str, headers: Mapping[str, str] | None = None) -> Answer:
        raise AssertionError("catalogues are only read")

    def answer(self, url: str) -> tuple[int, str, bytes]:
        """What it answers: a status, a media type and a body."""
        if not url.partition("?")[0].endswith("/catalog"):
            return 404, "text/html", b"<html><title>Not Found</title></html>"
        page = int(dict(parse_qsl(urlsplit(url).query)).get("page", "1"))
        content = self.overrides.get(page)
        if isinstance(content, int):
            return content, "text/html", b""
        if isinstance(content, bytes):
            return 200, "text/html", content
        return 200, MEDIA_TYPES[self.notation], self.page(page)

    def page(self, number: int) -> bytes:
        here = list(self.datasets)[(number - 1) * self.size : number * self.size]
        triples: list[Triple] = [(URIRef(self.root), RDF.type, DCAT.Catalog)]
        triples.append((URIRef(self.root), DCTERMS.title, Literal("Catalogue of Example")))
        for each in here:
            triples += each.triples(self.root)
        triples += self._paging(number)
        return written(triples, self.notation, self.chance)

    def _paging(self, number: int) -> list[Triple]:
        view = URIRef(self._address(number)) if self.view else BNode()
        kind, following = (
            (HYDRA.PartialCollectionView, HYDRA.next) if self.view else (HYDRA.PagedCollection, HYDRA.nextPage)
        )
        found: list[Triple] = [(view, RDF.type, kind)]
        if self.total is not None:
            total = len(self.datasets) if self.total < 0 else self.total
            found.append((URIRef(self.root) if self.view else view, HYDRA.totalItems, Literal(total)))
            found.append((URIRef(self.root), RDF.type, HYDRA.Collection))
        if number * self.size < len(self.datasets):
            address = self._address(number + 1)
            found.append((view, following, URIRef(address) if self.view else Literal(address)))
        return found

    def _address(self, number: int) -> str:
        return f"{self.root}?{urlencode({'page': number})}" if number > 1 else self.root


def written(triples: Sequence[Triple], notation: str, chance: random.Random) -> bytes:
    """The statements in another order each time, with other names of blank nodes."""
    shuffled = list(triples)
    chance.shuffle(shuffled)
    graph = rdflib.Graph()
    names: dict[Any, BNode] = {}
    for triple in shuffled:
        graph.add(tuple(names.setdefault(each, BNode()) if isinstance(each, BNode) else each for each in triple))  # type: ignore[arg-type]  # three as they came
    body = graph.serialize(format=notation, encoding="utf-8")
    if notation == "nt":
        lines = body.splitlines(keepends=True)
        chance.shuffle(lines)
        return b"".join(lines)
    return body
