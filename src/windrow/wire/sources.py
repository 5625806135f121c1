"""Shapes of sources, resources and held deletions."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from windrow.wire.records import RecordBody
from windrow.wire.runs import Run, Schedule, ScheduleView
from windrow.wire.shapes import Input, Shape

HealthName = Literal["new", "healthy", "ailing", "failing", "held", "paused"]
VisibilityName = Literal["private", "public"]
PresenceName = Literal["present", "missing", "gone"]
OutcomeName = Literal["added", "changed", "unchanged", "quarantined", "unwanted", "deleted", "restored"]

DAY = 86_400


class SourceKind(Shape):
    """A kind of remote that can be harvested."""

    name: str = Field(examples=["csw"])
    title: str = Field(examples=["OGC CSW 2.0.2"])
    settings: Mapping[str, Any] = Field(description="JSON Schema of its settings.")


class Credential(Input):
    """What a source asks for before it answers. Kept encrypted, sent to its own origin only, never shown again."""

    kind: Literal["basic", "bearer", "header"]
    name: str = Field("", description="User name (basic) or name of the header (header).", max_length=255)
    secret: str = Field(min_length=1, max_length=8192, description="Password, token or value.")


class Policies(Input):
    """What the owner of a source decided."""

    guard_share: float = Field(0.10, ge=0, le=1, description="Deletions beyond this share are held for a person.")
    guard_count: int | None = Field(None, ge=0, description="... or beyond this many; null sets no number.")
    grace_seconds: float = Field(30 * DAY, ge=0, le=3650 * DAY, description="How long a deletion can be undone.")
    full_every_seconds: float = Field(7 * DAY, ge=0, le=3650 * DAY, description="How often everything is looked at.")
    new_wanted: bool = Field(True, description="Whether new resources go into the catalogue.")
    requests_per_second: float = Field(10, ge=0, le=1000, description="Pace against the host; 0 sets none.")
    concurrency: int = Field(4, ge=1, le=32, description="Requests in flight against the host at most.")
    page_attempts: int = Field(4, ge=1, le=20, description="How often a page is tried.")


class Look(Input):
    """A URL to be looked at."""

    url: str = Field(examples=["https://catalogue.example.org/csw"])
    credential: Credential | None = None


class Detection(Shape):
    """A remote that was recognised."""

    kind: str = Field(examples=["csw"])
    url: str
    title: str
    settings: Mapping[str, Any]
    certainty: float = Field(description="0 to 1.")


class SourceInput(Input):
    """A source to be registered."""

    name: str = Field(examples=["National catalogue"])
    kind: str = Field(examples=["csw"])
    url: str = Field(examples=["https://catalogue.example.org/csw"])
    settings: dict[str, Any] = Field(default_factory=dict, description="See the kind's schema.")
    policies: Policies = Policies()
    visibility: VisibilityName = Field("private", description="Who may read its records: the team, or everybody.")
    credential: Credential | None = None
    schedule: Schedule | None = Field(None, description="When it is harvested by itself.")
    queue: str = "default"
    priority: int = Field(0, ge=-100, le=100)


class SourceChange(Input):
    """What to change of a source; what is left out stays. `null` takes a credential or schedule away."""

    name: str | None = None
    kind: str | None = None
    url: str | None = None
    settings: dict[str, Any] | None = None
    policies: Policies | None = None
    visibility: VisibilityName | None = None
    credential: Credential | None = None
    schedule: Schedule | None = None
    queue: str | None = None
    priority: int | None = Field(None, ge=-100, le=100)


class Source(Shape):
    """A remote place that is harvested."""

    id: int = Field(examples=[1])
    name: str
    kind: str
    url: str
    settings: Mapping[str, Any]
    policies: Policies
    visibility: VisibilityName
    has_credential: bool
    health: HealthName
    resources: int = Field(description="How many it holds at present.")
    schedule: ScheduleView | None = None
    queue: str
    priority: int
    task_id: str
    owner_id: str
    created_at: datetime | None = None
    changed_at: datetime | None = None
    last_complete: datetime | None = Field(None, description="Start of the last pass that saw everything.")
    last_run: Run | None = None


class Harvest(Input):
    """How to harvest."""

    full: bool = Field(False, description="Look at everything, also where the source could tell what changed.")


class Preview(Shape):
    """What a harvest would begin with. A preview reads a few pages only and writes nothing."""

    title: str
    total: int | None = None
    incremental: bool = Field(description="Whether the source can tell what changed.")
    records: Sequence[RecordBody]
    looked_at: int = Field(description="How many records were compared.")
    changes: Mapping[str, int] = Field(description="What a harvest would do with those.")
    problems: Sequence[str] = Field(description="Records that could not be read.")


class Resource(Shape):
    """One remote record of a source."""

    id: int
    identifier: str
    title: str
    presence: PresenceName
    outcome: OutcomeName
    wanted: bool
    first_seen: datetime
    last_changed: datetime
    gone_since: datetime | None = None
    remote_modified: datetime | None = None
    problem: str = ""


class Selection(Input):
    """Which resources are meant: those named, or all."""

    ids: Sequence[int] | None = Field(None, max_length=10_000, description="Resource numbers.")
    all: bool = Field(False, description="All resources of the source; then leave out `ids`.")


class Want(Selection):
    """Which resources belong in the catalogue."""

    wanted: bool


class Review(Shape):
    """A deletion that the guard holds for a person."""

    id: int
    run_id: str
    state: Literal["waiting", "approved", "refused", "outdated"]
    missing: int
    present: int
    created_at: datetime
    decided_at: datetime | None = None
    decided_by: str | None = None


class Decision(Input):
    """What a person decided about a held deletion."""

    approve: bool = Field(description="True lets the deletion through, false keeps the resources.")


class Host(Shape):
    """How a remote host has behaved lately."""

    host: str
    in_flight: int
    failures: int
    resting_until: datetime | None = None
    quiet_until: datetime | None = None
