"""`windrow tasks …`: what can be run, when it is due, start it, change its schedule."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated

import orjson
import typer

from windrow.cli.answers import Column, pages, print_details, print_json, print_line, print_list
from windrow.cli.commands import Command, spread
from windrow.cli.drafting import NEVER, read_settings
from windrow.cli.exits import code_of_state
from windrow.cli.following import follow_runs, start_detached
from windrow.cli.local import Local, open_local
from windrow.cli.moments import read_moment
from windrow.cli.options import All, Data, Detach, Json, Limit, Yes, confirm
from windrow.cli.scheduling import PolicyOptions, TriggerOptions, change_schedule, is_given
from windrow.errors import BadInput
from windrow.model.schedules import Schedule
from windrow.model.tasks import DEFAULT_QUEUE, Retry, Task
from windrow.ports.work import WorkKind

app = typer.Typer(help="What can be run, and when it is due.", no_args_is_help=True)

TaskId = Annotated[str, typer.Argument(metavar="TASK", help="Id of the task.")]

Parameters = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="A parameter, for this run only; may be repeated."),
]

COLUMNS: list[Column[Task]] = [
    Column("ID", lambda task: task.id, folded=False),
    Column("Name", lambda task: task.name),
    Column("Kind", lambda task: task.kind),
    Column("Schedule", lambda task: _tell_schedule(task.schedule)),
    Column("Next", lambda task: task.schedule and task.schedule.next_due),
    Column("Last run", lambda task: task.last_run_id, folded=False),
]


@app.command("list", cls=Command)
def list_tasks(
    kind: Annotated[str | None, typer.Option(help="Only of this kind: harvest, source_diff.")] = None,
    limit: Limit = 50,
    every: All = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """List tasks, newest first."""
    with open_local(data) as local:
        tasks, principal = local.windrow.tasks, local.principal
        found = pages(lambda most, cursor: tasks.page(principal, kind=kind, limit=most, cursor=cursor))
        print_list(found, COLUMNS, as_json=as_json, limit=None if every else limit)


@app.command(cls=Command)
def coming(limit: Limit = 10, data: Data = None, as_json: Json = False) -> None:
    """List what is due next, the soonest first."""
    with open_local(data) as local:
        print_list(local.windrow.tasks.coming(local.principal, limit=limit), COLUMNS, as_json=as_json)


@app.command(cls=Command)
def show(task_id: TaskId, data: Data = None, as_json: Json = False) -> None:
    """Show a task: its kind, parameters and schedule."""
    with open_local(data) as local:
        _show(local.windrow.tasks.get(local.principal, task_id), as_json=as_json)


@app.command(cls=Command)
@spread
def create(
    name: Annotated[str, typer.Argument(help="What to call it.")],
    kind: Annotated[str, typer.Option(help="Its kind of work: notebook, report, ...")],
    triggers: TriggerOptions,
    policies: PolicyOptions,
    parameters: Parameters = None,
    attempts: Annotated[
        int | None, typer.Option(min=1, help="How often a run that fails is tried in all; without it as usual.")
    ] = None,
    queue: Annotated[str, typer.Option(help="Queue whose workers take its runs.")] = DEFAULT_QUEUE,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Make a task. `windrow tasks start` runs it, `windrow tasks schedule` has it run by itself."""
    from windrow.core.runs import TaskDraft

    with open_local(data, make=True) as local:
        given = read_settings(parameters, local.windrow.kinds.work_kind(kind))
        scheduled = is_given(triggers) or is_given(policies)
        schedule = _changed(None, triggers, policies, None, local.now) if scheduled else None
        draft = TaskDraft(name, kind, given, queue, retry=_retry(local, kind, attempts), schedule=schedule)
        _show(local.windrow.tasks.create(local.principal, draft), as_json=as_json)


