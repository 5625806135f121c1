"""A record to push, and the item that it makes."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from windrow.model.records import Contact, Link, Record
from windrow.ports.targets import Item

RECORD = Record(
    identifier="urn:source:1",
    title="Rivers & lakes",
    abstract="All waters of the <north>.\n\nAnd some more.",
    type="dataset",
    keywords=("river", "inlandWaters", "Gewässer: süß, still"),
    contacts=(
        Contact(
            "Eva Muster", "Amt für Wasser", "pointOfContact", "eva@example.org", "+41 1", "https://example.org/eva"
        ),
        Contact("", "Verlag", "publisher"),
    ),
    licence="https://creativecommons.org/licenses/by/4.0/",
    links=(
        Link("https://example.org/a.csv", "enclosure", "Table", "All of it", "text/csv", "WWW:DOWNLOAD"),
        Link("https://example.org/wms?a=b", "related", "Map", "", "", "OGC:WMS"),
    ),
    bbox=(5.5, 46.0, 10.25, 48.0),
    time_start=datetime(2020, 1, 1, tzinfo=UTC),
    time_end=datetime(2021, 1, 1, tzinfo=UTC),
    created=datetime(2021, 2, 3, tzinfo=UTC),
    modified=datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC),
    language="de",
    collection="waters",
    standard="iso19139",
)


def item(identifier: str = "windrow:1", *, record: Record = RECORD, number: int = 1, **more: Any) -> Item:
    """The item of a record; `more` are fields of the item or of the record."""
    own = {name: more.pop(name) for name in ("raw", "media_type", "remote") if name in more}
    return Item(number=number, identifier=identifier, record=replace(record, **more), **own)
