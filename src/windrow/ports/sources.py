"""Sources, their resources and reviews, as the store keeps them. Each method is one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from windrow.model.availability import Check, Span
from windrow.model.listings import Listed, Listing
from windrow.model.paging import PageOf
from windrow.model.resources import Outcome, Presence, Resource
from windrow.model.sources import Credential, DeletionReview, Source
from windrow.model.tasks import Task


@dataclass(frozen=True, slots=True)
class ResourceFilter:
    """Which resources a list shows; None does not narrow. `words` must all stand in the title or identifier."""

    presence: Presence | None = None
    outcome: Outcome | None = None
    wanted: bool | None = None
    words: str = ""
    type: str | None = None


class Choice(NamedTuple):
    """A resource that is known from elsewhere, and whether it is wanted."""

    identifier: str
    title: str = ""
    type: str = ""
    wanted: bool = False


class Sources(Protocol):
    """Sources and what is kept of them."""

    def add(self, source: Source, task: Task, credential: Credential | None, attendants: Sequence[Task] = ()) -> Source:
        """Writes a source with its tasks, whose parameters get `source_id`; returns it with its number.

        `task` harvests it, `attendants` look after it beside that.

        Raises `Conflict` when the name is taken.
        """
        ...

    def get(self, source_id: int, *, tenant_id: str | None) -> Source:
        """One source. Raises `NotFound`, also when it belongs to another tenant."""
        ...

    def page(
        self, *, tenant_id: str | None, limit: int, cursor: str | None = None, retired: bool = False
    ) -> PageOf[Source]:
        """In the order they were made; those that are retired only where these are asked for."""
        ...

    def list_by(self, listing: Listing, *, tenant_id: str | None) -> Listed[Source]:
        """Sources by page number.

        Fields: id, name, url, kind, available, changed_at, checked_at, listed_at, owner (the user's small number), and
        activity: the kind of the run that is at work on it, "" where none is, with "cancelling " before one that ends;
        scheduled: whether it is harvested by itself.
        """
        ...

    def list_resources_by(self, source_id: int, listing: Listing) -> Listed[Resource]:
        """Resources that the remote has, by page number.

        Fields: id, identifier, title, type, wanted, outcome, last_changed.
        """
        ...

    def find_resources(self, source_id: int, identifiers: Sequence[str]) -> dict[str, int]:
        """The numbers of resources that the remote has, by their identifiers; others are left out."""
        ...

    def troubled(self, *, tenant_id: str | None, limit: int) -> list[Source]:
        """Sources with a deletion that waits for a person, or whose last harvest did not succeed; held ones first."""
        ...

    def count(self, *, tenant_id: str | None) -> int:
        """How many there are."""
        ...

    def kinds(self) -> list[str]:
        """Of which kinds there are any, by name."""
        ...

    def save(
        self,
        source: Source,
        *,
        credential: Credential | None = None,
        drop_credential: bool = False,
        task: Task | None = None,
        attendants: Sequence[Task] = (),
        seen: datetime | None = None,
    ) -> None:
        """Writes what people may change: name, url, settings, policies, visibility, credential; its tasks with it.

        A changed url, kind or settings forgets page fingerprints and the incremental cursor: the next pass is whole.
        `seen` is the `changed_at` of the source that the change was made from: raises `Conflict` when somebody else
        changed it meanwhile.
        """
        ...

    def attendants(self, source_ids: Sequence[int]) -> list[Task]:
        """The tasks that look after these sources beside their harvests: at most one of a kind for each."""
        ...

    def attend(self, task: Task) -> Task:
        """Writes a task that looks after the source `task.source_id`, unless it has one of this kind; returns that."""
        ...

    def note_check(self, source_id: int, check: Check) -> None:
        """Keeps what a check of a source said."""
        ...

    def list_spans(self, source_id: int, *, limit: int, cursor: str | None = None) -> PageOf[Span]:
        """When a source answered and when not, newest first."""
        ...

    def credential(self, source_id: int) -> Credential | None:
        """A source's secret, decrypted; for the worker that harvests it only."""
        ...

    def delete(self, source_id: int, *, tenant_id: str | None) -> list[str]:
        """Deletes a source with its task, runs, resources and records, in batches; returns its blobs.

        It is gone for everybody at once; what a process that dies meanwhile leaves behind, `purge` takes away.
        Raises `NotFound`, and `Conflict` while a run is active.
        """
        ...

    def list_resources(
        self, source_id: int, which: ResourceFilter, *, limit: int, cursor: str | None = None
    ) -> PageOf[Resource]:
        """A source's resources in the order they were found."""
        ...

    def note_choices(self, source_id: int, choices: Sequence[Choice], *, now: datetime) -> None:
        """Lists resources that are not known yet, and says of all of them whether they are wanted; in batches."""
        ...

    def want(self, source_id: int, resource_ids: Sequence[int] | None, *, wanted: bool, now: datetime) -> int:
        """Says whether resources (None: all) belong in the catalogue; unwanted ones leave it, wanted ones come back,
        both at once and in batches. Returns how many changed."""
        ...

    def retry_quarantined(self, source_id: int, resource_ids: Sequence[int] | None) -> int:
        """Forgets the fingerprints of quarantined resources, so that the next harvest reads them again."""
        ...

    def list_reviews(self, source_id: int, *, limit: int, cursor: str | None = None) -> PageOf[DeletionReview]:
        """A source's held deletions, newest first."""
        ...

    def decide_review(
        self, source_id: int, review_id: int, *, approve: bool, user_id: str, now: datetime
    ) -> DeletionReview:
        """Lets a held deletion through (missing becomes gone) or refuses it (missing becomes present).

        Raises `NotFound`, and `Conflict` when it was decided before.
        """
        ...

    def restore(self, source_id: int, resource_ids: Sequence[int] | None, *, now: datetime) -> int:
        """Undoes deletions that are still in their grace time; returns how many came back."""
        ...

    def purge(self, now: datetime, *, limit: int) -> int:
        """Removes tombstones whose grace time is over, at most `limit`; returns how many."""
        ...
