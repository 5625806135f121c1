"""A catalogue of as many ISO 19139 records as wanted, as a CSW server answers, out of memory."""

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from samples.generator.datasets import make_datasets
from samples.generator.iso19139 import iso19139

DISTINCT = 1000
"""Records that are really made, some 7.5 kB each; the others are these under other identifiers."""

PAGE_SIZE = 100
LONGEST_PAGE = 1000
STAMP = "2026-03-14T09:26:53Z"

_NAMESPACES = (
    'xmlns:csw="http://www.opengis.net/cat/csw/2.0.2" xmlns:ows="http://www.opengis.net/ows" '
    'xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:gmd="http://www.isotc211.org/2005/gmd"'
)
_DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'
_NO_ADDRESS = "http://unknown.example"
_HEAD = (
    f'{_DECLARATION.decode()}<csw:GetRecordsResponse {_NAMESPACES} version="2.0.2">'
    f'<csw:SearchStatus timestamp="{STAMP}"/><csw:SearchResults numberOfRecordsMatched="{{matched}}" '
    'numberOfRecordsReturned="{returned}" nextRecord="{following}" elementSet="full">\n'
)


def identifier(number: int) -> str:
    """The identifier of a record, which looks like a UUID."""
    return f"{number:08x}-0b5e-4a7d-9c1e-{number:012x}"


@cache
def _pieces() -> Sequence[Sequence[bytes]]:
    """The distinct records, cut where their identifiers stand."""
    documents = ((dataset.identifier.encode(), iso19139(dataset)) for dataset in make_datasets(DISTINCT))
    return [document.removeprefix(_DECLARATION).split(own) for own, document in documents]


def record(number: int) -> bytes:
    """One record; numbers count from 0."""
    return identifier(number).encode().join(_pieces()[number % DISTINCT])


class Form(NamedTuple):
    """Records in a row without their identifiers, and where those of each belong."""

    text: bytes
    places: Sequence[Sequence[int]]

    def fill(self, first: int) -> bytearray:
        """The records from that number on: a copy and a few short writes, so that the remote costs next to nothing."""
        filled = bytearray(self.text)
        for number, places in enumerate(self.places, first):
            own = identifier(number).encode()
            for place in places:
                filled[place : place + len(own)] = own
        return filled


@lru_cache(maxsize=256)
def _form(offset: int, size: int) -> Form:
    """The form for so many records that begin with that one of the distinct ones."""
    blank = bytes(len(identifier(0)))
    text = bytearray()
    places = []
    for number in range(offset, offset + size):
        *inner, last = _pieces()[number % DISTINCT]
        found = []
        for piece in inner:
            text += piece
            found.append(len(text))
            text += blank
        text += last + b"\n"
        places.append(found)
    return Form(bytes(text), places)


def wrap(documents: Sequence[bytes], start: int, matched: int) -> bytes:
    """An answer to GetRecords that holds these documents."""
    following = start + len(documents) if start + len(documents) <= matched else 0
    head = _HEAD.format(matched=matched, returned=len(documents), following=following)
    return b"".join([head.encode(), *documents, b"</csw:SearchResults></csw:GetRecordsResponse>"])


def page(start: int, size: int, matched: int, *, note: str = "") -> bytes:
    """An answer to GetRecords. `start` counts from 1; `note` stands in it as a comment, and makes it another page."""
    returned = len(range(start - 1, min(start - 1 + min(size, LONGEST_PAGE), matched)))
    following = start + returned if start + returned <= matched else 0
    head = _HEAD.format(matched=matched, returned=returned, following=following)
    tail = f"</csw:SearchResults>{f'<!-- {note} -->' if note else ''}</csw:GetRecordsResponse>"
    records = _form((start - 1) % DISTINCT, returned).fill(start - 1)
    return b"".join([head.encode(), records, tail.encode()])


def capabilities(address: str = _NO_ADDRESS) -> bytes:
    """The capabilities of a server that sorts, and that knows when its records were changed."""
    parameters = {"outputSchema": "http://www.isotc211.org/2005/gmd", "typeNames": "gmd:MD_Metadata"}
    listed = "".join(
        f'<ows:Parameter name="{name}"><ows:Value>{value}</ows:Value></ows:Parameter>'
        for name, value in parameters.items()
    )
    return (
        f'<csw:Capabilities {_NAMESPACES} version="2.0.2"><ows:ServiceIdentification><ows:Title>Made for measuring'
        '</ows:Title></ows:ServiceIdentification><ows:OperationsMetadata><ows:Operation name="GetRecords"><ows:DCP>'
        f'<ows:HTTP><ows:Get xlink:href="{address}"/></ows:HTTP></ows:DCP>{listed}'
        '<ows:Constraint name="SupportedISOQueryables"><ows:Value>apiso:Identifier</ows:Value>'
        "<ows:Value>apiso:Modified</ows:Value></ows:Constraint></ows:Operation></ows:OperationsMetadata>"
        "</csw:Capabilities>"
    ).encode()
