"""Between our words and GeoNode's; pure."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from windrow.core.attending import AVAILABILITY, REFRESH
from windrow.core.source_drafts import SourceView
from windrow.faces.geonode import words
from windrow.model.resources import Outcome, Resource
from windrow.model.runs import Run
from windrow.model.schedules import Schedule
from windrow.model.triggers import Elapsed, Interval
from windrow.ports.runs import NumberedRun

FACE = "geonode"
"""The name under which a source's notes keep what was said to this face."""

BRIEF = (
    "id",
    "name",
    "status",
    "remote_url",
    "remote_available",
    "scheduling_enabled",
    "harvesting_session_update_frequency",
    "refresh_harvestable_resources_update_frequency",
    "check_availability_frequency",
    "default_owner",
    "links",
)

FULL = (
    *BRIEF[:-1],
    "harvester_type",
    "harvester_type_specific_configuration",
    "last_checked_availability",
    "last_checked_harvestable_resources",
    "last_check_harvestable_resources_message",
    "harvest_new_resources_by_default",
    "delete_orphan_resources_automatically",
    "last_updated",
    "num_harvestable_resources",
    "links",
)

FREQUENCIES: Mapping[str, int] = {
    "harvesting_session_update_frequency": 60,
    "refresh_harvestable_resources_update_frequency": 30,
    "check_availability_frequency": 10,
}
"""Minutes between two harvests, two looks at the list, two checks; what they are unless something else is said."""

RESOURCE = (
    "unique_identifier",
    "title",
    "should_be_harvested",
    "last_updated",
    "status",
    "remote_resource_type",
    "last_harvesting_succeeded",
    "last_harvesting_message",
)

SESSION = (
    "id",
    "started",
    "updated",
    "ended",
    "total_records_to_process",
    "records_done",
    "session_type",
    "harvester",
    "status",
    "records_failed",
    "records_skipped",
    "details",
)

PASSED_OVER = ("unwanted", "unfetched", "left_out")
"""Counts of what a pass came by and was not to take."""


def to_harvester(view: SourceView, *, owner: int, root: str, schema: Mapping[str, Any] | None) -> dict[str, Any]:
    """A harvester with everything that can be told of it. `schema` is that of its kind's settings, while installed."""
    source, schedules = view.source, schedules_of(view)
    own = f"{root}/harvesters/{source.id}/"
    harvest = schedules["harvesting_session_update_frequency"]
    refresh = view.last_refresh
    return {
        "id": source.id,
        "name": source.name,
        "status": words.ACTIVITIES.get(source.activity, words.READY),
        "remote_url": source.url,
        "remote_available": bool(source.available),
        "scheduling_enabled": harvest is not None and harvest.enabled,
        **{name: minutes_of(each, FREQUENCIES[name]) for name, each in schedules.items()},
        "default_owner": owner,
        "harvester_type": words.class_path_of(source.kind),
        "harvester_type_specific_configuration": configuration_of(view, schema),
        "last_checked_availability": moment(source.checked_at),
        "last_checked_harvestable_resources": moment(refresh.ended_at if refresh else source.listed_at),
        "last_check_harvestable_resources_message": _refresh_message(refresh),
        "harvest_new_resources_by_default": source.policies.new_wanted,
        "delete_orphan_resources_automatically": not source.policies.keep_gone,
        "last_updated": moment(source.changed_at),
        "num_harvestable_resources": source.announced or 0,
        "links": {"self": own, "harvestable_resources": f"{own}harvestable-resources/"},
    }


def schedules_of(view: SourceView) -> dict[str, Schedule | None]:
    """The schedules that the three frequencies stand for."""
    return {
        "harvesting_session_update_frequency": view.task.schedule,
        "refresh_harvestable_resources_update_frequency": view.schedule_of(REFRESH),
        "check_availability_frequency": view.schedule_of(AVAILABILITY),
    }


def minutes_of(schedule: Schedule | None, usual: int) -> int:
    """A frequency in whole minutes, at least one.

    A trigger that GeoNode has no word for (cron, the sun, a calendar) is told as what is usual. It stays as it is until
    a client sends another number of minutes.
    """
    every = every_of(schedule)
    return usual if every is None else max(1, -(-every // timedelta(minutes=1)))


def every_of(schedule: Schedule | None) -> timedelta | None:
    """How long it is from one moment to the next, where that is always the same."""
    trigger = None if schedule is None else schedule.trigger
    return trigger.every if isinstance(trigger, Interval | Elapsed) else None


def configuration_of(view: SourceView, schema: Mapping[str, Any] | None) -> dict[str, Any]:
    """The configuration as it was said, if the settings are still what that came to; else what differs from usual."""
    settings = dict(view.source.settings)
    said = view.source.notes.get(FACE, {})
    if said.get("settings") == settings and isinstance(said.get("configuration"), dict):
        return dict(said["configuration"])
    properties = (schema or {}).get("properties", {})
    return {name: value for name, value in settings.items() if value != properties.get(name, {}).get("default")}


def to_resource(resource: Resource) -> dict[str, Any]:
    """A harvestable resource."""
    fetched = resource.outcome is not Outcome.LISTED
    return {
        "unique_identifier": resource.identifier,
        "title": resource.title,
        "should_be_harvested": resource.wanted,
        "last_updated": moment(resource.last_changed),
        "status": words.READY,
        "remote_resource_type": resource.type,
        "last_harvesting_succeeded": fetched and not resource.problem,
        "last_harvesting_message": resource.problem,
    }


def to_session(found: NumberedRun, *, details: str) -> dict[str, Any]:
    """A session."""
    run, counts = found.run, found.run.progress.counts
    passed = sum(counts.get(word, 0) for word in PASSED_OVER)
    failed = counts.get("failed", 0) + counts.get(Outcome.QUARANTINED, 0)
    total = run.progress.total
    if run.kind == "harvest":
        passed += counts.get(Outcome.LISTED, 0)
    return {
        "id": found.number,
        "started": moment(run.created_at),
        "updated": moment(run.ended_at or run.started_at or run.created_at),
        "ended": moment(run.ended_at),
        "total_records_to_process": max(0, (run.progress.done if total is None else total) - passed),
        "records_done": max(0, run.progress.done - passed),
        "session_type": words.SESSION_TYPES[run.kind],
        "harvester": found.source_id,
        "status": words.SESSION_STATUSES[run.state],
        "records_failed": failed,
        "records_skipped": passed,
        "details": details,
    }


def brief_details(run: Run) -> str:
    """What a list tells of how a session went."""
    return "\n".join(each for each in (run.error, run.progress.message) if each)


def moment(at: datetime | None) -> str | None:
    """A moment as GeoNode spells it: UTC with microseconds."""
    return None if at is None else at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def picked(item: Mapping[str, Any], fields: Sequence[str]) -> dict[str, Any]:
    """These fields of an item, in this order."""
    return {name: item[name] for name in fields}


def _refresh_message(run: Run | None) -> str:
    if run is None or run.ended_at is None:
        return ""
    told = run.error or run.progress.message or f"{run.progress.done} harvestable resources were listed"
    return f"{moment(run.ended_at)} - {told}"
