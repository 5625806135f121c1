"""Runs, their parts, log and files, and the workers that carry them, as shapes."""

from dataclasses import asdict
from datetime import datetime

from windrow.core.pipelines.looking import StepView
from windrow.core.repeating import Backfill
from windrow.model import runs, workers
from windrow.wire import runs as run_shapes


def to_run(run: runs.Run, *, now: datetime) -> run_shapes.Run:
    """A run, with its pace and what is left of it."""
    remaining = run.remaining(now)
    return run_shapes.Run(
        id=run.id,
        task_id=run.task_id,
        kind=run.kind,
        name=run.name,
        state=run.state.value,
        cause=run.cause.value,
        parameters=run.parameters,
        queue=run.queue,
        priority=run.priority,
        attempt=run.attempt,
        blocked_by=run.blocked_by,
        created_at=run.created_at,
        due=run.due,
        ready_at=run.ready_at,
        started_at=run.started_at,
        ended_at=run.ended_at,
        remaining_seconds=None if remaining is None else remaining.total_seconds(),
        rate=_rate(run, now),
        progress=to_progress(run.progress),
        result=run.result,
        error=run.error,
        rerun_of=run.rerun_of or None,
        owner_id=run.owner_id,
    )


def to_backfill(made: Backfill) -> run_shapes.Backfill:
    """What a backfill comes to."""
    return run_shapes.Backfill(moments=made.moments, left_out=made.left_out, run_ids=[run.id for run in made.runs])


def to_progress(progress: runs.Progress) -> run_shapes.Progress:
    """How far a run is."""
    return run_shapes.Progress(
        done=progress.done,
        total=progress.total,
        share=progress.share,
        counts=progress.counts,
        message=progress.message,
    )


def _rate(run: runs.Run, now: datetime) -> float | None:
    if run.started_at is None:
        return None
    seconds = ((run.ended_at or now) - run.started_at).total_seconds()
    return run.progress.done / seconds if seconds > 0 else None


def to_part(part: runs.Part) -> run_shapes.Part:
    """A part."""
    return run_shapes.Part(
        id=part.id,
        key=part.key,
        state=part.state.value,
        attempts=part.attempts,
        ready_at=part.ready_at,
        counts=part.counts,
        error=part.error,
    )


def to_step(step: StepView, *, now: datetime) -> run_shapes.Step:
    """A step of a run."""
    return run_shapes.Step(
        name=step.name,
        state="planned" if step.state is None else step.state.value,
        run_id=None if step.run is None else step.run.id,
        kind=None if step.run is None else step.run.kind,
        after=step.after,
        when=step.when,
        why=step.why,
        own=step.own,
        kept=step.kept,
        begun_at=step.begun_at,
        ended_at=step.ended_at,
        seconds=step.seconds(now),
        progress=to_progress(step.progress),
    )


def to_log_entry(entry: runs.LogEntry) -> run_shapes.LogEntry:
    """A line of a run's log."""
    return run_shapes.LogEntry(
        id=entry.id, at=entry.at, level=entry.level.value, message=entry.message, part=entry.part, data=entry.data
    )


def to_output(output: runs.Output) -> run_shapes.Output:
    """A file of a run."""
    return run_shapes.Output(
        name=output.name,
        media_type=output.media_type,
        size=output.size,
        digest=output.digest,
        created_at=output.created_at,
    )


def to_worker(worker: workers.Worker) -> run_shapes.Worker:
    """A living process."""
    return run_shapes.Worker(**{**asdict(worker), "role": worker.role.value})


def to_inspection(inspection: workers.Inspection) -> run_shapes.Inspection:
    """What each worker does and what waits."""
    return run_shapes.Inspection(**asdict(inspection))
