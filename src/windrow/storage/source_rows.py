"""Source rows: how a source is spelled in its table, both ways, and how it is doing."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import JSON, ColumnElement, Row, Select, case, exists, false, func, or_, select, type_coerce

from windrow.model.copies import Copying
from windrow.model.edits import Rule
from windrow.model.runs import RunState
from windrow.model.sources import Health, Policies, ReviewState, Source, Visibility, health_of
from windrow.storage.listings import of_table
from windrow.storage.moves import ACTIVE_WORDS
from windrow.storage.reconciling import difference_from_json
from windrow.storage.tables import reviews, runs, sources, tasks, user_numbers

IS_ACTIVE: ColumnElement[bool] = sources.c.retired_at.is_(None)
"""Neither lists nor counts of sources name those that are retired, unless they are asked for."""


def select_sources() -> Select[Any]:
    """Sources that are not being removed, with what their health is told from."""
    waiting = exists().where(reviews.c.source_id == sources.c.id, reviews.c.state == ReviewState.WAITING)
    return (
        select(
            sources,
            tasks.c.schedule,
            tasks.c.last_run_id.label("latest_run_id"),
            runs.c.state.label("latest_state"),
            waiting.label("held"),
            _activity().label("activity"),
        )
        .join(tasks, tasks.c.id == sources.c.task_id)
        .outerjoin(runs, runs.c.id == tasks.c.last_run_id)
        .where(~sources.c.deleting)
    )


TELLING = ("notify", "digest")
"""Kinds of runs that tell people of a source, perhaps for hours; nobody is at work on the source meanwhile."""


def _activity() -> ColumnElement[str]:
    # What goes on with a source: of its tasks' runs that have not ended, the one that is furthest; what passes over its
    # list comes before what looks after it meanwhile. A push is work on its targets.
    of_source = or_(tasks.c.id == sources.c.task_id, tasks.c.source_id == sources.c.id)
    stopping = case((runs.c.state == RunState.CANCELLING, "cancelling "), else_="")
    chosen = (
        select(stopping + runs.c.kind)
        .join(tasks, tasks.c.id == runs.c.task_id)
        .where(of_source, runs.c.state.in_(ACTIVE_WORDS), runs.c.kind.not_in(("push", *TELLING)))
        .order_by(case((runs.c.kind.in_(("availability", "copy")), 1), else_=0), runs.c.started_at.is_(None), runs.c.id)
        .limit(1)
        .correlate(sources)
    )
    return func.coalesce(chosen.scalar_subquery(), "")


SOURCE_FIELDS: Mapping[str, ColumnElement[Any]] = {
    **of_table(sources, "id", "name", "url", "kind", "changed_at", "checked_at", "listed_at"),
    "available": func.coalesce(sources.c.available, false()),
    "owner": select(user_numbers.c.number).where(user_numbers.c.user_id == sources.c.owner_id).scalar_subquery(),
    "activity": _activity(),
    "scheduled": func.coalesce(type_coerce(tasks.c.schedule, JSON)["enabled"].as_boolean(), false()),
}
"""What sources can be listed by: see `windrow.ports.sources.Sources.list_by`."""


def select_troubled() -> Select[Any]:
    """Those of them that a person should look at; what waits for a decision comes first."""
    chosen = select_sources()
    held = chosen.selected_columns.held
    failed = (
        sources.c.last_state.in_((RunState.PARTIAL, RunState.FAILED)),
        sources.c.failures > 0,
        runs.c.state == RunState.FAILED,
        sources.c.difference.is_not(None),
    )
    return chosen.where(or_(held, *failed), IS_ACTIVE).order_by(held.desc(), sources.c.failures.desc(), sources.c.id)


def to_source(row: Row[Any]) -> Source:
    """The source of a row of `select_sources`."""
    return Source(
        id=row.id,
        name=row.name,
        kind=row.kind,
        url=row.url,
        tenant_id=row.tenant_id,
        owner_id=row.owner_id,
        task_id=row.task_id,
        settings=row.settings,
        policies=policies_from_json(row.policies),
        visibility=Visibility(row.visibility),
        has_credential=row.credential is not None,
        health=_health(row),
        created_at=row.created_at,
        changed_at=row.changed_at,
        last_run_id=row.latest_run_id or row.last_run_id,
        last_complete=row.last_complete,
        since=row.since,
        cursor=row.cursor,
        resources=row.resources,
        available=row.available,
        checked_at=row.checked_at,
        listed_at=row.listed_at,
        announced=row.announced,
        notes=row.notes or {},
        activity=row.activity,
        retired_at=row.retired_at,
        difference=difference_from_json(row.difference),
    )


def _health(row: Row[Any]) -> Health:
    if row.retired_at is not None:
        return Health.RETIRED
    last_state, failures = row.last_state, row.failures
    # A run that failed before its pass began, or whose workers all died, has left no trace on the source itself.
    if row.latest_state == RunState.FAILED and row.latest_run_id != row.last_run_id:
        last_state, failures = RunState.FAILED, failures + 1
    paused = row.schedule is not None and not row.schedule.get("enabled", True)
    return health_of(last_state, failures, held=row.held, paused=paused)


def source_values(source: Source) -> dict[str, Any]:
    """The columns that people decide about."""
    return {
        "name": source.name,
        "kind": source.kind,
        "url": source.url,
        "settings": dict(source.settings),
        "policies": policies_to_json(source.policies),
        "visibility": source.visibility,
        "notes": dict(source.notes),
        "owner_id": source.owner_id,
        "retired_at": source.retired_at,
    }


def policies_to_json(policies: Policies) -> dict[str, Any]:
    """Policies as they are kept; spans in seconds."""
    return {
        "guard_share": policies.guard_share,
        "guard_count": policies.guard_count,
        "grace": policies.grace.total_seconds(),
        "full_every": policies.full_every.total_seconds(),
        "new_wanted": policies.new_wanted,
        "keep_gone": policies.keep_gone,
        "requests_per_second": policies.requests_per_second,
        "concurrency": policies.concurrency,
        "page_attempts": policies.page_attempts,
        # Only what was decided: a release that knows none of it goes on reading all other sources.
        **{name: value for name, value in _newer_to_json(policies).items() if value != _USUAL[name]},
    }


def _newer_to_json(policies: Policies) -> dict[str, Any]:
    return {
        "edit_rules": {name: rule.value for name, rule in policies.edit_rules.items()},
        "keywords_union": policies.keywords_union,
        "copying": policies.copying.value,
        "largest_copy": policies.largest_copy,
        "copy_budget": policies.copy_budget,
        "copy_formats": list(policies.copy_formats),
    }


_USUAL = _newer_to_json(Policies())


def policies_from_json(kept: Mapping[str, Any]) -> Policies:
    """The inverse of `policies_to_json`; what was not kept yet has its default."""
    read: dict[str, Any] = {name: timedelta(seconds=kept[name]) for name in ("grace", "full_every") if name in kept}
    if "edit_rules" in kept:
        read["edit_rules"] = {name: Rule(word) for name, word in kept["edit_rules"].items()}
    if "copying" in kept:
        read["copying"] = Copying(kept["copying"])
    if "copy_formats" in kept:
        read["copy_formats"] = tuple(kept["copy_formats"])
    return Policies(**{**kept, **read})
