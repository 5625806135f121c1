"""A source: a remote place to harvest, its settings, its owner, its policies, and how it is doing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from windrow.errors import BadInput, FieldProblem
from windrow.model.copies import FORMAT, FORMATS, LARGEST_COPY, Copying
from windrow.model.edits import Rule, check_rules
from windrow.model.reconciliation import Difference


class Health(StrEnum):
    """How a source is doing, from its last runs.

    new        never harvested
    healthy    the last harvest succeeded
    ailing     the last harvest was partial, or the last one failed after earlier success
    failing    three or more harvests in a row failed
    held       a deletion waits for a person
    paused     its schedule is switched off
    retired    it is harvested no more; its records stay
    """

    NEW = "new"
    HEALTHY = "healthy"
    AILING = "ailing"
    FAILING = "failing"
    HELD = "held"
    PAUSED = "paused"
    RETIRED = "retired"


FAILURES_TO_FAIL = 3


def health_of(last_state: str, failures: int, *, held: bool, paused: bool) -> Health:
    """How a source is doing. What needs a person comes first.

    last_state   how its last harvest ended; "" before the first
    failures     failed harvests in a row
    held         whether a deletion waits for a person
    paused       whether its schedule is switched off
    """
    if held:
        return Health.HELD
    if paused:
        return Health.PAUSED
    if last_state == "":
        return Health.NEW
    if failures >= FAILURES_TO_FAIL:
        return Health.FAILING
    return Health.AILING if failures or last_state in ("partial", "failed") else Health.HEALTHY


class Visibility(StrEnum):
    """Who may read the records of a source: its tenant only, or everybody, also without signing in."""

    PRIVATE = "private"
    PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class Policies:
    """What a source's owner decided.

    guard_share          deletions are held for a person beyond this share of the resources (0 to 1)
    guard_count          ... or beyond this many; None sets no number
    grace                how long a tombstone is kept, and can be undone
    full_every           at least this often every record is looked at, although the remote could tell changes only
    new_wanted           whether newly found resources go into the catalogue
    keep_gone            what the remote no longer has stays in the catalogue; nothing is ever deleted, nor held
    requests_per_second  pace against the source's host; 0 sets no pace
    concurrency          requests in flight against the host at most
    page_attempts        how often a page is tried before the pass counts it as failed
    edit_rules           what becomes of local edits when the remote changes the field, by field; `local` unless named
    keywords_union       keywords that a record once had stay when the remote drops them
    copying              what is copied of the data that records link to
    largest_copy         bytes of one file that is copied, at most
    copy_budget          bytes of all that is copied of the source, at most; None sets no limit
    copy_formats         file name extensions and media types of the data that is copied
    """

    guard_share: float = 0.10
    guard_count: int | None = None
    grace: timedelta = timedelta(days=30)
    full_every: timedelta = timedelta(days=7)
    new_wanted: bool = True
    keep_gone: bool = False
    requests_per_second: float = 10.0
    concurrency: int = 4
    page_attempts: int = 4
    edit_rules: Mapping[str, Rule] = field(default_factory=dict)
    keywords_union: bool = False
    copying: Copying = Copying.NONE
    largest_copy: int = LARGEST_COPY
    copy_budget: int | None = None
    copy_formats: tuple[str, ...] = FORMATS

    def __post_init__(self) -> None:
        problems = [
            FieldProblem(f"policies.{name}", rule)
            for name, rule, holds in (
                ("guard_share", "must lie between 0 and 1", 0 <= self.guard_share <= 1),
                ("guard_count", "must not be negative", self.guard_count is None or self.guard_count >= 0),
                ("grace", "must not be negative", self.grace >= timedelta(0)),
                ("full_every", "must not be negative", self.full_every >= timedelta(0)),
                ("requests_per_second", "must lie between 0 (no pace) and 1000", 0 <= self.requests_per_second <= 1000),
                ("concurrency", "must lie between 1 and 32", 1 <= self.concurrency <= 32),
                ("page_attempts", "must lie between 1 and 20", 1 <= self.page_attempts <= 20),
                ("largest_copy", "must be at least 1", self.largest_copy >= 1),
                ("copy_budget", "must not be negative", self.copy_budget is None or self.copy_budget >= 0),
                (
                    "copy_formats",
                    "must be file name extensions such as csv, or media types such as text/csv",
                    all(FORMAT.fullmatch(each) for each in self.copy_formats),
                ),
            )
            if not holds
        ]
        problems += check_rules(self.edit_rules, within="policies.edit_rules")
        if problems:
            raise BadInput(problems)

    def holds(self, deletions: int, present: int) -> bool:
        """Whether deleting so many of so many present resources must wait for a person."""
        if deletions == 0:
            return False
        if self.guard_count is not None and deletions > self.guard_count:
            return True
        return deletions > self.guard_share * present


class CredentialKind(StrEnum):
    """How a source's secret is sent: HTTP Basic, a bearer token, or a header of its own name."""

    BASIC = "basic"
    BEARER = "bearer"
    HEADER = "header"


@dataclass(frozen=True, slots=True)
class Credential:
    """What a source asks for before it answers. Encrypted at rest, sent to the source's own origin only, never shown.

    `name` is the user name (basic) or the header's name (header); `secret` the password, token or value.
    """

    kind: CredentialKind
    secret: str = field(repr=False)
    name: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A remote place to harvest.

    id              small number, also in every resource's row
    kind            the source kind's name, such as `csw`
    url             where it answers
    settings        what the kind's JSON Schema allows
    task_id         the task that harvests it; its schedule is the source's schedule
    has_credential  whether a secret is kept for it
    cursor          what the kind left for the next pass; opaque here
    since           the remote's moment to ask changes from at the next pass; None where only whole passes are possible
    last_complete   start of the last complete pass: everything unseen since then is gone
    resources       how many are present
    available       whether it answered when it was last checked, at `checked_at`; None before the first check
    notes           what faces keep with it in the words of their protocols, by face; of no matter to anybody else
    activity        the kind of the run that is at work on it; "" where none is, "cancelling " before one that ends
    listed_at       when a pass over its whole list last ended; `announced` records stood in that
    retired_at      when it was retired: it is harvested no more, and its records stay; None while it is not
    difference      what the last pass that could tell found not to agree; None where all does
    """

    id: int
    name: str
    kind: str
    url: str
    tenant_id: str
    owner_id: str
    task_id: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    policies: Policies = Policies()
    visibility: Visibility = Visibility.PRIVATE
    has_credential: bool = False
    health: Health = Health.NEW
    created_at: datetime | None = None
    changed_at: datetime | None = None
    last_run_id: str | None = None
    last_complete: datetime | None = None
    since: datetime | None = None
    cursor: Mapping[str, Any] = field(default_factory=dict)
    resources: int = 0
    available: bool | None = None
    checked_at: datetime | None = None
    listed_at: datetime | None = None
    announced: int | None = None
    notes: Mapping[str, Any] = field(default_factory=dict)
    activity: str = ""
    retired_at: datetime | None = None
    difference: Difference | None = None


class ReviewState(StrEnum):
    """A held deletion: waiting, let through, or refused."""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"
    OUTDATED = "outdated"


@dataclass(frozen=True, slots=True)
class DeletionReview:
    """A deletion that the guard holds for a person: so many of so many resources were missing in that run's pass."""

    id: int
    source_id: int
    run_id: str
    state: ReviewState
    missing: int
    present: int
    created_at: datetime
    decided_at: datetime | None = None
    decided_by: str | None = None
