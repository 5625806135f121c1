"""`windrow schedules …`: what a schedule would lead to, and what will run in the days to come."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from windrow.cli.answers import Column, print_json, print_line, print_list
from windrow.cli.commands import Command
from windrow.cli.local import open_local
from windrow.cli.options import Data, Json
from windrow.errors import BadInput, FieldProblem
from windrow.model.schedules import Schedule
from windrow.model.triggers import AnyTrigger, trigger_from_json
from windrow.ports.clocks import system_clock

if TYPE_CHECKING:
    from windrow.core.previewing_schedules import Coming, Preview

app = typer.Typer(help="What a schedule leads to, and what will run by itself.", no_args_is_help=True)

OPTIONS = {"expression": "--cron", "dialect": "--dialect", "zone": "--zone", "rule": "--calendar"}

HOURS: list[Column[tuple[datetime, int]]] = [
    Column("Hour", lambda each: each[0]),
    Column("Due", lambda each: each[1]),
]


@app.command(cls=Command)
def preview(
    cron: Annotated[
        str | None, typer.Option(metavar="EXPRESSION", help="Five fields of cron, or an alias such as @daily.")
    ] = None,
    dialect: Annotated[str, typer.Option(help="In whose words it is written: unix, quartz, celery.")] = "unix",
    calendar: Annotated[
        str | None, typer.Option(metavar="RULE", help="A calendar rule, such as FREQ=MONTHLY;BYDAY=2TU.")
    ] = None,
    zone: Annotated[str, typer.Option(help="Whose wall clock counts, such as Europe/Berlin.")] = "UTC",
    count: Annotated[int, typer.Option(help="How many moments.")] = 5,
    as_json: Json = False,
) -> None:
    """Tell what a schedule means, and when it is due next. Nothing is saved, and no installation is needed."""
    from windrow.core.previewing_schedules import preview_of

    if (cron is None) == (calendar is None):
        raise BadInput.of("--cron", "say either --cron or --calendar")
    words = {"type": "cron", "expression": cron, "dialect": dialect} if calendar is None else {"type": "calendar"}
    now = system_clock()
    trigger = read_trigger({**words, "rule": calendar, "zone": zone}, now)
    _show(preview_of(Schedule(trigger), now, count), as_json=as_json)


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


def read_trigger(value: Mapping[str, Any], now: datetime) -> AnyTrigger:
    """A trigger as its options say it. Raises `BadInput` that names the options."""
    try:
        return trigger_from_json(value, now=now)
    except BadInput as error:
        raise BadInput([_by_option(each) for each in error.problems]) from error


def _show(found: "Preview", *, as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    print_line(f"It runs {found.description}.")
    for each in found.moments:
        print_line(f"{found.shown(each):%a %Y-%m-%d %H:%M:%S %z}")


def _show_collisions(found: "Coming") -> None:
    for minute, tasks in found.collisions[:10]:
        names = ", ".join(task.name for task in tasks[:3])
        more = f" and {len(tasks) - 3} more" if len(tasks) > 3 else ""
        print_line(f"{minute:%Y-%m-%d %H:%M} UTC: {len(tasks)} tasks meet: {names}{more}.")


def _by_option(problem: FieldProblem) -> FieldProblem:
    name = problem.field.rpartition(".")[2]
    return FieldProblem(OPTIONS[name], problem.problem)
