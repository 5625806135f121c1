"""A catalogue of as many JSON records as wanted, as a server of OGC API Records gives them, out of memory.

A record has 2 to 3 kB: what `samples` makes, with the links that such servers put into each. All clients get the same
bytes for a record, whether in a page or by itself.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import orjson

from benchmarks.catalogue import DISTINCT, LONGEST_PAGE, identifier
from samples.generator.datasets import Dataset, make_datasets
from samples.generator.ogc_record import ogc_record

ADDRESS = "https://catalogue.example.org/collections/records"
_PAGE = b'{"type":"FeatureCollection","numberMatched":%d,"numberReturned":%d,"links":[%s],"features":[%s]}'
_OTHER_FORMS = {"application/ld+json": "JSON-LD", "text/html": "HTML", "application/xml": "XML"}


def collection() -> bytes:
    """The collection whose items the records are."""
    links = [{"rel": "items", "href": "records/items", "type": "application/geo+json"}]
    return orjson.dumps({"id": "records", "itemType": "record", "title": "Made for measuring", "links": links})


def page(offset: int, limit: int, matched: int) -> bytes:
    """A page of the items; `offset` counts from 0."""
    numbers = range(offset, min(offset + min(limit, LONGEST_PAGE), matched))
    following = b""
    if numbers and numbers[-1] + 1 < matched:
        href = f"items?limit={limit}&offset={numbers[-1] + 1}"
        following = orjson.dumps({"rel": "next", "href": href, "type": "application/geo+json"})
    return _PAGE % (matched, len(numbers), following, b",".join(map(record, numbers)))


def record(number: int) -> bytes:
    """One record; numbers count from 0."""
    return identifier(number).encode().join(_pieces()[number % DISTINCT])


def number_of(name: str) -> int:
    """The number of the record of an identifier."""
    return int(name.partition("-")[0], 16)


@cache
def _pieces() -> Sequence[Sequence[bytes]]:
    """The distinct records, cut where their identifiers stand."""
    return [orjson.dumps(_document(each)).split(each.identifier.encode()) for each in make_datasets(DISTINCT)]


def _document(dataset: Dataset) -> Mapping[str, Any]:
    made = ogc_record(dataset)
    own = f"{ADDRESS}/items/{dataset.identifier}"
    standing = [
        {"rel": "self", "href": own, "type": "application/geo+json", "title": "This record as JSON"},
        *(
            {"rel": "alternate", "href": f"{own}?f={name.lower()}", "type": form, "title": f"This record as {name}"}
            for form, name in _OTHER_FORMS.items()
        ),
        {"rel": "collection", "href": ADDRESS, "type": "application/json", "title": "Its collection"},
    ]
    properties = {**made["properties"], "lineage": dataset.lineage, "rights": dataset.licence[0]}
    return {**made, "properties": properties, "links": [*standing, *made["links"]]}
