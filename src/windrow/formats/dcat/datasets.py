"""The description of a dataset, a series or a data service to our record (DCAT 1 to 3, DCAT-AP, GeoDCAT-AP)."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from windrow.errors import RemoteUnreadable
from windrow.formats.dates import moment
from windrow.formats.dcat.codes import language_of, resource_type, theme_word
from windrow.formats.dcat.distributions import read_licence, read_links
from windrow.formats.dcat.parties import read_contacts
from windrow.formats.dcat.places import read_spatial, read_temporal
from windrow.formats.dcat.texts import LABELS, Texts, plain_of
from windrow.formats.dcat.words import DC, DCAT, DCT, SERVICES, TYPE
from windrow.formats.rdf.descriptions import Description
from windrow.formats.rdf.terms import Iri, Literal, Node
from windrow.model.records import Record


def read_dataset(description: Description, identifier: str, *, languages: Sequence[str] = ("en",)) -> Record:
    """The record of a description, under this identifier. `languages` are wanted ones, the best first.

    A field that makes no sense is left empty. Raises `RemoteUnreadable` for a description that says nothing to show:
    neither a title nor an abstract.
    """
    texts, node = Texts(description.said(), languages), description.subject
    title, abstract = texts.text(node, *_TITLES), texts.text(node, f"{DCT}description", f"{DC}description")
    if not title and not abstract:
        raise RemoteUnreadable(f"{identifier} has neither a title nor a description.")
    place, time = read_spatial(texts, node), read_temporal(texts, node)
    return Record(
        identifier=identifier,
        title=title or identifier,
        abstract=abstract,
        type=_read_type(texts, node),
        keywords=tuple(dict.fromkeys([*texts.texts(node, f"{DCAT}keyword"), *_read_themes(texts, node)])),
        contacts=tuple(dict.fromkeys(read_contacts(texts, node))),
        licence=read_licence(texts, node),
        links=tuple(dict.fromkeys(read_links(texts, node))),
        bbox=place.box,
        geometry=place.geometry,
        time_start=time.start,
        time_end=time.end,
        created=_read_moment(texts, node, f"{DCT}issued", f"{DCT}created"),
        # GeoNetwork writes dct:updated, which is no term of that vocabulary.
        modified=_read_moment(texts, node, f"{DCT}modified", f"{DCT}updated"),
        language=_read_language(texts, node),
        collection=texts.plain(node, f"{DCAT}inSeries"),
        standard="dcat",
    )


_TITLES = (f"{DCT}title", f"{DC}title", *LABELS)


def title_of(description: Description, languages: Sequence[str]) -> str:
    """What the thing described is called."""
    return Texts(description.said(), languages).text(description.subject, *_TITLES)


def _read_type(texts: Texts, node: Node) -> str:
    kinds = set(texts.said.nodes(node, TYPE))
    if kinds & SERVICES:
        return "service"
    said = (resource_type(plain_of(each)) for each in texts.said.values(node, f"{DCT}type"))
    series = "series" if f"{DCAT}DatasetSeries" in kinds else ""
    return series or next((each for each in said if each), "dataset")


def _read_themes(texts: Texts, node: Node) -> Iterator[str]:
    """Themes and subjects by their labels; of the EU's themes the titles are known."""
    for value in texts.said.values(node, f"{DCAT}theme", f"{DCT}subject"):
        label = texts.label(value) or (theme_word(value) if isinstance(value, Iri) else "")
        if label and not (isinstance(value, Literal) and "://" in label):
            yield label


def _read_moment(texts: Texts, node: Node, *predicates: str) -> datetime | None:
    """The latest date of the first predicate that has one: some say all of a dataset's changes."""
    for predicate in predicates:
        found = [date for each in texts.said.literals(node, predicate) if (date := moment(each.text))]
        if found:
            return max(found)
    return None


def _read_language(texts: Texts, node: Node) -> str:
    """A wanted language if the dataset has it, else its first."""
    found = []
    for value in texts.said.values(node, f"{DCT}language", f"{DC}language"):
        own = "" if isinstance(value, Iri) else texts.label(value)
        found.append(language_of(own or plain_of(value)))
    known = [each for each in found if each]
    return next((each for each in texts.languages if each in known), next(iter(known), ""))
