"""The GeoNode target kind: which requests a record makes."""

import secrets
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, ClassVar
from urllib.parse import urlencode, urlsplit, urlunsplit

from windrow.errors import RemoteStatus, RemoteUnreadable
from windrow.formats import json
from windrow.ports.fetching import Answer, Courier
from windrow.ports.targets import Item, TargetRequest
from windrow.targets.geonode import documents
from windrow.targets.geonode.documents import There
from windrow.targets.geonode.settings import SCHEMA, Settings

_JSON = {"Accept": "application/json"}


class GeoNodeTarget:
    """GeoNode 4 and 5 by API v2: a record becomes a document that leads to an address elsewhere.

    The credential is a user's name and password, or a token. The GeoNode's name for a record is the document's number
    and its UUID.
    """

    name: ClassVar[str] = "geonode"
    title: ClassVar[str] = "GeoNode"
    schema: ClassVar[Mapping[str, Any]] = SCHEMA

    def check(self, request: TargetRequest, courier: Courier) -> None:
        """Asks for one document at most."""
        documents.read_rows(_get(f"{_api(request)}/documents/?page_size=1", courier).body, "documents")

    def put(self, request: TargetRequest, item: Item, courier: Courier) -> str:
        """Makes the document where there is none, then gives it the record's metadata."""
        settings = Settings.of(request.settings)
        fields = documents.fields_of(item.record, item.identifier, settings)
        there = _find(request, item, courier) or _make(request, item, settings, courier)
        url = f"{_api(request)}/documents/{there.pk}/"
        answer = _send("PATCH", url, json.serialise(fields), "application/json", courier)
        changed = documents.read_document(answer.body)
        if not documents.is_short(changed) and not documents.has_mark(changed, item.identifier):
            raise RemoteUnreadable("The GeoNode reports success, but did not change the document.")
        return there.name

    def remove(self, request: TargetRequest, item: Item, courier: Courier) -> None:
        """Deletes the document."""
        there = _find(request, item, courier)
        if there is None:
            return
        try:
            _send("DELETE", f"{_api(request)}/resources/{there.pk}/", None, "", courier)
        except RemoteStatus as refusal:
            if not _is_gone(refusal):
                raise


def _find(request: TargetRequest, item: Item, courier: Courier) -> There | None:
    """The record's document: by the number that it had, if it still is the same there; else by its mark."""
    kept = There.of(item.remote)
    if kept is not None:
        document = _look_at(request, kept.pk, courier)
        if document and (documents.there_in(document) == kept or documents.has_mark(document, item.identifier)):
            return documents.there_in(document)
    return _search(request, item.identifier, courier)


def _search(request: TargetRequest, identifier: str, courier: Courier) -> There | None:
    query = [
        ("filter{resource_type}", "document"),
        ("search", documents.mark_of(identifier)),
        *(("search_fields", field) for field in ("title", "abstract")),
        ("page_size", "10"),
    ]
    answer = _get(f"{_api(request)}/resources/?{urlencode(query)}", courier)
    found = []
    rows = documents.read_rows(answer.body, "resources")[:10]
    for row in rows:
        there = documents.there_in(row)
        whole = row if not documents.is_short(row) else _look_at(request, there.pk, courier)
        if whole and documents.has_mark(whole, identifier):
            found.append(documents.there_in(whole))
    if rows and not found:
        # Then it may have answered with any documents, and ours be among those that it did not show.
        raise RemoteUnreadable("The GeoNode's search finds documents that do not have the word that was searched for.")
    return min(found, key=lambda each: int(each.pk), default=None)


def _look_at(request: TargetRequest, pk: str, courier: Courier) -> dict[str, Any] | None:
    """The document of that number; None where the API says that there is none."""
    try:
        return documents.read_document(_get(f"{_api(request)}/documents/{pk}/", courier).body)
    except RemoteStatus as refusal:
        if _is_gone(refusal):
            return None
        raise


def _make(request: TargetRequest, item: Item, settings: Settings, courier: Courier) -> There:
    """Makes the document, and asks what it is where the answer does not tell it all."""
    body, media_type = _form(documents.first_fields(item.record, item.identifier, settings))
    answer = _send("POST", f"{_api(request)}/documents/", body, media_type, courier)
    with suppress(RemoteUnreadable):
        made = documents.there_in(documents.read_document(answer.body))
        if made.uuid:
            return made
    found = _search(request, item.identifier, courier)
    if found is None:
        raise RemoteUnreadable("The GeoNode reports success, but the document that was to be made is not there.")
    return found


def _form(fields: Mapping[str, str]) -> tuple[bytes, str]:
    """The fields as form data, which is how documents are uploaded (API usage examples, Resource Upload)."""
    boundary = secrets.token_hex(16)
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'
        for name, text in fields.items()
    ]
    body = "".join([*parts, f"--{boundary}--\r\n"]).encode("utf-8", "replace")
    return body, f"multipart/form-data; boundary={boundary}"


def _api(request: TargetRequest) -> str:
    """Where API v2 is, for any address of the GeoNode that people paste."""
    parts = urlsplit(request.url.strip())
    path = parts.path.partition("/api/")[0].rstrip("/").removesuffix("/api")
    if parts.fragment.startswith("/"):
        path = path.removesuffix("/catalogue")  # its pages are at /catalogue/#/document/7
    return urlunsplit((parts.scheme, parts.netloc, f"{path}/api/v2", "", ""))


def _get(url: str, courier: Courier) -> Answer:
    try:
        return courier.get(url, headers=_JSON)
    except RemoteStatus as refusal:
        raise refusal.explained(documents.told_in(refusal)) from refusal


def _send(method: str, url: str, body: bytes | None, media_type: str, courier: Courier) -> Answer:
    try:
        return courier.send(method, url, body, media_type=media_type, headers=_JSON)
    except RemoteStatus as refusal:
        raise refusal.explained(documents.told_in(refusal)) from refusal


def _is_gone(refusal: RemoteStatus) -> bool:
    """Whether it is the API that says so: any web server answers 404 to an address that it does not know."""
    return refusal.status in (404, 410) and bool(documents.told_in(refusal))
