"""The paths of the STAC API."""

from typing import Annotated, Any
from urllib.parse import unquote, urlencode

import orjson
from fastapi import APIRouter, Body, Query, Request, Response

from windrow.faces.stac import translate, wire
from windrow.faces.stac.asking import Question, body_of, read_question
from windrow.faces.stac.context import PREFIX, Context, Ctx
from windrow.faces.stac.describing import describe
from windrow.faces.stac.errors import StacRoute
from windrow.faces.stac.finding import find_collection, find_collections, find_item, find_items, need_collection
from windrow.faces.stac.links import Addresses
from windrow.formats.stac_links import Fields, link

router = APIRouter(prefix=PREFIX, tags=["STAC"], route_class=StacRoute)

GIVES_ITEMS: dict[int | str, dict[str, Any]] = {
    200: {"description": "A page of items.", "content": {wire.GEOJSON: {"schema": {"type": "object"}}}}
}
GIVES_ITEM: dict[int | str, dict[str, Any]] = {
    200: {"description": "The item.", "content": {wire.GEOJSON: {"schema": {"type": "object"}}}}
}
GIVES_JSON: dict[int | str, dict[str, Any]] = {
    200: {"description": "The document.", "content": {wire.JSON: {"schema": {"type": "object"}}}}
}


@router.get("/", include_in_schema=False)
@router.get("", responses=GIVES_JSON, response_class=Response)
def read_landing(ctx: Ctx) -> Response:
    """The landing page: what this API can do and where."""
    return respond(translate.to_landing(Addresses(ctx.root), ctx.title))


@router.get("/conformance", responses=GIVES_JSON, response_class=Response)
def read_conformance() -> Response:
    """The standards' classes that this API conforms to."""
    return respond({"conformsTo": list(wire.CONFORMANCE)})


@router.get("/api", response_class=Response, include_in_schema=False)
def read_description(ctx: Ctx) -> Response:
    """The OpenAPI description of these paths."""
    server = ctx.root.removesuffix(PREFIX) or "/"
    return respond(describe(router.routes, title=ctx.title, server=server), wire.OPENAPI)


@router.get("/collections", responses=GIVES_JSON, response_class=Response)
def list_collections(ctx: Ctx, asked: Annotated[wire.CollectionsQuery, Query()]) -> Response:
    """A page of collections, by id."""
    at = Addresses(ctx.root)
    limit = min(asked.limit, wire.LARGEST_LIMIT)
    found, token = find_collections(ctx, limit=limit, token=asked.token)
    next_page = link("next", f"{at.collections}?{urlencode({'limit': limit, 'token': token})}") if token else None
    return respond(translate.to_collections(at, found, next_page))


@router.get("/collections/{collection_id:path}/items/{item_id:path}", responses=GIVES_ITEM, response_class=Response)
def read_item(ctx: Ctx, request: Request, collection_id: str, item_id: str) -> Response:
    """An item."""
    collection, name = read_names(request, collection_id, item_id)
    return respond(translate.to_item(Addresses(ctx.root), find_item(ctx, collection, name)), wire.GEOJSON)


@router.get("/collections/{collection_id:path}/items", responses=GIVES_ITEMS, response_class=Response)
def list_items(ctx: Ctx, request: Request, collection_id: str, asked: Annotated[wire.SearchQuery, Query()]) -> Response:
    """A page of a collection's items."""
    (collection,) = read_names(request, collection_id)
    need_collection(ctx, collection)
    at = Addresses(ctx.root)
    links = [link("parent", at.collection(collection)), link("collection", at.collection(collection))]
    return answer_by_get(ctx, read_question(body_of(asked, collection)), asked, at.items(collection), links)


@router.get("/collections/{collection_id:path}", responses=GIVES_JSON, response_class=Response)
def read_collection(ctx: Ctx, request: Request, collection_id: str) -> Response:
    """A collection."""
    (collection,) = read_names(request, collection_id)
    return respond(translate.to_collection(Addresses(ctx.root), find_collection(ctx, collection)))


@router.get("/search", responses=GIVES_ITEMS, response_class=Response)
def search(ctx: Ctx, asked: Annotated[wire.SearchQuery, Query()]) -> Response:
    """A page of the items of all collections that match."""
    return answer_by_get(ctx, read_question(body_of(asked)), asked, Addresses(ctx.root).search, [])


@router.post("/search", responses=GIVES_ITEMS, response_class=Response)
def search_by_post(ctx: Ctx, asked: Annotated[wire.SearchBody | None, Body()] = None) -> Response:
    """A page of the items of all collections that match; takes geometries that are too long for a URL."""
    at, body = Addresses(ctx.root), asked or wire.SearchBody()
    found = find_items(ctx, read_question(body))
    links = [link("self", at.search, wire.GEOJSON), link("root", at.root)]
    if found.next:
        following = {**body.model_dump(exclude_none=True), "token": found.next}
        links.append({**link("next", at.search, wire.GEOJSON), "method": "POST", "body": following, "merge": False})
    return respond(translate.to_items(at, found.items, links, found.matched), wire.GEOJSON)


@router.options("/{path:path}", include_in_schema=False)
def allow(path: str) -> Response:  # noqa: ARG001 - it is the same for all
    """Lets pages of any site search by POST and send a token (CORS): STAC Browser is such a page."""
    headers = {
        "Access-Control-Allow-Methods": "GET, POST",
        "Access-Control-Allow-Headers": "Authorization, Content-Type",
    }
    return Response(status_code=204, headers=headers)


def answer_by_get(
    ctx: Context, question: Question, asked: wire.SearchQuery, address: str, links: list[Fields]
) -> Response:
    """A page of items with a link to the next one by GET."""
    found = find_items(ctx, question)
    given = asked.model_dump(exclude_none=True)
    links = [
        link("self", f"{address}?{urlencode(given)}", wire.GEOJSON),
        link("root", ctx.root),
        *links,
    ]
    if found.next:
        href = f"{address}?{urlencode({**given, 'token': found.next})}"
        links.append({**link("next", href, wire.GEOJSON), "method": "GET"})
    return respond(translate.to_items(Addresses(ctx.root), found.items, links, found.matched), wire.GEOJSON)


def read_names(request: Request, *decoded: str) -> tuple[str, ...]:
    """The ids in a path. They may hold slashes, which are escaped in our links and told apart only before decoding."""
    _, _, below = request.scope.get("raw_path", b"").decode("latin-1").partition("/collections/")
    names, between = below.split("/")[::2], below.split("/")[1::2]
    if len(names) != len(decoded) or set(between) - {"items"}:
        return decoded
    return tuple(map(unquote, names))


def respond(document: Fields, media_type: str = wire.JSON) -> Response:
    """A document as an answer."""
    return Response(orjson.dumps(document), media_type=media_type)
