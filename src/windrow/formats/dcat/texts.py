"""Texts, names and dates in descriptions: in the language that is wanted, and by what an authority's address says."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from windrow.formats.dcat.words import DCT, FOAF, RDFS, SCHEMA, SCHEMAS, SKOS
from windrow.formats.json import text_of
from windrow.formats.language_choice import Text, choose
from windrow.formats.links import address
from windrow.formats.rdf.descriptions import Said
from windrow.formats.rdf.terms import RDF, Iri, Literal, Node, Term

LABELS = (
    *(f"{SKOS}prefLabel", f"{RDFS}label", f"{DCT}title", f"{FOAF}name", f"{SCHEMA}name", f"{SCHEMAS}name"),
    f"{RDF}value",
)


@dataclass(frozen=True, slots=True)
class Texts:
    """A description, read with languages in mind; the best language stands first."""

    said: Said
    languages: Sequence[str]

    def text(self, node: Node, *predicates: str) -> str:
        """The text of the first predicate that has one, in the best language; "" where there is none."""
        for predicate in predicates:
            by_language: dict[str, str] = {}
            for each in self.said.literals(node, predicate):
                if text := text_of(each.text):
                    by_language.setdefault(each.language, text)
            if found := choose(_ordered(by_language), self.languages):
                return found
        return ""

    def texts(self, node: Node, *predicates: str) -> tuple[str, ...]:
        """All texts of the best language there is, and those without a language."""
        by_language: dict[str, list[str]] = {}
        for each in self.said.literals(node, *predicates):
            if text := text_of(each.text):
                by_language.setdefault(each.language, []).append(text)
        plain = by_language.pop("", [])
        return tuple(dict.fromkeys([*(choose(_ordered(by_language), self.languages) or []), *plain]))

    def label(self, term: Term) -> str:
        """What a value is called: its own text, or its label; "" where only an address is known."""
        return text_of(term.text) if isinstance(term, Literal) else self.text(term, *LABELS)

    def labels(self, node: Node, *predicates: str) -> Iterator[str]:
        """What the values of these predicates are called, as far as they are."""
        for value in self.said.values(node, *predicates):
            if label := self.label(value):
                yield label

    def plain(self, node: Node, *predicates: str) -> str:
        """The first value as a text: a literal's text, or an IRI."""
        return next((text for each in self.said.values(node, *predicates) if (text := plain_of(each))), "")

    def address(self, node: Node, *predicates: str) -> str:
        """The first value that can be followed."""
        found = (address(plain_of(each)) for each in self.said.values(node, *predicates))
        return next((each for each in found if each), "")


def _ordered(by_language: Mapping[str, Text]) -> dict[str, Text]:
    """By tag: where no wanted language is there, all texts of a dataset come in the same other one."""
    return dict(sorted(by_language.items()))


def plain_of(term: Term) -> str:
    """A literal's text, or an IRI; "" for a node without a name."""
    if isinstance(term, Literal):
        return text_of(term.text)
    return text_of(term) if isinstance(term, Iri) else ""


def last_step(iri: str) -> str:
    """The last step of an authority's address: `DEU` of `http://publications.europa.eu/.../language/DEU`."""
    return iri.rstrip("/#").replace("#", "/").rpartition("/")[2]
