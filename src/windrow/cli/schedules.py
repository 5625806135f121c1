"""`windrow schedules …`: what a schedule would lead to, and what will run in the days to come."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from windrow.cli.answers import Column, print_json, print_line, print_list
from windrow.cli.commands import Command, spread
from windrow.cli.local import open_local
from windrow.cli.options import Data, Json
from windrow.cli.scheduling import PolicyOptions, TriggerOptions, change_schedule, read_trigger
from windrow.errors import BadInput
from windrow.ports.clocks import system_clock

if TYPE_CHECKING:
    from windrow.core.previewing_schedules import Coming, Preview

app = typer.Typer(help="What a schedule leads to, and what will run by itself.", no_args_is_help=True)

HOURS: list[Column[tuple[datetime, int]]] = [
    Column("Hour", lambda each: each[0]),
    Column("Due", lambda each: each[1]),
]


@app.command(cls=Command)
@spread
def preview(
    triggers: TriggerOptions,
    policies: PolicyOptions,
    count: Annotated[int, typer.Option(help="How many moments.")] = 5,
    source: Annotated[
        int | None, typer.Option(help="Number of the source that it is for: tell when its host is closed.")
    ] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Tell what a schedule means, and when it is due next. Nothing is saved; without a source no installation is
    needed."""
    from windrow.core.previewing_schedules import preview_of

    now = system_clock()
    if read_trigger(triggers, now) is None:
        raise BadInput.of("--cron", "say when: --cron, --calendar, --every, --elapsed, --once or --sun")
    schedule = change_schedule(None, triggers, policies, now)
    if source is None:
        _show(preview_of(schedule, now, count), as_json=as_json)
        return
    with open_local(data) as local:
        previewing = local.windrow.schedules
        _show(previewing.preview(local.principal, schedule, count=count, source_id=source), as_json=as_json)


@app.command(cls=Command)
def coming(
    days: Annotated[int, typer.Option(help="How many days ahead.")] = 1, data: Data = None, as_json: Json = False
) -> None:
    """Tell what will run by itself: how much in each hour, and the minutes in which several tasks meet."""
    with open_local(data) as local:
        found = local.windrow.schedules.coming(local.principal, days=days)
    if as_json:
        print_json(found)
        return
    print_list(found.hours, HOURS, as_json=False)
    print_line(f"{found.total:,} until {found.until:%Y-%m-%d %H:%M} UTC{'' if found.complete else ', and more'}.")
    _show_collisions(found)
    _show_held_up(found)


def _show(found: "Preview", *, as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    print_line(f"It runs {found.description}.")
    for each in found.moments:
        wait = found.waits.get(each)
        told = "" if wait is None else f", waits until {found.shown(wait.until):%a %H:%M}: {wait.host} is closed"
        print_line(f"{found.shown(each):%a %Y-%m-%d %H:%M:%S %z}{told}")


def _show_collisions(found: "Coming") -> None:
    for minute, tasks in found.collisions[:10]:
        names = ", ".join(task.name for task in tasks[:3])
        more = f" and {len(tasks) - 3} more" if len(tasks) > 3 else ""
        print_line(f"{minute:%Y-%m-%d %H:%M} UTC: {len(tasks)} tasks meet: {names}{more}.")


def _show_held_up(found: "Coming") -> None:
    for each in found.held_up[:10]:
        more = f" (and {each.count - 1:,} more times)" if each.count > 1 else ""
        until = f"{each.wait.until:%Y-%m-%d %H:%M} UTC"
        told = f"{each.task.name} waits until {until}, {each.wait.host} is closed{more}."
        print_line(f"{each.due:%Y-%m-%d %H:%M} UTC: {told}")
    if len(found.held_up) > 10:
        print_line(f"{len(found.held_up) - 10:,} more tasks wait for closed hosts.")
