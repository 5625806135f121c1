"""Harvests, as the store keeps them: a pass, its pages, and the commit that moves both forward at once."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from windrow.model.reconciliation import Tallied
from windrow.model.records import Record
from windrow.model.resources import Outcome
from windrow.model.runs import Part, Progress, RunState
from windrow.ports.fetching import Validators
from windrow.ports.runs import Ending, Entry
from windrow.ports.source_kinds import Reference

NEVER_FETCHED = b""
"""The fingerprint of what is known from a list only."""


@dataclass(frozen=True, slots=True)
class Pass:
    """One walk over a source, as it is kept while it goes on.

    asked_since   changes since this moment were asked for; None asked for everything
    next_since    what the next incremental pass will ask from
    listing       whether seeing all pages means having seen everything
    total         how many records the remote announced, at the begin or on its first page that did
    problems      what keeps the pass from being complete: failed pages, counts that do not fit
    doubts        why absence proves less than usual: records that could not be identified, a list that seems to shift
    config        what of the source made the pass what it is: its kind, url and settings
    overlaps      whether records may come twice by right: see `Opening.overlaps`
    """

    run_id: str
    source_id: int
    started_at: datetime
    listing: bool
    asked_since: datetime | None = None
    next_since: datetime | None = None
    total: int | None = None
    cursor: Mapping[str, Any] = field(default_factory=dict)
    problems: Sequence[str] = ()
    doubts: Sequence[str] = ()
    config: Mapping[str, Any] = field(default_factory=dict)
    overlaps: bool = False

    @property
    def whole(self) -> bool:
        """Whether what no page of it held is gone from the remote."""
        return self.listing and self.asked_since is None


class Known(NamedTuple):
    """What is kept of a resource that a page names again. `problem` tells why it is in quarantine, also when gone.

    A plain tuple: a harvest of what has not changed makes little else.
    """

    id: int
    fingerprint: bytes
    presence: str
    outcome: str
    wanted: bool
    version: str
    validators: Validators
    problem: str = ""

    @property
    def is_listed(self) -> bool:
        """Whether it is known from a list only."""
        return self.fingerprint == NEVER_FETCHED and not self.problem


@dataclass(frozen=True, slots=True)
class PageMemory:
    """What the last pass kept of a page: equal fingerprint, same resources, same next pages, same total.

    `seen` is left out when it is written: the commit knows the ids it gave.
    """

    fingerprint: bytes
    next: Sequence[Mapping[str, Any]] = ()
    total: int | None = None
    seen: Sequence[int] = ()


class Change(NamedTuple):
    """A resource to be written: new (`id` None) or changed. A plain tuple: they go between processes by the million.

    record    what the catalogue shall show; None for a quarantined one, whose last good version stays as it is, and
              for one that is only listed
    encoded   what `Harvests.encoder` made of record and raw document ahead of the commit: then both are left out
    problem   why it is quarantined; "" when it is not
    wanted    whether the catalogue shows it
    was_listed   it was known from a list only: being fetched for the first time makes it `added`
    is_listed    it is known from a list only, and `title` is what that calls it
    type, href   see `windrow.model.resources.Resource`
    """

    id: int | None
    identifier: str
    fingerprint: bytes
    raw: bytes
    media_type: str
    record: Record | None
    problem: str = ""
    wanted: bool = True
    version: str = ""
    etag: str = ""
    last_modified: str = ""
    encoded: Any = None
    was_listed: bool = False
    is_listed: bool = False
    title: str = ""
    type: str = ""
    href: str = ""

    @property
    def outcome(self) -> Outcome:
        """What it is counted under, and keeps."""
        if self.is_listed:
            return Outcome.LISTED
        if self.encoded is None and self.record is None:
            return Outcome.QUARANTINED
        return Outcome.ADDED if self.id is None or self.was_listed else Outcome.CHANGED


class Relisted(NamedTuple):
    """A known resource that is not fetched now, as the list describes it today."""

    id: int
    title: str
    type: str
    href: str


CommitPage = Callable[["PageCommit"], "Committed"]
"""Commits one page within a transaction. Raises `LeaseLost` or `Cancelled` before anything of it is written."""


class Encoder(Protocol):
    """Makes of records and their raw documents what a commit writes. Pure, and can be pickled."""

    def documents(self, raws: Iterable[bytes]) -> list[bytes]:
        """Raw documents as they are kept: those of a page at once, which takes half the time of one now and then."""
        ...

    def record(self, record: Record, document: bytes) -> Any:
        """A record with its document, which came from `documents`."""
        ...


@dataclass(frozen=True, slots=True)
class PageCommit:
    """Everything that one page changes, committed in one transaction.

    changes       new resources first, then changed ones
    seen          ids of known resources that the page named and that stay as they are
    returned      ids of resources that were missing or gone and are back unchanged
    gone          ids of resources that the remote declares deleted; the end of the pass deletes them, or holds that
    relisted      resources that stay unfetched, as the list describes them
    touched       unchanged resources whose version or validators are to be kept: id → (version, validators)
    next          keys of pages it led to
    memory        fingerprint of the page, to be kept for the next pass with what it held; None keeps nothing
    counts        what happened to how many: see `windrow.core.harvesting.comparing`
    progress      the run's, with this page in it
    problems      what keeps the pass from being complete
    doubts        why absence proves less than usual
    repeated      how many records an earlier page of this pass held too, which makes another doubt unless lists overlap
    announced     how many records there are in all, said for the first time in this pass
    """

    part_id: int
    now: datetime
    changes: Sequence[Change] = ()
    seen: Sequence[int] = ()
    returned: Sequence[int] = ()
    gone: Sequence[int] = ()
    relisted: Sequence[Relisted] = ()
    touched: Mapping[int, tuple[str, Validators]] = field(default_factory=dict)
    next: Sequence[Mapping[str, Any]] = ()
    memory: PageMemory | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    progress: Progress = Progress()
    problems: Sequence[str] = ()
    doubts: Sequence[str] = ()
    repeated: int = 0
    announced: int | None = None
    log: Sequence[Entry] = ()


@dataclass(frozen=True, slots=True)
class Committed:
    """What a commit led to: ids given to new resources in their order, and the pages that are new.

    repeated   identifiers of changes that an earlier page of this pass had written already: left as they were
    progress   the run's, with those counted as duplicates
    """

    new_ids: Sequence[int]
    new_parts: Sequence[Part]
    repeated: Sequence[str] = ()
    progress: Progress = Progress()


@dataclass(frozen=True, slots=True)
class PassEnd:
    """How a pass ends, in the same transaction as its run.

    absent     ids of resources to delete: unseen in a complete pass, or declared deleted by the remote
    hold       keep them as missing, and ask a person
    complete   every record there is was seen: the next pass may ask for changes only
    keep       whether what is absent stays in the catalogue
    tallied    what is to be compared with what is kept here then; None where the pass cannot tell
    """

    absent: Sequence[int]
    hold: bool
    complete: bool
    ending: Ending
    log: Sequence[Entry] = ()
    keep: bool = False
    tallied: Tallied | None = None


class Harvests(Protocol):
    """Passes and page commits. Every write is fenced by the run's attempt: raises `LeaseLost` or `Cancelled`."""

    def find_pass(self, run_id: str) -> Pass | None:
        """The pass that an earlier attempt of this run began."""
        ...

    def begin_pass(self, begun: Pass, attempt: int, pages: Sequence[Mapping[str, Any]], *, now: datetime) -> None:
        """Writes a pass and its first pages.

        Where another run has begun a pass over the source and not ended it, neither sees everything that the other
        does: both passes get that as a problem.
        """
        ...

    def open_pages(self, run_id: str, *, after: int, limit: int) -> list[Part]:
        """Pages still to be done, in the order they were made, with ids above `after`."""
        ...

    def is_blank(self, source_id: int) -> bool:
        """Whether nothing at all is kept of the source: then nothing of it need be looked up."""
        ...

    def known(self, source_id: int, identifiers: Sequence[str]) -> dict[str, Known]:
        """What is kept of these resources; unknown ones are left out."""
        ...

    def page_memory(self, source_id: int, key: Mapping[str, Any], fingerprint: bytes) -> PageMemory | None:
        """What the last pass kept of a page, if it had that fingerprint; None also where a resource is not present."""
        ...

    def chosen(self, source_id: int, resource_ids: Sequence[int]) -> list[Reference]:
        """These resources as a list would name them; `href` is empty for those that come with their list."""
        ...

    def encoder(self, source_id: int) -> Encoder:
        """What prepares the records of a source for their commit, so that a transaction does nothing but write."""
        ...

    def committing(self, run_id: str, attempt: int, source_id: int) -> AbstractContextManager[CommitPage]:
        """One transaction, in which pages are committed: all of them as the block ends, none of them if it raises.

        Each with its resources, records, documents, its part, the pages it led to, and the run's progress.
        """
        ...

    def fail_page(
        self, run_id: str, attempt: int, part_id: int, *, error: str, retry_at: datetime | None, log: Sequence[Entry]
    ) -> None:
        """Notes a failed try of a page; without `retry_at` it has failed for good."""
        ...

    def seen(self, run_id: str) -> Iterator[tuple[Sequence[int], Sequence[int]]]:
        """Which resources the run's committed pages held, and which they declared gone, page by page."""
        ...

    def ids(self, source_id: int) -> Iterator[int]:
        """The ids of a source's resources that are present or missing, in order, in memory that does not grow."""
        ...

    def end_pass(self, run_id: str, attempt: int, source_id: int, end: PassEnd, *, now: datetime) -> None:
        """Ends a pass and its run: deletes or holds what is absent, keeps the cursor, updates the source's state.

        The cursor is not kept where the source was changed meanwhile.
        """
        ...

    def miss_pass(self, run_id: str, source_id: int, state: RunState) -> None:
        """Notes on the source how a run ended that did not come to the end of a pass."""
        ...
