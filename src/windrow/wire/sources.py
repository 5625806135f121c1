"""Shapes of sources, resources and held deletions."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

from pydantic import ConfigDict, Field

from windrow.wire.copies import (
    COPY_BUDGET,
    COPY_FORMATS,
    COPYING,
    FORMATS,
    LARGEST_COPY,
    LARGEST_COPY_USUAL,
    CopyingName,
    Formats,
    Size,
)
from windrow.wire.records import FieldName, RecordBody, RuleName
from windrow.wire.runs import PRIORITY, QUEUE, Priority, Queue, Run
from windrow.wire.schedules import Schedule, ScheduleChange, ScheduleView
from windrow.wire.shapes import Id, Input, Number, Partial, Shape, Whole, YesNo

HealthName = Literal["new", "healthy", "ailing", "failing", "held", "paused", "retired"]
VisibilityName = Literal["private", "public"]
PresenceName = Literal["present", "missing", "gone", "kept"]
OutcomeName = Literal["listed", "added", "changed", "unchanged", "quarantined", "unwanted", "deleted", "restored"]

DAY = 86_400

Share = Annotated[Number, Field(ge=0, le=1)]
Many = Annotated[Whole, Field(ge=0, le=2**31 - 1)]
Span = Annotated[Number, Field(ge=0, le=3650 * DAY)]
Pace = Annotated[Number, Field(ge=0, le=1000)]
Concurrency = Annotated[Whole, Field(ge=1, le=32)]
PageAttempts = Annotated[Whole, Field(ge=1, le=20)]
SourceName = Annotated[str, Field(min_length=1, max_length=255, examples=["National catalogue"])]
KindName = Annotated[str, Field(max_length=64, examples=["csw"])]
Url = Annotated[str, Field(max_length=4000, examples=["https://catalogue.example.org/csw"])]

GUARD_SHARE = "Deletions beyond this share of the resources (0 to 1) are held for a person."
GUARD_COUNT = "... or beyond this many; null sets no number."
GRACE = "How long a deletion can be undone, in seconds."
FULL_EVERY = "How often everything is looked at although the source can tell changes, in seconds."
NEW_WANTED = "Whether new resources go into the catalogue."
KEEP_GONE = "Whether what the remote no longer has stays in the catalogue."
EDIT_RULES = "What becomes of local edits when the source changes the field, by field; `local` where none is named."
KEYWORDS_UNION = "Whether keywords that a record once had stay when the source drops them."
PACE = "Requests per second to the host; 0 sets no pace."
CONCURRENCY = "Requests in flight to the host at most."
PAGE_ATTEMPTS = "How often a page is tried."
SETTINGS = "What the kind's schema asks for."
VISIBILITY = "Who may read its records: the team, or everybody."
SCHEDULE = "When it is harvested by itself."
REFRESH_SCHEDULE = "When its list is looked through by itself, without anything being fetched apart from it."
CHECK_SCHEDULE = "When it is checked by itself whether it answers."


class SourceKind(Shape):
    """A kind of remote that can be harvested."""

    name: str = Field(examples=["csw"])
    title: str = Field(examples=["OGC CSW 2.0.2"])
    settings: Mapping[str, Any] = Field(description="JSON Schema of its settings.")


class Credential(Input):
    """What a source asks for before it answers. Kept encrypted, sent to its own origin only, never shown again."""

    kind: Literal["basic", "bearer", "header"]
    name: str = Field("", description="User name (basic) or name of the header (header).", max_length=255)
    secret: str = Field(
        min_length=1,
        max_length=8192,
        repr=False,
        description="Password, token or value.",
        examples=["the password there"],
    )


class Policies(Input):
    """What the owner of a source decided."""

    guard_share: Share = Field(0.10, description=GUARD_SHARE)
    guard_count: Many | None = Field(None, description=GUARD_COUNT)
    grace_seconds: Span = Field(30 * DAY, description=GRACE)
    full_every_seconds: Span = Field(7 * DAY, description=FULL_EVERY)
    new_wanted: YesNo = Field(True, description=NEW_WANTED)
    keep_gone: YesNo = Field(False, description=KEEP_GONE)
    requests_per_second: Pace = Field(10, description=PACE)
    concurrency: Concurrency = Field(4, description=CONCURRENCY)
    page_attempts: PageAttempts = Field(4, description=PAGE_ATTEMPTS)
    edit_rules: Mapping[FieldName, RuleName] = Field({}, description=EDIT_RULES)
    keywords_union: YesNo = Field(False, description=KEYWORDS_UNION)
    copying: CopyingName = Field("none", description=COPYING)
    largest_copy: Size = Field(LARGEST_COPY_USUAL, description=LARGEST_COPY)
    copy_budget: Size | None = Field(None, description=COPY_BUDGET)
    copy_formats: Formats = Field(FORMATS, description=COPY_FORMATS)


class PoliciesChange(Partial):
    """What to change of the policies; what is left out stays."""

    removable: ClassVar[frozenset[str]] = frozenset({"guard_count", "copy_budget"})

    guard_share: Share | None = Field(None, description=GUARD_SHARE)
    guard_count: Many | None = Field(None, description=GUARD_COUNT)
    grace_seconds: Span | None = Field(None, description=GRACE)
    full_every_seconds: Span | None = Field(None, description=FULL_EVERY)
    new_wanted: YesNo | None = Field(None, description=NEW_WANTED)
    keep_gone: YesNo | None = Field(None, description=KEEP_GONE)
    requests_per_second: Pace | None = Field(None, description=PACE)
    concurrency: Concurrency | None = Field(None, description=CONCURRENCY)
    page_attempts: PageAttempts | None = Field(None, description=PAGE_ATTEMPTS)
    edit_rules: Mapping[FieldName, RuleName] | None = Field(None, description=EDIT_RULES)
    keywords_union: YesNo | None = Field(None, description=KEYWORDS_UNION)
    copying: CopyingName | None = Field(None, description=COPYING)
    largest_copy: Size | None = Field(None, description=LARGEST_COPY)
    copy_budget: Size | None = Field(None, description=COPY_BUDGET)
    copy_formats: Formats | None = Field(None, description=COPY_FORMATS)


class PoliciesView(Shape):
    """What the owner of a source decided."""

    guard_share: float = Field(0.10, description=GUARD_SHARE)
    guard_count: int | None = Field(None, description=GUARD_COUNT)
    grace_seconds: float = Field(30 * DAY, description=GRACE)
    full_every_seconds: float = Field(7 * DAY, description=FULL_EVERY)
    new_wanted: bool = Field(True, description=NEW_WANTED)
    keep_gone: bool = Field(False, description=KEEP_GONE)
    requests_per_second: float = Field(10, description=PACE)
    concurrency: int = Field(4, description=CONCURRENCY)
    page_attempts: int = Field(4, description=PAGE_ATTEMPTS)
    edit_rules: Mapping[str, str] = Field({}, description=EDIT_RULES)
    keywords_union: bool = Field(False, description=KEYWORDS_UNION)
    copying: CopyingName = Field("none", description=COPYING)
    largest_copy: int = Field(LARGEST_COPY_USUAL, description=LARGEST_COPY)
    copy_budget: int | None = Field(None, description=COPY_BUDGET)
    copy_formats: Sequence[str] = Field(FORMATS, description=COPY_FORMATS)


class Look(Input):
    """A URL to be looked at."""

    url: Url
    credential: Credential | None = None


class Detection(Shape):
    """A remote that was recognised."""

    kind: KindName
    url: Url
    title: str = Field(examples=["National catalogue"])
    settings: Mapping[str, Any]
    certainty: float = Field(description="0 to 1.")


class SourceInput(Input):
    """A source to be registered."""

    name: SourceName
    kind: KindName = Field(description="One of the source kinds that are installed.")
    url: Url
    settings: dict[str, Any] = Field(default_factory=dict, description=SETTINGS)
    policies: Policies = Policies()
    visibility: VisibilityName = Field("private", description=VISIBILITY)
    credential: Credential | None = None
    schedule: Schedule | None = Field(None, description=SCHEDULE)
    refresh_schedule: Schedule | None = Field(None, description=REFRESH_SCHEDULE)
    check_schedule: Schedule | None = Field(None, description=CHECK_SCHEDULE)
    queue: Queue = Field("default", description=QUEUE)
    priority: Priority = Field(0, description=PRIORITY)


class SourceChange(Partial):
    """What to change of a source; what is left out stays. `null` takes a credential or schedule away."""

    removable: ClassVar[frozenset[str]] = frozenset({"credential", "schedule", "refresh_schedule", "check_schedule"})

    name: SourceName | None = None
    kind: KindName | None = None
    url: Url | None = Field(None, description="At another scheme, host or port the credential has to be given anew.")
    settings: dict[str, Any] | None = Field(None, description=SETTINGS)
    policies: PoliciesChange | None = None
    visibility: VisibilityName | None = Field(None, description=VISIBILITY)
    credential: Credential | None = None
    schedule: ScheduleChange | None = Field(None, description=SCHEDULE)
    refresh_schedule: ScheduleChange | None = Field(None, description=REFRESH_SCHEDULE)
    check_schedule: ScheduleChange | None = Field(None, description=CHECK_SCHEDULE)
    queue: Queue | None = Field(None, description=QUEUE)
    priority: Priority | None = Field(None, description=PRIORITY)


class Difference(Shape):
    """Counts that did not agree after a pass over everything."""

    told: str = Field(examples=["the remote announced 20 records, and the run got 19"])
    remote: int | None = Field(None, description="How many records the remote said it has; null where it did not say.")
    came: int = Field(description="How many records came by in the run.")
    seen: int | None = Field(None, description="How many different resources these were; null where it cannot be told.")
    local: int = Field(description="How many resources are kept here.")
    held: int = Field(description="How many of those wait for a decision about their deletion.")
    since: datetime = Field(description="When a pass first ended so.")
    run_id: Id


class Source(Shape):
    """A remote place that is harvested."""

    id: int = Field(examples=[1])
    name: str = Field(examples=["National catalogue"])
    kind: str = Field(examples=["csw"])
    url: str = Field(examples=["https://catalogue.example.org/csw"])
    settings: Mapping[str, Any]
    policies: PoliciesView
    visibility: VisibilityName
    has_credential: bool
    health: HealthName
    resources: int = Field(description="How many it holds at present.")
    available: bool | None = Field(None, description="Whether it answered when it was last checked.")
    checked_at: datetime | None = Field(None, description="When it was last checked.")
    listed_at: datetime | None = Field(None, description="When a pass over its whole list last ended.")
    announced: int | None = Field(None, description="How many records that list held.")
    difference: Difference | None = Field(None, description="What did not agree after the last whole pass.")
    schedule: ScheduleView | None = None
    refresh_schedule: ScheduleView | None = None
    check_schedule: ScheduleView | None = None
    queue: str = Field(examples=["default"])
    priority: int
    task_id: Id
    owner_id: Id
    created_at: datetime | None = None
    changed_at: datetime | None = None
    last_complete: datetime | None = Field(None, description="Start of the last pass that saw everything.")
    last_run: Run | None = None
    last_refresh: Run | None = None


class Availability(Shape):
    """A time in which all checks of a source said the same."""

    available: bool
    problem: str = Field("", examples=["The host answered 503."])
    since: datetime
    until: datetime
    checks: int = Field(description="How many checks said so.")
    seconds: float = Field(description="How long the last of them took.")


class Harvest(Input):
    """How to harvest."""

    full: YesNo = Field(False, description="Look at everything, also where the source could tell what changed.")
    only: Annotated[list[Annotated[Whole, Field(ge=0)]], Field(min_length=1, max_length=10_000)] | None = Field(
        None, description="Numbers of the resources to take, and no others; they count as wanted from then on."
    )


class Refresh(Input):
    """How to look what there is."""

    full: YesNo = Field(False, description="Look at everything, also where the source could tell what changed.")


class Preview(Shape):
    """What a harvest would begin with. A preview reads a few pages only and writes nothing."""

    title: str = Field(examples=["National catalogue"], description="What the remote calls itself.")
    total: int | None = Field(None, description="How many records it announces.")
    incremental: bool = Field(description="Whether the source can tell what changed.")
    records: Sequence[RecordBody]
    looked_at: int = Field(description="How many records were compared.")
    changes: Mapping[str, int] = Field(description="What a harvest would do with those.", examples=[{"added": 20}])
    problems: Sequence[str] = Field(
        description="Records that could not be read.", examples=[["7.xml: Truncated XML: it ends at line 1."]]
    )


class Resource(Shape):
    """One remote record of a source."""

    id: int
    identifier: str = Field(examples=["urn:uuid:6f2b"])
    title: str = Field(examples=["Rivers of the north"])
    type: str = Field("", description="The remote's own word for what it is.", examples=["dataset"])
    presence: PresenceName
    outcome: OutcomeName
    wanted: bool
    first_seen: datetime
    last_changed: datetime
    gone_since: datetime | None = None
    remote_modified: datetime | None = None
    problem: str = ""


class Selection(Partial):
    """Which resources are meant: those named, or all; one of the two."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": ["ids"]}, {"required": ["all"]}]})

    ids: Annotated[Sequence[Annotated[Whole, Field(ge=0)]], Field(max_length=10_000)] | None = Field(
        None, description="Resource numbers.", examples=[[1, 2]]
    )
    all: Literal[True] | None = Field(None, description="All resources of the source.")


class Want(Selection):
    """Which resources belong in the catalogue."""

    wanted: YesNo


class Review(Shape):
    """A deletion that the guard holds for a person."""

    id: int
    run_id: Id
    state: Literal["waiting", "approved", "refused", "outdated"]
    missing: int
    present: int
    created_at: datetime
    decided_at: datetime | None = None
    decided_by: str | None = None


class Decision(Input):
    """What a person decided about a held deletion."""

    approve: YesNo = Field(description="True lets the deletion through, false keeps the resources.")
