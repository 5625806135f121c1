"""Stopping runs that go on: this protocol has no word for it, but for stopping their task and for deleting them."""

import asyncio
from collections.abc import Sequence

from windrow.faces.arcgis.context import Context
from windrow.model.runs import ACTIVE, Run

PATIENCE = 10.0
"""Seconds that a request waits for runs to end; most need less than two."""


def stop_runs(ctx: Context, task_id: str) -> list[Run]:
    """Has all runs of a task stopped, the latest first; those that need time for it."""
    active = ctx.windrow.runs.page(ctx.principal, task_id=task_id, states=ACTIVE).items
    asked = [ctx.windrow.runs.cancel(ctx.principal, each.id) for each in active]
    return [each for each in asked if not each.state.is_terminal]


async def wait_for_ends(ctx: Context, runs: Sequence[Run]) -> None:
    """Waits until runs have ended, but no longer than `PATIENCE`."""
    await asyncio.gather(*(ctx.parts.awaiting.ended(each.id, PATIENCE) for each in runs if not each.state.is_terminal))
