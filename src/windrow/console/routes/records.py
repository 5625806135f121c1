"""Records: search by words, facets, time and place, and one record with all that is known of it."""

from collections.abc import Mapping

from fastapi import APIRouter, Request, Response

from windrow.console.context import Context, Ctx, Cursor, Number
from windrow.console.drafts import problems_by_field
from windrow.console.pages import PageRoute
from windrow.console.rendering import query
from windrow.console.searches import SORTS, Asked, export_parameters, read_asked, to_search
from windrow.console.views.edits import find_marks
from windrow.console.views.records import copies_of, feature_of, geometry_of, menus_of, resource_of, text_of
from windrow.errors import BadInput
from windrow.model.paging import PageOf
from windrow.ports.catalogue import Entry, Search

router = APIRouter(prefix="/records", route_class=PageRoute)

SHOWN = 25


@router.get("")
def search_records(ctx: Ctx, request: Request, cursor: Cursor = None) -> Response:
    """What matches, as a list and on the map."""
    asked = read_asked(request.query_params)
    try:
        values = _find(ctx, asked, cursor)
        status, problems = 200, dict[str, str]()
    except BadInput as error:
        values, status, problems = _nothing(ctx, asked), 422, problems_by_field(error)
    response = ctx.show("records.html", values, status=status, problems=problems, first=cursor is None)
    if ctx.asks_for_fragment:
        response.headers["HX-Push-Url"] = f"/records?{query(asked.parameters, cursor=cursor)}".rstrip("?")
    return response


@router.get("/{record_id}")
def show_record(ctx: Ctx, record_id: Number) -> Response:
    """One record."""
    entry = ctx.windrow.catalogue.get(ctx.principal, record_id)
    return ctx.show(
        "record.html",
        entry=entry,
        record=entry.record,
        geometry=geometry_of(entry.record),
        resource=resource_of(ctx.windrow, ctx.principal, entry),
        marks=find_marks(ctx.windrow, ctx.principal, record_id),
        copies=copies_of(ctx.windrow, ctx.principal, entry),
    )


@router.get("/{record_id}/raw")
def show_raw(ctx: Ctx, record_id: Number) -> Response:
    """A record's raw document, to be read."""
    document = ctx.windrow.catalogue.document(ctx.principal, record_id)
    text, cut = text_of(document)
    return ctx.show(
        "raw.html",
        entry=ctx.windrow.catalogue.get(ctx.principal, record_id),
        document=document,
        text=text,
        cut=cut,
    )


@router.get("/{record_id}/geojson")
def download_feature(ctx: Ctx, record_id: Number) -> Response:
    """A record as a GeoJSON feature, to be kept."""
    feature = feature_of(ctx.windrow.catalogue.get(ctx.principal, record_id))
    headers = {"Content-Disposition": f'attachment; filename="record-{record_id}.geojson"'}
    return Response(feature, media_type="application/geo+json", headers=headers)


def _find(ctx: Context, asked: Asked, cursor: str | None) -> Mapping[str, object]:
    search = to_search(asked)
    page = ctx.windrow.catalogue.search(ctx.principal, search, limit=SHOWN, cursor=cursor)
    matched, exactly = ctx.windrow.catalogue.count(ctx.principal, search)
    facets = ctx.windrow.catalogue.facets(ctx.principal, search)
    return {
        **_shown(asked, page, search),
        "menus": menus_of(ctx.windrow, ctx.principal, asked, facets),
        "matched": matched,
        "exactly": exactly,
    }


def _nothing(ctx: Context, asked: Asked) -> Mapping[str, object]:
    page: PageOf[Entry] = PageOf([])
    return {
        **_shown(asked, page, Search()),
        "menus": menus_of(ctx.windrow, ctx.principal, asked, {}),
        "matched": 0,
        "exactly": True,
    }


def _shown(asked: Asked, page: PageOf[Entry], search: Search) -> Mapping[str, object]:
    return {
        "asked": asked,
        "page": page,
        "sort": search.sort.value,
        "sorts": SORTS,
        "export": export_parameters(search),
    }
