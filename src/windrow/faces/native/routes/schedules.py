"""Schedules: look ahead, before one is saved and at all that there are."""

from typing import Annotated

from fastapi import Query

from windrow.core.previewing_schedules import MOST_DAYS
from windrow.faces.native import translate
from windrow.faces.native.context import Ctx
from windrow.faces.native.queries import make_part
from windrow.wire.schedules import ComingSchedules, PreviewInput, SchedulePreview

router = make_part("schedules")

Days = Annotated[int, Query(ge=1, le=MOST_DAYS, description="How many days ahead.")]


@router.post("/schedules/preview")
def preview_schedule(ctx: Ctx, preview: PreviewInput) -> SchedulePreview:
    """What a schedule would lead to: in words, and its next moments with their offsets. Nothing is saved."""
    schedule = translate.made_schedule(preview.schedule, now=ctx.now)
    after = translate.in_utc(preview.after, field="after")
    found = ctx.windrow.schedules.preview(
        ctx.principal, schedule, count=preview.count, after=after, source_id=preview.source_id
    )
    return translate.to_schedule_preview(found)


@router.get("/schedules/coming")
def list_coming_schedules(ctx: Ctx, days: Days = 1) -> ComingSchedules:
    """What will run by itself in the days to come: how much in each hour, and where several tasks meet."""
    return translate.to_coming(ctx.windrow.schedules.coming(ctx.principal, days=days))
