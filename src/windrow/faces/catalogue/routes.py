"""The paths of OGC API - Records."""

from typing import Any

import orjson
from fastapi import APIRouter, Request, Response
from starlette.datastructures import URL

from windrow.errors import NotFound
from windrow.faces.catalogue import reading, wire
from windrow.faces.catalogue.context import PREFIX, Context, Ctx
from windrow.faces.catalogue.errors import Route
from windrow.faces.catalogue.queries import Asked
from windrow.faces.catalogue.translate import to_collection, to_feature, to_page, to_schema
from windrow.ports.catalogue import Entry, Shelf

MOST_COUNTED = 10_000
"""How far `numberMatched` is counted; beyond it is left out, as the standard allows."""

router = APIRouter(prefix=PREFIX, tags=["catalogue"], route_class=Route)


@router.get("", summary="The landing page")
def read_landing_page(ctx: Ctx) -> Response:
    """Where everything is."""
    links = [
        wire.link("self", ctx.root),
        wire.link("service-desc", ctx.description, wire.OPENAPI, "The API in OpenAPI"),
        wire.link("conformance", f"{ctx.root}/conformance"),
        wire.link("http://www.opengis.net/def/rel/ogc/1.0/conformance", f"{ctx.root}/conformance"),
        wire.link("data", f"{ctx.root}/collections", title="The collections of records"),
        wire.link("http://www.opengis.net/def/rel/ogc/1.0/data", f"{ctx.root}/collections"),
        wire.link("search", f"{ctx.root}/collections/{reading.EVERYTHING}/items", wire.GEOJSON, "All records"),
    ]
    told = "Metadata records harvested from remote catalogues."
    return _json({"title": "Windrow catalogue", "description": told, "links": links})


@router.get("/", include_in_schema=False)
def read_landing_page_with_slash(ctx: Ctx) -> Response:
    """The same for clients that put a slash behind every address."""
    return read_landing_page(ctx)


@router.get("/conformance", summary="What of the standards is kept to")
def read_conformance() -> Response:
    """The conformance classes."""
    return _json({"conformsTo": wire.CONFORMS_TO})


@router.get("/collections", summary="The collections: all records, and those of each source")
def list_collections(ctx: Ctx, request: Request, limit: str | None = None, cursor: str | None = None) -> Response:
    """A page of collections; the one of all records comes first."""
    reading.check_parameters(request.query_params, ("limit", "cursor", "f"))
    page = ctx.catalogue.shelves(
        ctx.principal, limit=reading.MOST if limit is None else reading.read_limit(limit), cursor=cursor
    )
    collections = [] if cursor else [_everything(ctx)]
    collections += [_collection_of(shelf, ctx) for shelf in page.items]
    links = [wire.link("self", ctx.address), *_next_link(ctx, page.next, wire.JSON)]
    return _json({"links": links, "collections": collections, "numberReturned": len(collections)})


@router.get("/collections/{collection_id}", summary="A collection")
def read_collection(ctx: Ctx, collection_id: str) -> Response:
    """What a collection is, and where its records are."""
    return _json(_find_collection(ctx, collection_id), wire.CATALOGUE)


@router.get("/collections/{collection_id}/queryables", summary="What can be asked for")
def read_queryables(ctx: Ctx, collection_id: str) -> Response:
    """The parameters by which records of a collection are found."""
    _find_collection(ctx, collection_id)
    properties: dict[str, Any] = {
        "geometry": {"format": "geometry-any", "title": "The place: the parameter bbox"},
        "time": {"format": "date-time", "title": "The time: the parameter datetime"},
        "q": {"type": "string", "title": "Words in title, description, keywords and contacts"},
        "type": {"type": "string"},
        "externalIds": {"type": "string"},
        "keywords": {"type": "string"},
        "standard": {"type": "string", "title": "The metadata standard that it was read from"},
    }
    return _json(to_schema(ctx.address, "Queryables", properties), wire.SCHEMA)


@router.get("/collections/{collection_id}/sortables", summary="What can be sorted by")
def read_sortables(ctx: Ctx, collection_id: str) -> Response:
    """The fields that `sortby` takes."""
    _find_collection(ctx, collection_id)
    properties = {name: {"type": "string"} for name in reading.SORTS}
    return _json(to_schema(ctx.address, "Sortables", properties), wire.SCHEMA)


@router.get("/collections/{collection_id}/items", summary="Records that match")
def list_items(ctx: Ctx, collection_id: str, asked: Asked) -> Response:
    """One page of the records that match, and how many there are."""
    _find_collection(ctx, collection_id)
    search = reading.read_search(asked, reading.read_collection(collection_id))
    limit = reading.read_limit(asked.get("limit"))
    page = ctx.catalogue.search(ctx.principal, search, limit=limit, cursor=asked.get("cursor"))
    matched, exact = ctx.catalogue.count(ctx.principal, search, most=MOST_COUNTED)
    links = [wire.link("self", ctx.address, wire.GEOJSON), *_next_link(ctx, page.next, wire.GEOJSON)]
    features = [to_feature(each, ctx.root, collection_id) for each in page.items]
    return _json(to_page(features, links, matched if exact else None), wire.GEOJSON)


@router.get("/collections/{collection_id}/items/{item_id}", summary="A record")
def read_item(ctx: Ctx, collection_id: str, item_id: str) -> Response:
    """One record."""
    return _json(to_feature(_find_item(ctx, collection_id, item_id), ctx.root, collection_id), wire.GEOJSON)


@router.get("/collections/{collection_id}/items/{item_id}/document", summary="A record's own document")
def read_document(ctx: Ctx, collection_id: str, item_id: str) -> Response:
    """The document that the record was read from, as it came."""
    document = ctx.catalogue.document(ctx.principal, _find_item(ctx, collection_id, item_id).id)
    # What strangers wrote is never run in our name: browsers download it.
    headers = {"Content-Disposition": "attachment", "Content-Security-Policy": "sandbox"}
    return Response(document.content, headers=headers, media_type=document.media_type)


def _find_item(ctx: Context, collection_id: str, item_id: str) -> Entry:
    entry = ctx.catalogue.get(ctx.principal, reading.read_item(item_id))
    if reading.read_collection(collection_id) not in (None, entry.source_id):
        raise NotFound("record", item_id)
    return entry


def _find_collection(ctx: Context, collection_id: str) -> dict[str, Any]:
    source_id = reading.read_collection(collection_id)
    if source_id is None:
        return _everything(ctx)
    return _collection_of(ctx.catalogue.shelf(ctx.principal, source_id), ctx)


def _everything(ctx: Context) -> dict[str, Any]:
    return to_collection(reading.EVERYTHING, "All records", "The records of all sources.", ctx.root)


def _collection_of(shelf: Shelf, ctx: Context) -> dict[str, Any]:
    told = f"The records harvested from {shelf.name}."
    return to_collection(f"{reading.SOURCE}{shelf.id}", shelf.name, told, ctx.root)


def _next_link(ctx: Context, cursor: str | None, media_type: str) -> list[dict[str, Any]]:
    if cursor is None:
        return []
    return [wire.link("next", str(URL(ctx.address).include_query_params(cursor=cursor)), media_type)]


def _json(body: object, media_type: str = wire.JSON) -> Response:
    return Response(orjson.dumps(body), media_type=media_type)
