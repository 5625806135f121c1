"""The catalogue: search, look, download."""

from collections.abc import Callable, Generator, Iterator, Sequence
from typing import Annotated

from fastapi import Depends, Path, Query, Response
from pydantic import Field

from windrow.errors import BadInput
from windrow.faces.native import translate
from windrow.faces.native.context import Ctx
from windrow.faces.native.queries import LARGEST_NUMBER, Cursor, Limit, Number, make_part
from windrow.faces.native.streaming import FILE, Download, attachment
from windrow.ports.catalogue import Search, Sort
from windrow.wire.records import ExportName, Facets, Record, RecordChange, RecordProvenance, Records
from windrow.wire.shapes import Moment

router = make_part("records", prefix="/records")


MOST = 100
"""Values of one parameter."""

FieldPath = Annotated[str, Path(max_length=64, description="The field.", examples=["title"])]

SourceNumber = Annotated[int, Field(ge=0, le=LARGEST_NUMBER)]


def read_search(
    q: Annotated[str, Query(max_length=1000, description='Words that must all occur; "a phrase" in quotes.')] = "",
    bbox: Annotated[
        str | None,
        Query(description="West, south, east, north in degrees, separated by commas.", examples=["5,45,16,55"]),
    ] = None,
    start: Annotated[Moment | None, Query(description="Time extent reaches beyond this moment.")] = None,
    end: Annotated[Moment | None, Query(description="Time extent begins before this moment.")] = None,
    keyword: Annotated[Sequence[str], Query(max_length=MOST, description="Keywords that it must all have.")] = (),
    type: Annotated[Sequence[str], Query(max_length=MOST, description="One of these types.")] = (),  # noqa: A002 - the parameter's name
    standard: Annotated[Sequence[str], Query(max_length=MOST, description="Read from one of these standards.")] = (),
    collection: Annotated[Sequence[str], Query(max_length=MOST, description="In one of these collections.")] = (),
    source: Annotated[Sequence[SourceNumber], Query(max_length=MOST, description="From one of these sources.")] = (),
    identifier: Annotated[
        Sequence[str], Query(max_length=MOST, description="Has one of these identifiers of its own.")
    ] = (),
    sort: Annotated[Sort, Query(description="Order; relevance needs words.")] = Sort.ID,
) -> Search:
    """What the query parameters ask for. Raises `BadInput`."""
    return Search(
        words=q,
        bbox=read_bbox(bbox),
        start=translate.in_utc(start, field="start"),
        end=translate.in_utc(end, field="end"),
        keywords=keyword,
        types=type,
        standards=standard,
        collections=collection,
        sources=source,
        identifiers=identifier,
        sort=sort,
    )


Asked = Annotated[Search, Depends(read_search)]


@router.get("")
def search_records(
    ctx: Ctx,
    asked: Asked,
    count: Annotated[bool, Query(description="Also say how many match.")] = False,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Records:
    """One page of what matches."""
    page = ctx.windrow.catalogue.search(ctx.principal, asked, limit=limit, cursor=cursor)
    matched, exactly = ctx.windrow.catalogue.count(ctx.principal, asked) if count else (None, None)
    items = [translate.to_record(entry) for entry in page.items]
    return Records(items=items, next=page.next, matched=matched, matched_exactly=exactly)


@router.get("/facets")
def read_facets(ctx: Ctx, asked: Asked) -> Facets:
    """The types, sources, standards and collections among what matches, most frequent first."""
    return translate.to_facets(ctx.windrow.catalogue.facets(ctx.principal, asked))


@router.get("/export", response_class=Response, responses=FILE)
def export_records(
    ctx: Ctx,
    asked: Asked,
    form: Annotated[ExportName, Query(alias="format", description="The sort of file.")] = "geojsonl",
) -> Response:
    """All that matches, by id, as one file of any length."""
    from windrow.formats.exports import EXPORTS  # here: it brings a large library, which most processes never need

    chosen = EXPORTS[form]
    pieces = chosen.stream(ctx.windrow.catalogue.stream(ctx.principal, asked))
    return Download(pieces, close=_closing(pieces), name=f"records{chosen.extension}", media_type=chosen.media_type)


def _closing(pieces: Iterator[bytes]) -> Callable[[], None]:
    # What has begun holds a place in the catalogue until it is closed.
    return pieces.close if isinstance(pieces, Generator) else lambda: None


@router.get("/{record_id}")
def read_record(ctx: Ctx, record_id: Number) -> Record:
    """One record."""
    return translate.to_record(ctx.windrow.catalogue.get(ctx.principal, record_id))


@router.patch("/{record_id}")
def edit_record(ctx: Ctx, record_id: Number, change: RecordChange) -> Record:
    """Edits a record. The harvests to come keep each edit by its rule."""
    values = change.model_dump(exclude_unset=True, exclude={"rules", "seen"})
    rules = {str(name): str(rule) for name, rule in (change.rules or {}).items()}
    seen = translate.in_utc(change.seen, field="seen")
    entry = ctx.windrow.editing.edit(ctx.principal, record_id, values, rules=rules, seen=seen)
    return translate.to_record(entry)


@router.get("/{record_id}/provenance")
def read_provenance(ctx: Ctx, record_id: Number) -> RecordProvenance:
    """Where the values of a record come from, field by field."""
    return translate.to_provenance(ctx.windrow.editing.trace(ctx.principal, record_id))


@router.delete("/{record_id}/edits/{field}")
def undo_edit(ctx: Ctx, record_id: Number, field: FieldPath) -> Record:
    """Takes the edit of a field back: it has the source's present value again, at once."""
    return translate.to_record(ctx.windrow.editing.undo(ctx.principal, record_id, field))


@router.post("/{record_id}/edits/{field}/confirm")
def confirm_edit(ctx: Ctx, record_id: Number, field: FieldPath) -> Record:
    """Keeps the edit of a field although the source changed it since."""
    return translate.to_record(ctx.windrow.editing.confirm(ctx.principal, record_id, field))


@router.get("/{record_id}/document", response_class=Response, responses=FILE)
def read_document(ctx: Ctx, record_id: Number) -> Response:
    """A record's raw document as it came."""
    document = ctx.windrow.catalogue.document(ctx.principal, record_id)
    return Response(document.content, media_type=document.media_type, headers=attachment(f"record-{record_id}"))


def read_bbox(text: str | None) -> tuple[float, float, float, float] | None:
    """Four numbers separated by commas. Raises `BadInput`."""
    if text is None:
        return None
    try:
        west, south, east, north = (float(number) for number in text.split(","))
    except ValueError as error:
        told = "must be four numbers separated by commas: west, south, east, north in degrees"
        raise BadInput.of("bbox", told) from error
    return west, south, east, north
