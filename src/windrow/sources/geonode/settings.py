"""What can be set for a GeoNode source, with the keys that GeoNode's own harvester has for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any, Self

from dateutil import parser

from windrow.errors import BadInput, FieldProblem

SCHEMA: Mapping[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "harvest_datasets": {
            "type": "boolean",
            "title": "Datasets",
            "description": "Whether to harvest datasets (layers).",
            "default": True,
        },
        "harvest_documents": {
            "type": "boolean",
            "title": "Documents",
            "description": "Whether to harvest documents.",
            "default": True,
        },
        "other_types": {
            "type": "array",
            "items": {"type": "string", "pattern": "^[a-z][a-z0-9_-]*$"},
            "uniqueItems": True,
            "title": "Other types",
            "description": "Further resource types, by GeoNode's own words, such as map, geostory or dashboard. "
            "GeoNode before 4 has only map.",
            "default": [],
        },
        "resource_title_filter": {
            "type": "string",
            "title": "Title",
            "description": "Only resources whose title contains this, in any case.",
            "default": "",
        },
        "start_date_filter": {
            "type": "string",
            "title": "From",
            "description": "Only resources whose date is this or later, in any common format, such as 2024-01-31 or "
            "31 January 2024 10:00. Without a zone it is UTC; a day alone means its beginning.",
            "default": "",
        },
        "end_date_filter": {
            "type": "string",
            "title": "Until",
            "description": "Only resources whose date is this or earlier, in any common format. Without a zone it is "
            "UTC; a day alone means its beginning.",
            "default": "",
        },
        "keywords_filter": {
            "type": "array",
            "items": {"type": "string", "minLength": 1},
            "title": "Keywords",
            "description": "Only resources with one of these keywords, by the short form that GeoNode's addresses use "
            "(the slug).",
            "default": [],
        },
        "categories_filter": {
            "type": "array",
            "items": {"type": "string", "minLength": 1},
            "title": "Categories",
            "description": "Only resources of one of these categories, by identifier, such as inlandWaters.",
            "default": [],
        },
        "page_size": {
            "type": "integer",
            "minimum": 1,
            "maximum": 1000,
            "title": "Page size",
            "description": "How many resources to ask for at a time; the server may give fewer.",
            "default": 100,
        },
        "incremental": {
            "type": "boolean",
            "title": "Fetch only what changed",
            "description": "Fetch a resource's own document only when what the list says of it is new. "
            "Switch it off for a server whose list does not tell changes.",
            "default": True,
        },
        "copy_datasets": {
            "type": "boolean",
            "title": "Copy datasets",
            "description": "As GeoNode 4 has it. Said through GeoNode's API, it switches on the policy `copying`.",
            "default": False,
        },
        "copy_documents": {
            "type": "boolean",
            "title": "Copy documents",
            "description": "As GeoNode 4 has it. Said through GeoNode's API, it switches on the policy `copying`.",
            "default": False,
        },
    },
}

DATASET, DOCUMENT, MAP = "dataset", "document", "map"

_ONE_YEAR, _ANOTHER_YEAR = datetime(1904, 1, 1), datetime(1908, 1, 1)  # noqa: DTZ001 - only to see what is missing


@dataclass(frozen=True, slots=True)
class Settings:
    """A source's settings, checked. `types` are those wanted, in API v2's words; `start` and `end` are in UTC."""

    types: tuple[str, ...]
    title: str
    start: datetime | None
    end: datetime | None
    keywords: tuple[str, ...]
    categories: tuple[str, ...]
    page_size: int
    incremental: bool

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:
        """Takes what was checked against the schema. Raises `BadInput` for what the schema cannot tell."""
        problems: list[FieldProblem] = []
        types = _types(given)
        if not types:
            wish = "must be true, or harvest_documents, or other_types name something: nothing is wanted now"
            problems.append(FieldProblem("settings.harvest_datasets", wish))
        start, end = (_date(given, name, problems) for name in ("start_date_filter", "end_date_filter"))
        if start and end and start > end:
            problems.append(FieldProblem("settings.end_date_filter", "must not be before start_date_filter"))
        if problems:
            raise BadInput(problems)
        return cls(
            types=types,
            title=str(_value(given, "resource_title_filter")).strip(),
            start=start,
            end=end,
            keywords=tuple(_value(given, "keywords_filter")),
            categories=tuple(_value(given, "categories_filter")),
            page_size=int(_value(given, "page_size")),
            incremental=bool(_value(given, "incremental")),
        )


def read_date(text: str) -> datetime:
    """A moment in UTC from a date in any common format. Raises `ValueError` for what is none, or has no year."""
    try:
        first, second = (parser.parse(text, default=each, tzinfos=_zone) for each in (_ONE_YEAR, _ANOTHER_YEAR))
        if first.year != second.year:
            raise ValueError(f"{text!r} has no year")
        return (first.replace(tzinfo=UTC) if first.tzinfo is None else first).astimezone(UTC)
    except (OverflowError, TypeError) as problem:
        raise ValueError(f"{text!r} is no date") from problem


def _zone(name: str | None, offset: int | None) -> tzinfo:
    """Names of zones mean several places each (IST, CST): only offsets and UTC are believed."""
    if offset is not None:
        return timezone(timedelta(seconds=offset))
    if (name or "UTC").upper() in ("UTC", "GMT", "Z"):
        return UTC
    raise ValueError(f"{name} is no zone that can be told; write it as an offset, such as +02:00")


def _date(given: Mapping[str, Any], name: str, problems: list[FieldProblem]) -> datetime | None:
    text = str(_value(given, name)).strip()
    if not text:
        return None
    try:
        return read_date(text)
    except ValueError as problem:
        told = f"must be a date with its year, such as 2024-01-31 or 2024-01-31T10:00:00Z ({problem})"
        problems.append(FieldProblem(f"settings.{name}", told))
        return None


def _types(given: Mapping[str, Any]) -> tuple[str, ...]:
    wanted = [(DATASET, _value(given, "harvest_datasets")), (DOCUMENT, _value(given, "harvest_documents"))]
    return tuple(dict.fromkeys([*(name for name, holds in wanted if holds), *_value(given, "other_types")]))


def _value(given: Mapping[str, Any], name: str) -> Any:
    return given.get(name, SCHEMA["properties"][name]["default"])