@app.command(cls=Command)
def start(
    task_id: TaskId,
    at: Annotated[
        str | None, typer.Option(metavar="MOMENT", help="Not before this moment, such as 2027-01-01T06:00Z.")
    ] = None,
    parameters: Parameters = None,
    due: Annotated[
        str | None, typer.Option(metavar="MOMENT", help="The nominal time that the run is for, whenever it runs.")
    ] = None,
    detach: Detach = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Run a task now, with progress, or at a moment that lies ahead."""
    with open_local(data) as local:
        moment = None if at is None else read_moment(at, option="--at")
        nominal = None if due is None else read_moment(due, option="--due")
        given = None if parameters is None else read_settings(parameters, _kind_of(local, task_id))
        run = local.windrow.tasks.start(local.principal, task_id, at=moment, parameters=given, due=nominal)
        if detach or moment is not None:
            start_detached(local, run, as_json=as_json)
            return
        (ended,) = follow_runs(local, [run])
        if as_json:
            print_json(ended)
        else:
            print_line(f"{ended.name}: {ended.state.value}. {ended.progress.message} {ended.error}".rstrip())
    raise typer.Exit(code_of_state(ended.state))


@app.command(cls=Command)
@spread
def schedule(
    task_id: TaskId,
    triggers: TriggerOptions,
    policies: PolicyOptions,
    paused: Annotated[bool | None, typer.Option("--pause/--resume", help="Switch its schedule off, or on.")] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Change when a task runs by itself, and what holds around that; what is left out stays as it is.

    A source's task changes with its source.
    """
    if paused is None and not is_given(triggers) and not is_given(policies):
        raise BadInput.of("--every", "say how often, or never; or say --cron, --pause, --resume or what is to change")
    with open_local(data) as local:
        task = local.windrow.tasks.get(local.principal, task_id)
        _save(local, task, _changed(task.schedule, triggers, policies, paused, local.now))
        _show(local.windrow.tasks.get(local.principal, task_id), as_json=as_json)


@app.command(cls=Command)
def backfill(
    task_id: TaskId,
    start: Annotated[str, typer.Option(metavar="MOMENT", help="From this moment on, such as 2027-01-01.")],
    end: Annotated[str, typer.Option(metavar="MOMENT", help="Before this moment, which must not lie ahead.")],
    most: Annotated[int, typer.Option(help="More runs than that are refused.")] = 100,
    again: Annotated[bool, typer.Option("--again", help="Also for moments whose run succeeded.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would run.")] = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Run a task once for each moment of its schedule that has passed, one after another."""
    begin, until = read_moment(start, option="--start"), read_moment(end, option="--end")
    with open_local(data) as local:
        made = local.windrow.repeating.backfill(
            local.principal, task_id, start=begin, end=until, most=most, again=again, dry_run=dry_run
        )
    if as_json:
        print_json({"moments": made.moments, "left_out": made.left_out, "run_ids": [run.id for run in made.runs]})
        return
    for moment in made.moments:
        print_line(f"{moment:%Y-%m-%d %H:%M:%S} UTC")
    what = "would be made" if dry_run else "queued"
    print_line(f"{len(made.moments)} runs {what}; {made.left_out} moments have one already.")


@app.command(cls=Command)
def delete(task_id: TaskId, yes: Yes = False, data: Data = None, as_json: Json = False) -> None:
    """Delete a task with its runs. A source's task goes with its source."""
    with open_local(data) as local:
        task = local.windrow.tasks.get(local.principal, task_id)
        confirm(f"Delete {task.name} with its runs?", yes=yes)
        local.windrow.tasks.delete(local.principal, task_id, local.windrow.blobs)
        if as_json:
            print_json({"deleted": task_id})
        else:
            print_line(f"Deleted {task.name}.")


def _retry(local: Local, kind: str, attempts: int | None) -> Retry | None:
    return None if attempts is None else replace(local.windrow.kinds.usual_retry(kind), attempts=attempts)


def _kind_of(local: Local, task_id: str) -> WorkKind:
    return local.windrow.kinds.work_kind(local.windrow.tasks.get(local.principal, task_id).kind)


def _changed(
    present: Schedule | None, triggers: TriggerOptions, policies: PolicyOptions, paused: bool | None, now: datetime
) -> Schedule | None:
    """The schedule as it is to be; None takes it away."""
    if triggers.every == NEVER:
        if is_given(policies) or paused is not None:
            raise BadInput.of("--every", "never takes the schedule away: there is nothing left for other options")
        return None
    changed = change_schedule(present, triggers, policies, now)
    return changed if paused is None else replace(changed, enabled=not paused)


def _save(local: Local, task: Task, schedule: Schedule | None) -> None:
    from windrow.core.runs import TaskDraft
    from windrow.faces.native.translate import change_source
    from windrow.wire.sources import SourceChange

    windrow = local.windrow
    if task.kind == "harvest":
        view = windrow.sources.view(local.principal, int(task.parameters["source_id"]))
        draft = replace(change_source(view, SourceChange(), now=local.now), schedule=schedule)
        windrow.sources.change(local.principal, view.source.id, draft)
        return
    kept = (task.name, task.kind, task.parameters, task.queue, task.priority, task.limits, task.retry)
    windrow.tasks.change(local.principal, task.id, TaskDraft(*kept, schedule))


def _show(task: Task, *, as_json: bool) -> None:
    if as_json:
        print_json(task)
        return
    print_details(
        {
            "task": task.id,
            "name": task.name,
            "kind": task.kind,
            "parameters": orjson.dumps(dict(task.parameters)).decode(),
            "schedule": _tell_schedule(task.schedule),
            "next": task.schedule and task.schedule.next_due,
            "queue": task.queue,
            "priority": task.priority or None,
            "limits": [f"{each.key}: {each.most}" for each in task.limits],
            "attempts": task.retry.attempts,
            "last run": task.last_run_id,
            "created": task.created_at,
            "changed": task.changed_at,
        }
    )


def _tell_schedule(schedule: Schedule | None) -> str:
    if schedule is None:
        return ""
    return schedule.describe()
