"""Between our words and the shapes of the native API; pure, both ways."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from windrow.core.accounts import NewToken, NewUser
from windrow.core.harvesting.previewing import Preview
from windrow.core.runs import TaskDraft
from windrow.core.sources import SourceDraft, SourceView
from windrow.errors import BadInput
from windrow.model import accounts, records, resources, runs, schedules, sources, tasks, triggers, workers
from windrow.model.paging import PageOf
from windrow.ports.catalogue import Entry, Facet
from windrow.ports.fetching import HostState
from windrow.ports.source_kinds import Detection
from windrow.wire import accounts as account_shapes
from windrow.wire import records as record_shapes
from windrow.wire import runs as run_shapes
from windrow.wire import shapes
from windrow.wire import sources as source_shapes

Shape = TypeVar("Shape")


def list_of(page: PageOf[Shape]) -> shapes.ListOf[Shape]:
    """A page of shapes."""
    return shapes.ListOf(items=page.items, next=page.next)


def in_utc(moment: datetime | None, *, field: str) -> datetime | None:
    """A moment that came in, in UTC. Raises `BadInput` when it has no zone."""
    if moment is None:
        return None
    if moment.tzinfo is None:
        raise BadInput.of(field, "needs a time zone, such as 2026-01-01T00:00:00Z")
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise BadInput.of(field, "lies outside the years 1 to 9999 in UTC") from error


# Accounts.


def to_me(principal: accounts.Principal) -> account_shapes.Me:
    """Who is signed in."""
    return account_shapes.Me(
        user_id=principal.user_id,
        name=principal.name,
        role=principal.role.value,
        tenant_id=principal.tenant_id,
        rights=sorted(right.value for right in principal.rights),
    )


def to_user(user: accounts.User) -> account_shapes.User:
    """A user."""
    return account_shapes.User(**_user(user))


def to_created_user(new: NewUser) -> account_shapes.CreatedUser:
    """A user with the one-time secret."""
    return account_shapes.CreatedUser(**_user(new.user), secret=new.secret)


def _user(user: accounts.User) -> dict[str, object]:
    return asdict(user)


def to_token(token: accounts.Token) -> account_shapes.Token:
    """A token without its secret."""
    return account_shapes.Token(**_token(token))


def to_created_token(new: NewToken) -> account_shapes.CreatedToken:
    """A token with its secret, this once."""
    return account_shapes.CreatedToken(**_token(new.token), secret=new.secret)


def _token(token: accounts.Token) -> dict[str, object]:
    return {**asdict(token), "scopes": sorted(scope.value for scope in token.scopes)}


def to_tenant(tenant: accounts.Tenant) -> account_shapes.Tenant:
    """A team."""
    return account_shapes.Tenant(id=tenant.id, name=tenant.name, created_at=tenant.created_at)


def from_scopes(names: Sequence[str] | None) -> frozenset[accounts.Right] | None:
    """The scopes of a new token; None asks for all that its owner may."""
    return None if names is None else frozenset(accounts.Right(name) for name in names)


# Tasks, schedules, runs, workers.


def from_trigger(trigger: run_shapes.Trigger, *, now: datetime) -> triggers.Interval:
    """When something is due; an interval without an anchor counts from now."""
    anchor = in_utc(trigger.anchor, field="schedule.trigger.anchor") or now
    return triggers.Interval(timedelta(seconds=trigger.every_seconds), anchor)


def from_schedule(schedule: run_shapes.Schedule | None, *, now: datetime) -> schedules.Schedule | None:
    """A schedule that came in; an interval without an anchor counts from now."""
    if schedule is None:
        return None
    return schedules.Schedule(
        trigger=from_trigger(schedule.trigger, now=now),
        enabled=schedule.enabled,
        start=in_utc(schedule.start, field="schedule.start"),
        end=in_utc(schedule.end, field="schedule.end"),
        occurrences=schedule.occurrences,
        misfire=schedules.Misfire(schedule.misfire),
        overlap=schedules.Overlap(schedule.overlap),
    )


def to_schedule(schedule: schedules.Schedule | None) -> run_shapes.ScheduleView | None:
    """A schedule with its next moment and a plain sentence."""
    if schedule is None:
        return None
    trigger = schedule.trigger
    return run_shapes.ScheduleView(
        trigger=run_shapes.TriggerView(every_seconds=trigger.every.total_seconds(), anchor=trigger.anchor),
        enabled=schedule.enabled,
        start=schedule.start,
        end=schedule.end,
        occurrences=schedule.occurrences,
        misfire=schedule.misfire.value,
        overlap=schedule.overlap.value,
        next_due=schedule.next_due,
        description=trigger.describe(),
    )


def from_task(task: run_shapes.TaskInput, *, now: datetime) -> TaskDraft:
    """A task to be made."""
    return TaskDraft(
        name=task.name,
        kind=task.kind,
        parameters=task.parameters,
        queue=task.queue,
        priority=task.priority,
        limits=tuple(tasks.Limit(each.key, each.most) for each in task.limits),
        retry=tasks.Retry(task.retry.attempts, task.retry.first, task.retry.longest),
        schedule=from_schedule(task.schedule, now=now),
    )


def change_schedule(
    present: schedules.Schedule | None, change: run_shapes.ScheduleChange | None, *, now: datetime
) -> schedules.Schedule | None:
    """A schedule as it is to be: what was left out stays; None takes it away. Raises `BadInput`."""
    if change is None:
        return None
    if present is None:
        if change.trigger is None:
            raise BadInput.of("schedule.trigger", "is missing; there is no schedule yet to be changed")
        return from_schedule(run_shapes.Schedule.model_validate(change.model_dump(exclude_unset=True)), now=now)
    given: dict[str, Any] = change.model_dump(exclude_unset=True)
    if change.trigger is not None:
        given["trigger"] = from_trigger(change.trigger, now=now)
    for name in given.keys() & {"start", "end"}:
        given[name] = in_utc(given[name], field=f"schedule.{name}")
    if change.misfire is not None:
        given["misfire"] = schedules.Misfire(change.misfire)
    if change.overlap is not None:
        given["overlap"] = schedules.Overlap(change.overlap)
    return replace(present, **given)


def change_task(task: tasks.Task, change: run_shapes.TaskChange, *, now: datetime) -> TaskDraft:
    """A task as it is to be after a change: what was left out stays."""
    draft = TaskDraft(
        task.name, task.kind, task.parameters, task.queue, task.priority, task.limits, task.retry, task.schedule
    )
    given = change.model_dump(exclude_unset=True, include={"name", "parameters", "queue", "priority"})
    draft = replace(draft, **given)
    if change.limits is not None:
        draft = replace(draft, limits=tuple(tasks.Limit(each.key, each.most) for each in change.limits))
    if change.retry is not None:
        draft = replace(draft, retry=replace(draft.retry, **change.retry.model_dump(exclude_unset=True)))
    if "schedule" in change.model_fields_set:
        draft = replace(draft, schedule=change_schedule(task.schedule, change.schedule, now=now))
    return draft


def to_task(task: tasks.Task) -> run_shapes.Task:
    """A task."""
    return run_shapes.Task(
        id=task.id,
        name=task.name,
        kind=task.kind,
        parameters=task.parameters,
        queue=task.queue,
        priority=task.priority,
        limits=[run_shapes.LimitView(key=each.key, most=each.most) for each in task.limits],
        retry=run_shapes.RetryView(attempts=task.retry.attempts, first=task.retry.first, longest=task.retry.longest),
        schedule=to_schedule(task.schedule),
        owner_id=task.owner_id,
        created_at=task.created_at,
        changed_at=task.changed_at,
        last_run_id=task.last_run_id,
    )


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
        progress=run_shapes.Progress(
            done=run.progress.done,
            total=run.progress.total,
            share=run.progress.share,
            counts=run.progress.counts,
            message=run.progress.message,
        ),
        result=run.result,
        error=run.error,
        owner_id=run.owner_id,
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


# Sources and resources.


def from_credential(credential: source_shapes.Credential | None) -> sources.Credential | None:
    """A secret that came in."""
    if credential is None:
        return None
    return sources.Credential(sources.CredentialKind(credential.kind), credential.secret, credential.name)


def from_policies(policies: source_shapes.Policies) -> sources.Policies:
    """What the owner decided."""
    return sources.Policies(
        guard_share=policies.guard_share,
        guard_count=policies.guard_count,
        grace=timedelta(seconds=policies.grace_seconds),
        full_every=timedelta(seconds=policies.full_every_seconds),
        new_wanted=policies.new_wanted,
        requests_per_second=policies.requests_per_second,
        concurrency=policies.concurrency,
        page_attempts=policies.page_attempts,
    )


def change_policies(present: sources.Policies, change: source_shapes.PoliciesChange) -> sources.Policies:
    """Policies as they are to be: what was left out stays."""
    given = change.model_dump(exclude_unset=True)
    for span in ("grace", "full_every"):
        if f"{span}_seconds" in given:
            given[span] = timedelta(seconds=given.pop(f"{span}_seconds"))
    return replace(present, **given)


def to_policies(policies: sources.Policies) -> source_shapes.PoliciesView:
    """What the owner decided."""
    return source_shapes.PoliciesView(
        guard_share=policies.guard_share,
        guard_count=policies.guard_count,
        grace_seconds=policies.grace.total_seconds(),
        full_every_seconds=policies.full_every.total_seconds(),
        new_wanted=policies.new_wanted,
        requests_per_second=policies.requests_per_second,
        concurrency=policies.concurrency,
        page_attempts=policies.page_attempts,
    )


def from_source(source: source_shapes.SourceInput, *, now: datetime) -> SourceDraft:
    """A source to be made."""
    return SourceDraft(
        name=source.name,
        kind=source.kind,
        url=source.url,
        settings=source.settings,
        policies=from_policies(source.policies),
        visibility=sources.Visibility(source.visibility),
        credential=from_credential(source.credential),
        schedule=from_schedule(source.schedule, now=now),
        queue=source.queue,
        priority=source.priority,
    )


def change_source(view: SourceView, change: source_shapes.SourceChange, *, now: datetime) -> SourceDraft:
    """A source as it is to be after a change: what was left out stays."""
    source, task = view.source, view.task
    draft = SourceDraft(
        name=source.name,
        kind=source.kind,
        url=source.url,
        settings=source.settings,
        policies=source.policies,
        visibility=source.visibility,
        schedule=task.schedule,
        queue=task.queue,
        priority=task.priority,
    )
    plain = {"name", "kind", "url", "settings", "queue", "priority"}
    if change.kind is not None and change.kind != source.kind:
        draft = replace(draft, settings={})  # the settings of one kind mean nothing to another
    draft = replace(draft, **change.model_dump(exclude_unset=True, include=plain))
    if change.policies is not None:
        draft = replace(draft, policies=change_policies(source.policies, change.policies))
    if change.visibility is not None:
        draft = replace(draft, visibility=sources.Visibility(change.visibility))
    if "schedule" in change.model_fields_set:
        draft = replace(draft, schedule=change_schedule(task.schedule, change.schedule, now=now))
    if "credential" in change.model_fields_set:
        credential = from_credential(change.credential)
        draft = replace(draft, credential=credential, drop_credential=credential is None)
    return draft


def to_source(view: SourceView, *, now: datetime) -> source_shapes.Source:
    """A source with its schedule and its last run."""
    source, task = view.source, view.task
    return source_shapes.Source(
        id=source.id,
        name=source.name,
        kind=source.kind,
        url=source.url,
        settings=source.settings,
        policies=to_policies(source.policies),
        visibility=source.visibility.value,
        has_credential=source.has_credential,
        health=source.health.value,
        resources=source.resources,
        schedule=to_schedule(task.schedule),
        queue=task.queue,
        priority=task.priority,
        task_id=source.task_id,
        owner_id=source.owner_id,
        created_at=source.created_at,
        changed_at=source.changed_at,
        last_complete=source.last_complete,
        last_run=None if view.last_run is None else to_run(view.last_run, now=now),
    )


def to_detection(detection: Detection) -> source_shapes.Detection:
    """A remote that was recognised."""
    return source_shapes.Detection(**asdict(detection))


def to_preview(preview: Preview) -> source_shapes.Preview:
    """What a harvest would begin with."""
    return source_shapes.Preview(
        title=preview.title,
        total=preview.total,
        incremental=preview.incremental,
        records=[to_record_body(each) for each in preview.records],
        looked_at=preview.looked_at,
        changes=preview.changes,
        problems=[f"{name}: {problem}" for name, problem in preview.problems],
    )


def to_record_body(record: records.Record) -> record_shapes.RecordBody:
    """Normalised metadata."""
    return record_shapes.RecordBody(**asdict(record))


def to_record(entry: Entry) -> record_shapes.Record:
    """A record of the catalogue."""
    return record_shapes.Record(
        **asdict(entry.record),
        id=entry.id,
        source_id=entry.source_id,
        source_name=entry.source_name,
        stored_at=entry.stored_at,
        public=entry.public,
    )


def to_facets(facets: Mapping[str, Sequence[Facet]]) -> record_shapes.Facets:
    """What the matching records are like."""
    return record_shapes.Facets(
        **{
            word: [record_shapes.Facet(value=each.value, count=each.count) for each in found]
            for word, found in facets.items()
        }
    )


def to_resource(resource: resources.Resource) -> source_shapes.Resource:
    """One remote record of a source."""
    return source_shapes.Resource(
        id=resource.id,
        identifier=resource.identifier,
        title=resource.title,
        presence=resource.presence.value,
        outcome=resource.outcome.value,
        wanted=resource.wanted,
        first_seen=resource.first_seen,
        last_changed=resource.last_changed,
        gone_since=resource.gone_since,
        remote_modified=resource.remote_modified,
        problem=resource.problem,
    )


def to_review(review: sources.DeletionReview) -> source_shapes.Review:
    """A held deletion."""
    return source_shapes.Review(**{**asdict(review), "state": review.state.value})


def to_host(state: HostState) -> source_shapes.Host:
    """How a host has behaved."""
    return source_shapes.Host(
        host=state.host,
        in_flight=state.in_flight,
        failures=state.failures,
        resting_until=state.resting_until,
        quiet_until=state.quiet_until,
    )


def selected(selection: source_shapes.Selection) -> list[int] | None:
    """Which resources are meant; None means all. Raises `BadInput` when that is not clear."""
    if (selection.all is None) == (selection.ids is None):
        raise BadInput.of("ids", "name resources by `ids`, or all of them by `all: true`, and only one of the two")
    return None if selection.ids is None else list(selection.ids)
