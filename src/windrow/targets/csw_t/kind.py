"""The CSW-T target kind: which requests a record makes."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from windrow.errors import RemoteStatus, RemoteUnreadable, Unfit
from windrow.formats import dublin_core_writing
from windrow.formats.iso.writing import document_of
from windrow.formats.ows.addresses import base_url
from windrow.formats.xml import clean
from windrow.ports.fetching import Answer, Courier
from windrow.ports.targets import Item, TargetRequest
from windrow.targets.csw_t import transactions
from windrow.targets.csw_t.settings import DUBLIN_CORE, SCHEMA, Settings

_XML = "application/xml"
_LONGEST = 1_000
_CAPABILITIES = {"service": "CSW", "request": "GetCapabilities", "version": "2.0.2"}


class CswTTarget:
    """Servers that take transactions of CSW 2.0.2, such as pycsw and GeoNetwork.

    A record is looked up by its identifier, then inserted or replaced as a whole. What the server counts must agree
    with what was asked of it. Its name there is its identifier.
    """

    name: ClassVar[str] = "csw_t"
    title: ClassVar[str] = "CSW-T server"
    schema: ClassVar[Mapping[str, Any]] = SCHEMA

    def check(self, request: TargetRequest, courier: Courier) -> None:
        """Asks for the capabilities, and whether they offer transactions."""
        try:
            answer = courier.get(base_url(request.url), parameters=_CAPABILITIES)
        except RemoteStatus as refusal:
            raise _explained(refusal) from refusal
        if not transactions.takes_transactions(answer.body):
            raise RemoteUnreadable("The server's capabilities offer no transactions: are they switched on for us?")

    def put(self, request: TargetRequest, item: Item, courier: Courier) -> str:
        """Inserts the record, or puts it into its own place."""
        document = _document_of(item, Settings.of(request.settings))
        if _is_there(request, item.identifier, courier):
            done, word = _transact(request, transactions.update(document), courier), "updated"
        else:
            done, word = _transact(request, transactions.insert(document), courier), "inserted"
        if done[word] < 1:
            raise RemoteUnreadable(f"The server reports success, but that it {word} no record.")
        return item.identifier

    def remove(self, request: TargetRequest, item: Item, courier: Courier) -> None:
        """Deletes the record by its identifier."""
        settings = Settings.of(request.settings)
        identifier = item.remote or item.identifier
        if not _can_be_there(identifier) or not _is_there(request, identifier, courier):
            return
        type_name = "csw:Record" if settings.format == DUBLIN_CORE else "gmd:MD_Metadata"
        body = transactions.delete(identifier, queryable=settings.identifier_property, type_name=type_name)
        deleted = _transact(request, body, courier)["deleted"]
        if deleted < 1 and _is_there(request, identifier, courier):
            raise RemoteUnreadable("The server reports success, but deleted no record, and the record is still there.")
        if deleted > 1:
            # pycsw (2.6) takes those that name it as their parent along.
            told = f"The server deleted {deleted} records where one was asked for, {identifier}; push the others again."
            raise RemoteUnreadable(told)


def _document_of(item: Item, settings: Settings) -> bytes:
    if not _can_be_there(item.identifier):
        raise Unfit(f"XML cannot carry the identifier {item.identifier[:100]!r}, or it is too long.")
    if settings.format == DUBLIN_CORE:
        return dublin_core_writing.write(replace(item.record, identifier=item.identifier))
    return document_of(item.record, item.identifier, item.raw, item.media_type)


def _can_be_there(identifier: str) -> bool:
    """Whether XML can carry the identifier and gives it back as it is, and it is of a length that can be kept."""
    return 0 < len(identifier) <= _LONGEST and clean(identifier).strip() == identifier


def _is_there(request: TargetRequest, identifier: str, courier: Courier) -> bool:
    url = base_url(request.url)
    try:
        answer = courier.post(url, transactions.look_up(identifier), media_type=_XML)
    except RemoteStatus as refusal:
        # CSW 3 answers 404 for a record that is not there, and some servers of 2.0.2 do too.
        if refusal.status == 404 and transactions.exception_in(refusal.body):
            return False
        raise _explained(refusal) from refusal
    return transactions.read_found(answer.body, identifier)


def _transact(request: TargetRequest, body: bytes, courier: Courier) -> dict[str, int]:
    return transactions.read_summary(_send(base_url(request.url), body, courier).body)


def _send(url: str, body: bytes, courier: Courier) -> Answer:
    try:
        return courier.send("POST", url, body, media_type=_XML)
    except RemoteStatus as refusal:
        raise _explained(refusal) from refusal


def _explained(refusal: RemoteStatus) -> RemoteStatus:
    return refusal.explained(transactions.exception_in(refusal.body))
