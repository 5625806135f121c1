"""Targets and deliveries, as shapes and from them."""

from dataclasses import replace

from windrow.core.targets import Checked, TargetDraft, TargetView
from windrow.faces.native.translate.sources import from_credential
from windrow.model import targets
from windrow.wire import targets as shapes

PACE = {"requests_per_second", "concurrency"}


def from_target(target: shapes.TargetInput) -> TargetDraft:
    """A target to be added."""
    return TargetDraft(
        name=target.name,
        kind=target.kind,
        url=target.url,
        settings=target.settings,
        pace=targets.Pace(target.requests_per_second, target.concurrency),
        enabled=target.enabled,
        credential=from_credential(target.credential),
    )


def change_target(view: TargetView, change: shapes.TargetChange) -> TargetDraft:
    """A target as it is to be after a change: what was left out stays."""
    draft = view.draft
    draft = replace(draft, **change.model_dump(exclude_unset=True, include={"name", "url", "settings", "enabled"}))
    draft = replace(draft, pace=replace(draft.pace, **change.model_dump(exclude_unset=True, include=PACE)))
    if "credential" in change.model_fields_set:
        credential = from_credential(change.credential)
        draft = replace(draft, credential=credential, drop_credential=credential is None)
    return draft


def to_target(view: TargetView) -> shapes.Target:
    """A target with how far it is."""
    target, standing = view.target, view.standing
    return shapes.Target(
        id=target.id,
        source_id=target.source_id,
        name=target.name,
        kind=target.kind,
        url=target.url,
        settings=target.settings,
        requests_per_second=target.pace.requests_per_second,
        concurrency=target.pace.concurrency,
        enabled=target.enabled,
        state=target.state.value,
        has_credential=target.has_credential,
        pushed=standing.pushed,
        waiting=standing.waiting,
        failed=standing.failed,
        owner_id=target.owner_id,
        created_at=target.created_at,
        changed_at=target.changed_at,
    )


def to_delivery(delivery: targets.Delivery) -> shapes.Delivery:
    """What became of one record."""
    return shapes.Delivery(
        resource_id=delivery.resource_id,
        title=delivery.title,
        identifier=delivery.identifier,
        remote=delivery.remote,
        pushed_at=delivery.pushed_at,
        tried_at=delivery.tried_at,
        attempts=delivery.attempts,
        problem=delivery.problem,
    )


def to_check(checked: Checked) -> shapes.TargetCheck:
    """Whether a target would take records."""
    return shapes.TargetCheck(available=checked.available, problem=checked.problem, seconds=round(checked.seconds, 3))
