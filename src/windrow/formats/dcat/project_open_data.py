"""Project Open Data 1.1 (DCAT-US): the datasets of a data.json, which is plain JSON, to our record."""

from collections.abc import Iterator, Mapping
from typing import Any

from windrow.errors import RemoteUnreadable
from windrow.formats.dates import Period, moment, span
from windrow.formats.dcat.codes import format_word, language_of, media_type_of
from windrow.formats.json import object_of, objects_of, text_of, texts_of
from windrow.formats.links import address
from windrow.formats.place_texts import Place, read_geojson, read_place
from windrow.model.records import Contact, Link, Record

_PERSONS_ROLE = "contactPoint"


def datasets_of(document: Any) -> list[Any] | None:
    """The datasets of a data.json; None for what is none. Before 1.1 it was a plain list."""
    if isinstance(document, list):
        return document if document and all(map(_is_dataset, document)) else None
    listed = object_of(document).get("dataset")
    if not isinstance(listed, list):
        return None
    says_so = "project-open-data" in text_of(document.get("conformsTo")) or "dcat-us" in text_of(
        document.get("conformsTo")
    )
    return listed if says_so or all(map(_is_dataset, listed)) else None


def _is_dataset(value: Any) -> bool:
    """Whether it has the plain names of that standard; JSON-LD of other kinds has prefixes or addresses."""
    return isinstance(value, dict) and "title" in value and isinstance(value.get("title"), str)


def identifier_of(dataset: Mapping[str, Any]) -> str:
    """The dataset's identifier, else its `@id`, else its landing page; "" where it has none of them."""
    return text_of(dataset.get("identifier")) or text_of(dataset.get("@id")) or text_of(dataset.get("landingPage"))


def read(dataset: Mapping[str, Any], identifier: str) -> Record:
    """The record of a dataset. A field that makes no sense is left empty.

    Raises `RemoteUnreadable` for a dataset with neither a title nor a description.
    """
    title, abstract = text_of(dataset.get("title")), text_of(dataset.get("description"))
    if not title and not abstract:
        raise RemoteUnreadable(f"{identifier} has neither a title nor a description.")
    place = _read_place(dataset.get("spatial"))
    time = span(text_of(dataset.get("temporal"))) or Period(None, None)
    languages = [language_of(each) for each in texts_of(dataset.get("language"))]
    return Record(
        identifier=identifier,
        title=title or identifier,
        abstract=abstract,
        keywords=tuple(dict.fromkeys([*texts_of(dataset.get("keyword")), *_read_themes(dataset)])),
        contacts=tuple(dict.fromkeys(_read_contacts(dataset))),
        licence=text_of(dataset.get("license")) or text_of(dataset.get("rights")),
        links=tuple(dict.fromkeys(_read_links(dataset))),
        bbox=place.box,
        geometry=place.geometry,
        time_start=time.start,
        time_end=time.end,
        created=moment(text_of(dataset.get("issued"))),
        modified=moment(text_of(dataset.get("modified"))),
        language=next((each for each in languages if each), ""),
        collection=text_of(dataset.get("isPartOf")),
        standard="dcat-us",
    )


def _read_themes(dataset: Mapping[str, Any]) -> tuple[str, ...]:
    """The themes that are words: some publishers write addresses."""
    return tuple(each for each in texts_of(dataset.get("theme")) if "://" not in each)


def _read_place(value: Any) -> Place:
    """A box in a text (west, south, east, north), GeoJSON in a text or as it is, or a list of these."""
    if isinstance(value, list) and len(value) == 4 and all(isinstance(each, int | float) for each in value):
        return read_place(",".join(map(text_of, value)))
    first = value[0] if isinstance(value, list) and value else value
    return read_geojson(first) if isinstance(first, dict) else read_place(text_of(first))


def _read_contacts(dataset: Mapping[str, Any]) -> Iterator[Contact]:
    for publisher in _objects(dataset.get("publisher")):
        if name := text_of(publisher.get("name")):
            yield Contact(organisation=name, role="publisher")
    for point in _objects(dataset.get("contactPoint")):
        email = text_of(point.get("hasEmail")).removeprefix("mailto:").strip()
        name = text_of(point.get("fn"))
        if name or email:
            yield Contact(name=name, role=_PERSONS_ROLE, email=email)


def _read_links(dataset: Mapping[str, Any]) -> Iterator[Link]:
    for distribution in objects_of(dataset.get("distribution")):
        yield from _read_distribution(distribution)
    for name, rel in (("landingPage", "about"), ("describedBy", "describedby"), ("conformsTo", "profile")):
        if href := address(text_of(dataset.get(name))):
            yield Link(href, rel=rel)
    for each in texts_of(dataset.get("references")):
        if href := address(each):
            yield Link(href)
    licence = address(text_of(dataset.get("license")))
    if licence:
        yield Link(licence, rel="license")


def _read_distribution(distribution: Mapping[str, Any]) -> Iterator[Link]:
    kind, word = text_of(distribution.get("mediaType")), text_of(distribution.get("format"))
    download, access = (address(text_of(distribution.get(name))) for name in ("downloadURL", "accessURL"))
    for href, rel in dict.fromkeys(((download, "enclosure"), (access if access != download else "", "related"))):
        if href:
            yield Link(
                href,
                rel=rel,
                title=text_of(distribution.get("title")),
                description=text_of(distribution.get("description")),
                media_type=media_type_of(kind) or media_type_of(word),
                protocol="" if media_type_of(word) else format_word(word),
            )


def _objects(value: Any) -> list[dict[str, Any]]:
    return objects_of([value] if isinstance(value, dict) else value)
