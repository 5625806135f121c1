"""Sources, their policies, resources and held deletions, as shapes and from them."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime, timedelta

from windrow.core.attending import AVAILABILITY, REFRESH
from windrow.core.harvesting.previewing import Preview
from windrow.core.source_drafts import SourceDraft, SourceView
from windrow.errors import BadInput
from windrow.faces.native.translate.notifications import to_difference
from windrow.faces.native.translate.records import to_record_body
from windrow.faces.native.translate.runs import to_run
from windrow.faces.native.translate.schedules import change_schedule, from_schedule, to_schedule
from windrow.model import availability, copies, resources, sources
from windrow.model.edits import Rule
from windrow.ports.source_kinds import Detection
from windrow.wire import sources as source_shapes
from windrow.wire.records import FieldName, RuleName


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
        keep_gone=policies.keep_gone,
        requests_per_second=policies.requests_per_second,
        concurrency=policies.concurrency,
        page_attempts=policies.page_attempts,
        edit_rules=from_rules(policies.edit_rules),
        keywords_union=policies.keywords_union,
        copying=copies.Copying(policies.copying),
        largest_copy=policies.largest_copy,
        copy_budget=policies.copy_budget,
        copy_formats=tuple(policies.copy_formats),
    )


def from_rules(rules: Mapping[FieldName, RuleName]) -> dict[str, Rule]:
    """What becomes of local edits, by field."""
    return {name: Rule(rule) for name, rule in rules.items()}


def change_policies(present: sources.Policies, change: source_shapes.PoliciesChange) -> sources.Policies:
    """Policies as they are to be: what was left out stays."""
    given = change.model_dump(exclude_unset=True)
    for span in ("grace", "full_every"):
        if f"{span}_seconds" in given:
            given[span] = timedelta(seconds=given.pop(f"{span}_seconds"))
    if "edit_rules" in given:
        given["edit_rules"] = from_rules(given["edit_rules"])
    if "copying" in given:
        given["copying"] = copies.Copying(given["copying"])
    if "copy_formats" in given:
        given["copy_formats"] = tuple(given["copy_formats"])
    return replace(present, **given)


def to_policies(policies: sources.Policies) -> source_shapes.PoliciesView:
    """What the owner decided."""
    return source_shapes.PoliciesView(
        guard_share=policies.guard_share,
        guard_count=policies.guard_count,
        grace_seconds=policies.grace.total_seconds(),
        full_every_seconds=policies.full_every.total_seconds(),
        new_wanted=policies.new_wanted,
        keep_gone=policies.keep_gone,
        requests_per_second=policies.requests_per_second,
        concurrency=policies.concurrency,
        page_attempts=policies.page_attempts,
        edit_rules={name: rule.value for name, rule in policies.edit_rules.items()},
        keywords_union=policies.keywords_union,
        copying=policies.copying.value,
        largest_copy=policies.largest_copy,
        copy_budget=policies.copy_budget,
        copy_formats=policies.copy_formats,
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
        refresh_schedule=from_schedule(source.refresh_schedule, now=now),
        check_schedule=from_schedule(source.check_schedule, now=now),
        queue=source.queue,
        priority=source.priority,
    )


def change_source(view: SourceView, change: source_shapes.SourceChange, *, now: datetime) -> SourceDraft:
    """A source as it is to be after a change: what was left out stays."""
    source, draft = view.source, view.draft
    plain = {"name", "kind", "url", "settings", "queue", "priority"}
    if change.kind is not None and change.kind != source.kind:
        draft = replace(draft, settings={})  # the settings of one kind mean nothing to another
    draft = replace(draft, **change.model_dump(exclude_unset=True, include=plain))
    if change.policies is not None:
        draft = replace(draft, policies=change_policies(source.policies, change.policies))
    if change.visibility is not None:
        draft = replace(draft, visibility=sources.Visibility(change.visibility))
    if "schedule" in change.model_fields_set:
        draft = replace(draft, schedule=change_schedule(draft.schedule, change.schedule, now=now))
    if "refresh_schedule" in change.model_fields_set:
        refresh = change_schedule(draft.refresh_schedule, change.refresh_schedule, now=now)
        draft = replace(draft, refresh_schedule=refresh)
    if "check_schedule" in change.model_fields_set:
        draft = replace(draft, check_schedule=change_schedule(draft.check_schedule, change.check_schedule, now=now))
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
        available=source.available,
        checked_at=source.checked_at,
        listed_at=source.listed_at,
        announced=source.announced,
        difference=to_difference(source.difference),
        schedule=to_schedule(task.schedule),
        refresh_schedule=to_schedule(view.schedule_of(REFRESH)),
        check_schedule=to_schedule(view.schedule_of(AVAILABILITY)),
        queue=task.queue,
        priority=task.priority,
        task_id=source.task_id,
        owner_id=source.owner_id,
        created_at=source.created_at,
        changed_at=source.changed_at,
        last_complete=source.last_complete,
        last_run=None if view.last_run is None else to_run(view.last_run, now=now),
        last_refresh=None if view.last_refresh is None else to_run(view.last_refresh, now=now),
    )


def to_detection(detection: Detection) -> source_shapes.Detection:
    """A remote that was recognised."""
    return source_shapes.Detection(**asdict(detection))


def to_availability(span: availability.Span) -> source_shapes.Availability:
    """A time in which all checks of a source said the same."""
    return source_shapes.Availability(
        available=span.available,
        problem=span.problem,
        since=span.since,
        until=span.until,
        checks=span.checks,
        seconds=round(span.seconds, 3),
    )


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


def to_resource(resource: resources.Resource) -> source_shapes.Resource:
    """One remote record of a source."""
    return source_shapes.Resource(
        id=resource.id,
        identifier=resource.identifier,
        title=resource.title,
        type=resource.type,
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


def selected(selection: source_shapes.Selection) -> list[int] | None:
    """Which resources are meant; None means all. Raises `BadInput` when that is not clear."""
    if (selection.all is None) == (selection.ids is None):
        raise BadInput.of("ids", "name resources by `ids`, or all of them by `all: true`, and only one of the two")
    return None if selection.ids is None else list(selection.ids)
