"""A source's resources, and the deletions that its guard holds."""

from typing import Annotated

from fastapi import Query

from windrow.faces.native import translate
from windrow.faces.native.context import Ctx
from windrow.faces.native.queries import Cursor, Limit, Number, make_part
from windrow.model.resources import Outcome, Presence
from windrow.ports.sources import ResourceFilter
from windrow.wire.records import EditedRecord
from windrow.wire.shapes import Count, ListOf
from windrow.wire.sources import Decision, OutcomeName, PresenceName, Resource, Review, Selection, Want

router = make_part("resources", prefix="/sources/{source_id}")


@router.get("/resources")
def list_resources(
    ctx: Ctx,
    source_id: Number,
    presence: Annotated[PresenceName | None, Query(description="Only those that stand so.")] = None,
    outcome: Annotated[OutcomeName | None, Query(description="Only those that the last harvest did this with.")] = None,
    wanted: Annotated[bool | None, Query(description="Only those that belong in the catalogue, or do not.")] = None,
    type: Annotated[  # noqa: A002 - the parameter's name
        str | None, Query(max_length=255, description="Only those that the remote calls so.", examples=["dataset"])
    ] = None,
    q: Annotated[str, Query(max_length=500, description="Words in the title or identifier.")] = "",
    limit: Limit = 50,
    cursor: Cursor = None,
) -> ListOf[Resource]:
    """A source's resources in the order they were found."""
    which = ResourceFilter(
        presence=None if presence is None else Presence(presence),
        outcome=None if outcome is None else Outcome(outcome),
        wanted=wanted,
        words=q,
        type=type,
    )
    page = ctx.windrow.sources.resources(ctx.principal, source_id, which, limit=limit, cursor=cursor)
    return translate.list_of(page.map(translate.to_resource))


@router.get("/edits")
def list_edits(
    ctx: Ctx,
    source_id: Number,
    conflicts: Annotated[bool, Query(description="Only those that the source changed since.")] = False,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> ListOf[EditedRecord]:
    """A source's records that were edited here."""
    page = ctx.windrow.editing.edited(ctx.principal, source_id, conflicts=conflicts, limit=limit, cursor=cursor)
    return translate.list_of(page.map(translate.to_edited))


@router.post("/resources/want")
def want_resources(ctx: Ctx, source_id: Number, want: Want) -> Count:
    """Says which resources belong in the catalogue; the others leave it at once."""
    ids = translate.selected(want)
    return Count(changed=ctx.windrow.sources.want(ctx.principal, source_id, ids, wanted=want.wanted))


@router.post("/resources/retry")
def retry_resources(ctx: Ctx, source_id: Number, selection: Selection) -> Count:
    """Has quarantined resources read again at the next harvest, although they did not change."""
    ids = translate.selected(selection)
    return Count(changed=ctx.windrow.sources.retry_quarantined(ctx.principal, source_id, ids))


@router.post("/resources/restore")
def restore_resources(ctx: Ctx, source_id: Number, selection: Selection) -> Count:
    """Undoes deletions whose grace time is not over."""
    ids = translate.selected(selection)
    return Count(changed=ctx.windrow.sources.restore(ctx.principal, source_id, ids))


@router.get("/reviews")
def list_reviews(ctx: Ctx, source_id: Number, limit: Limit = 50, cursor: Cursor = None) -> ListOf[Review]:
    """Held deletions, newest first. What one would delete is listed by `resources?presence=missing`."""
    page = ctx.windrow.sources.reviews(ctx.principal, source_id, limit=limit, cursor=cursor)
    return translate.list_of(page.map(translate.to_review))


@router.post("/reviews/{review_id}")
def decide_review(ctx: Ctx, source_id: Number, review_id: Number, decision: Decision) -> Review:
    """Lets a held deletion through, or refuses it."""
    review = ctx.windrow.sources.decide(ctx.principal, source_id, review_id, approve=decision.approve)
    return translate.to_review(review)
