"""The keyword arguments of the client's methods: the fields of the shapes that they send."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, Required, TypeAlias, TypedDict

from windrow.wire import accounts, notifications, records, runs, schedules, sources

AnySchedule: TypeAlias = "schedules.Schedule | Mapping[str, Any] | None"
AnyCredential: TypeAlias = "sources.Credential | Mapping[str, Any] | None"


class NewToken(TypedDict, total=False):
    """See `windrow.wire.accounts.NewToken`."""

    scopes: Sequence[accounts.RightName] | None
    expires_at: datetime | None


class NewUser(TypedDict, total=False):
    """See `windrow.wire.accounts.NewUser`."""

    role: accounts.RoleName
    password: str | None
    tenant: str | None


class UserChange(TypedDict, total=False):
    """See `windrow.wire.accounts.UserChange`."""

    role: accounts.RoleName
    active: bool


class NewSource(TypedDict, total=False):
    """See `windrow.wire.sources.SourceInput`."""

    name: Required[str]
    kind: Required[str]
    url: Required[str]
    settings: Mapping[str, Any]
    policies: sources.Policies | Mapping[str, Any]
    visibility: sources.VisibilityName
    credential: AnyCredential
    schedule: AnySchedule
    refresh_schedule: AnySchedule
    check_schedule: AnySchedule
    queue: str
    priority: int


class SourceChange(TypedDict, total=False):
    """See `windrow.wire.sources.SourceChange`: what is left out stays, None takes a credential or schedule away."""

    name: str
    kind: str
    url: str
    settings: Mapping[str, Any]
    policies: sources.PoliciesChange | Mapping[str, Any]
    visibility: sources.VisibilityName
    credential: AnyCredential
    schedule: schedules.ScheduleChange | Mapping[str, Any] | None
    refresh_schedule: schedules.ScheduleChange | Mapping[str, Any] | None
    check_schedule: schedules.ScheduleChange | Mapping[str, Any] | None
    queue: str
    priority: int


class WhichResources(TypedDict, total=False):
    """What narrows a list of resources."""

    presence: sources.PresenceName
    outcome: sources.OutcomeName
    wanted: bool
    type: str
    q: str


class NewTarget(TypedDict, total=False):
    """See `windrow.wire.targets.TargetInput`."""

    name: Required[str]
    kind: Required[str]
    url: Required[str]
    settings: Mapping[str, Any]
    requests_per_second: float
    concurrency: int
    enabled: bool
    credential: AnyCredential


class TargetChange(TypedDict, total=False):
    """See `windrow.wire.targets.TargetChange`: what is left out stays, None takes the credential away."""

    name: str
    url: str
    settings: Mapping[str, Any]
    requests_per_second: float
    concurrency: int
    enabled: bool
    credential: AnyCredential


class NewTask(TypedDict, total=False):
    """See `windrow.wire.runs.TaskInput`."""

    name: Required[str]
    kind: Required[str]
    parameters: Mapping[str, Any]
    queue: str
    priority: int
    limits: Sequence[runs.Limit | Mapping[str, Any]]
    retry: runs.Retry | Mapping[str, Any]
    schedule: AnySchedule


class TaskChange(TypedDict, total=False):
    """See `windrow.wire.runs.TaskChange`: what is left out stays, None takes the schedule away."""

    name: str
    parameters: Mapping[str, Any]
    queue: str
    priority: int
    limits: Sequence[runs.Limit | Mapping[str, Any]]
    retry: runs.RetryChange | Mapping[str, Any]
    schedule: schedules.ScheduleChange | Mapping[str, Any] | None


class WhichRuns(TypedDict, total=False):
    """What narrows a list of runs."""

    state: Sequence[runs.StateName]
    task_id: str
    kind: str


class RecordChange(TypedDict, total=False):
    """See `windrow.wire.records.RecordChange`: what is left out stays, None empties a field."""

    title: str
    abstract: str | None
    type: str
    keywords: Sequence[str] | None
    contacts: Sequence[records.ContactInput | Mapping[str, Any]] | None
    licence: str | None
    links: Sequence[records.LinkInput | Mapping[str, Any]] | None
    bbox: Sequence[float] | None
    time_start: datetime | None
    time_end: datetime | None
    language: str | None
    collection: str | None
    rules: Mapping[records.FieldName, records.RuleName]
    seen: datetime


class Narrowing(TypedDict, total=False):
    """What narrows a search. `bbox` is west, south, east, north in degrees."""

    q: str
    bbox: tuple[float, float, float, float]
    start: datetime
    end: datetime
    keyword: Sequence[str]
    type: Sequence[str]
    standard: Sequence[str]
    collection: Sequence[str]
    source: int | Sequence[int]
    identifier: Sequence[str]


Sorting: TypeAlias = Literal["relevance", "modified", "-modified", "title", "-title", "id", "-id"]


class Search(Narrowing, total=False):
    """What narrows a search, its order, and how many records come at a time."""

    sort: Sorting
    limit: int


class NewNotification(TypedDict, total=False):
    """See `windrow.wire.notifications.NotificationInput`."""

    name: Required[str]
    channel: Required[notifications.ChannelName]
    address: Required[str]
    on: Sequence[notifications.EventName]
    digest_seconds: int
    digest_empty: bool
    enabled: bool


class NotificationChange(TypedDict, total=False):
    """See `windrow.wire.notifications.NotificationChange`: what is left out stays."""

    name: str
    address: str
    on: Sequence[notifications.EventName]
    digest_seconds: int
    digest_empty: bool
    enabled: bool
