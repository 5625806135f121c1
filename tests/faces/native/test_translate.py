"""Between our words and the API's shapes nothing is lost, and a change of nothing changes nothing."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from windrow.core.source_drafts import SourceDraft, SourceView
from windrow.errors import BadInput
from windrow.faces.native import translate
from windrow.model.identity import new_id
from windrow.model.schedules import Misfire, Overlap, Schedule
from windrow.model.sources import Credential, CredentialKind, Policies, Source, Visibility
from windrow.model.tasks import Limit, Retry, Task
from windrow.model.triggers import AnyTrigger, Calendar, Clocked, Cron, Dialect, Elapsed, Interval, Solar, SolarEvent
from windrow.model.windows import Window
from windrow.wire import runs as run_shapes
from windrow.wire import schedules as schedule_shapes
from windrow.wire import sources as source_shapes

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)

moments = st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds
spans = st.integers(0, 3650 * 86_400).map(lambda seconds: timedelta(seconds=seconds))
names = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=20)
seconds = st.integers(1, 315_360_000).map(lambda each: timedelta(seconds=each))
zones = st.sampled_from(["UTC", "Europe/Berlin", "Australia/Lord_Howe"])
triggers: st.SearchStrategy[AnyTrigger] = st.one_of(
    st.builds(Interval, seconds, moments),
    st.builds(Elapsed, seconds, st.none() | moments),
    st.builds(Cron, st.sampled_from(["@daily", "*/15 8-18 * * MON"]), zones, st.sampled_from(Dialect)),
    st.builds(Clocked, moments),
    st.builds(Solar, st.sampled_from(SolarEvent), st.floats(-90, 90), st.floats(-180, 180)),
    st.builds(Calendar, st.just("FREQ=DAILY"), st.just(datetime(2027, 1, 1, 6, 30)), zones),  # noqa: DTZ001
)
windows = st.lists(
    st.builds(
        Window,
        begin=st.times().map(lambda each: each.replace(second=0, microsecond=0)),
        end=st.times().map(lambda each: each.replace(second=0, microsecond=0)),
        zone=zones,
        weekdays=st.frozensets(st.integers(0, 6)),
        first=st.none() | st.dates(),
    ),
    max_size=2,
).map(tuple)
schedules = st.builds(
    Schedule,
    trigger=triggers,
    enabled=st.booleans(),
    start=st.none() | moments,
    end=st.none() | moments,
    occurrences=st.none() | st.integers(0, 1000),
    misfire=st.sampled_from(Misfire),
    overlap=st.sampled_from(Overlap),
    grace=st.integers(0, 86_400).map(lambda each: timedelta(seconds=each)),
    most_missed=st.integers(1, 1_000),
    jitter=st.integers(0, 86_400).map(lambda each: timedelta(seconds=each)),
    pause_after=st.integers(0, 100),
    windows=windows,
    blackouts=windows,
)
policies = st.builds(
    Policies,
    guard_share=st.floats(0, 1),
    guard_count=st.none() | st.integers(0, 10_000),
    grace=spans,
    full_every=spans,
    new_wanted=st.booleans(),
    requests_per_second=st.floats(0, 1000),
    concurrency=st.integers(1, 32),
    page_attempts=st.integers(1, 20),
)
limits = st.lists(st.builds(Limit, names, st.integers(1, 1000)), max_size=3).map(tuple)
retries = st.builds(Retry, st.integers(1, 100), st.floats(0.1, 86_400), st.floats(0.1, 86_400))
tasks = st.builds(
    Task,
    id=st.just(new_id()),
    name=names,
    kind=names,
    tenant_id=st.just(new_id()),
    owner_id=st.just(new_id()),
    parameters=st.dictionaries(names, st.integers() | names, max_size=3),
    queue=st.from_regex(r"[A-Za-z0-9._-]{1,64}", fullmatch=True),
    priority=st.integers(-100, 100),
    limits=limits,
    retry=retries,
    schedule=st.none() | schedules,
)
sources = st.builds(
    Source,
    id=st.integers(1, 1000),
    name=names,
    kind=names,
    url=st.just("https://example.org/csw"),
    tenant_id=st.just(new_id()),
    owner_id=st.just(new_id()),
    task_id=st.just(new_id()),
    settings=st.dictionaries(names, st.integers() | names, max_size=3),
    policies=policies,
    visibility=st.sampled_from(Visibility),
)
views = st.builds(SourceView, sources, tasks, st.none())


def as_sent(shape: Any, model: Any, *, without: set[str] | None = None) -> Any:
    """What comes of a shape when it is sent as JSON and read as another."""
    return model.model_validate_json(shape.model_dump_json(exclude=without))


def draft_of(view: SourceView) -> SourceDraft:
    source, task = view.source, view.task
    return SourceDraft(
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


@given(schedules)
def test_a_schedule_that_is_sent_back_is_the_same(schedule: Schedule) -> None:
    shape = translate.to_schedule(schedule)
    back = as_sent(shape, schedule_shapes.Schedule, without={"next_due", "description", "paused"})

    assert translate.from_schedule(back, now=NOW) == schedule


@given(policies)
def test_policies_that_are_sent_back_are_the_same(given_policies: Policies) -> None:
    back = as_sent(translate.to_policies(given_policies), source_shapes.Policies)

    assert translate.from_policies(back) == given_policies


@given(tasks)
def test_a_change_of_nothing_leaves_a_task_as_it_is(task: Task) -> None:
    draft = translate.change_task(task, run_shapes.TaskChange(), now=NOW)

    kept = {name: getattr(task, name) for name in draft.__slots__}
    assert {name: getattr(draft, name) for name in draft.__slots__} == kept


@given(tasks)
def test_a_task_that_is_sent_back_as_a_change_is_the_same(task: Task) -> None:
    shape = translate.to_task(task).model_dump(mode="json")
    sent = {name: shape[name] for name in run_shapes.TaskChange.model_fields}
    if sent["schedule"] is not None:
        sent["schedule"] = {name: sent["schedule"][name] for name in schedule_shapes.ScheduleChange.model_fields}

    draft = translate.change_task(task, run_shapes.TaskChange.model_validate(sent), now=NOW)

    assert {name: getattr(draft, name) for name in draft.__slots__} == {
        name: getattr(task, name) for name in draft.__slots__
    }


@given(views)
def test_a_change_of_nothing_leaves_a_source_as_it_is(view: SourceView) -> None:
    nothing = source_shapes.SourceChange(policies=source_shapes.PoliciesChange())

    assert translate.change_source(view, nothing, now=NOW) == draft_of(view)


@given(views, policies, st.sets(st.sampled_from(sorted(source_shapes.PoliciesChange.model_fields))))
def test_a_change_of_policies_changes_those_that_are_named(view: SourceView, wanted: Policies, named: set[str]) -> None:
    shape = translate.to_policies(wanted).model_dump()
    change = source_shapes.SourceChange.model_validate({"policies": {name: shape[name] for name in named}})

    changed = translate.to_policies(translate.change_source(view, change, now=NOW).policies).model_dump()

    present = translate.to_policies(view.source.policies).model_dump()
    assert changed == {name: shape[name] if name in named else present[name] for name in present}


def inside(name: str) -> str:
    """The name in our model of what the API counts in seconds."""
    return name.removesuffix("_seconds")


@given(views, schedules, st.sets(st.sampled_from(sorted(schedule_shapes.ScheduleChange.model_fields))))
def test_a_change_of_a_schedule_changes_what_is_named(view: SourceView, wanted: Schedule, named: set[str]) -> None:
    present = view.task.schedule or wanted
    view = replace(view, task=replace(view.task, schedule=present))
    change = source_shapes.SourceChange.model_validate(
        {"schedule": {name: each for name, each in sent_schedule(wanted).items() if name in named}}
    )

    changed = translate.change_source(view, change, now=NOW).schedule

    assert changed == replace(present, **{name: getattr(wanted, name) for name in map(inside, named)})


def sent_schedule(schedule: Schedule) -> dict[str, Any]:
    shape = translate.to_schedule(schedule)
    assert shape is not None
    return shape.model_dump(mode="json")


@given(st.sampled_from(CredentialKind), names, names)
def test_a_credential_comes_in_whole_and_is_not_shown(kind: CredentialKind, name: str, secret: str) -> None:
    shape = source_shapes.Credential(kind=kind.value, name=name, secret=f"{secret}-7c1e")

    credential = translate.from_credential(shape)

    assert credential == Credential(kind, f"{secret}-7c1e", name)
    assert "7c1e" not in repr(shape) + repr(credential)


@given(st.datetimes(timezones=st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))))
def test_any_moment_is_utc_or_told_to_lie_outside(moment: datetime) -> None:
    try:
        found = translate.in_utc(moment, field="at")
    except BadInput:
        found = None

    assert found == moment if found is not None else moment.year in (1, 9999)
    assert found is None or found.tzinfo is UTC
