"""Targets and deliveries, as the store keeps them. Each method is one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from windrow.model.paging import PageOf
from windrow.model.runs import Part
from windrow.model.sources import Credential
from windrow.model.targets import Consignment, Delivery, Standing, Target, TargetState


class Stretch(NamedTuple):
    """Some of what is due at a target: resource numbers from `first` to `last`, both included; `many` of them are."""

    first: int
    last: int
    many: int


@dataclass(frozen=True, slots=True)
class Arrived:
    """A record arrived. `version` and `edition` are those that it was read with, `remote` what the target calls it."""

    number: int
    remote: str
    version: datetime
    edition: int


@dataclass(frozen=True, slots=True)
class Refused:
    """A record could not be pushed, or not be taken away.

    With the `version` and `edition` that it was read with it is not tried again until it, or the target, is changed;
    without, it is due at every push.
    """

    number: int
    problem: str
    version: datetime | None = None
    edition: int = 0


@dataclass(frozen=True, slots=True)
class Removed:
    """A record is gone from the target."""

    number: int


Result = Arrived | Refused | Removed


class Targets(Protocol):
    """Targets of sources, and what was delivered to them.

    A record belongs at a target as long as the catalogue shows it: until its resource is gone, unwanted or removed, and
    not while its deletion is only held, or where it is kept. It is due there when its resource's `last_changed` is not
    the moment that was delivered: every write of a record moves that moment, and it is compared for being the same, so
    that clocks that go back, or differ between hosts, hide no change.
    """

    def add(self, target: Target, credential: Credential | None) -> Target:
        """Writes a new target and returns it with its number. Raises `NameTaken`."""
        ...

    def get(self, source_id: int, target_id: int) -> Target:
        """One target of a source. Raises `NotFound`."""
        ...

    def page(self, source_id: int, *, limit: int, cursor: str | None = None) -> PageOf[Target]:
        """A source's targets in the order they were made."""
        ...

    def save(
        self,
        target: Target,
        *,
        credential: Credential | None = None,
        drop_credential: bool = False,
        seen: datetime | None = None,
    ) -> None:
        """Writes what people may change. Raises `NameTaken`, and `Conflict` where it is not as it was `seen`.

        Another url or other settings have everything pushed there again.
        """
        ...

    def mark(self, target_id: int, state: TargetState, *, now: datetime) -> None:
        """Says that a target is leaving, or dropped."""
        ...

    def renew(self, target_ids: Sequence[int], run_id: str) -> None:
        """Has everything be due at these targets again; done once for a run, however often it is asked."""
        ...

    def delete(self, target_id: int) -> None:
        """Deletes a target with its deliveries, in batches."""
        ...

    def credential(self, target_id: int) -> Credential | None:
        """A target's secret, decrypted; for whoever asks the target only."""
        ...

    # What is due.

    def due(self, target_id: int, *, removals: bool, after: int, limit: int) -> Stretch | None:
        """The next records to be pushed (or taken away) behind the resource `after`, at most `limit`; None at the end.

        What failed for good is not due before it, or the target, is changed.
        """
        ...

    def is_due(self, source_id: int) -> bool:
        """Whether anything is due at any of a source's targets to which something is to be pushed."""
        ...

    def standings(self, target_ids: Sequence[int]) -> dict[int, Standing]:
        """How far these targets are. Costs a walk over the source's resources for each."""
        ...

    # Delivering.

    def announce(self, part: Part, target_id: int, *, first: int, last: int) -> list[int]:
        """Gives a name to each record of a stretch that is due and has none yet; returns the numbers of all that are.

        A name is written before anything is pushed under it: a record that arrives, and of whose arrival nothing
        could be written, will still be taken away one day. Fenced as `note` is.
        """
        ...

    def removals(self, target_id: int, *, first: int, last: int) -> list[Delivery]:
        """What of a stretch is to be taken away."""
        ...

    def consign(self, target_id: int, number: int) -> Consignment | None:
        """A record as it is to be pushed now; None where it is not to be any more."""
        ...

    def note(self, part: Part, target_id: int, result: Result, *, counted: str, now: datetime) -> None:
        """Keeps what became of one record, and counts it among its part's counts, under the word `counted`.

        Raises `LeaseLost` or `Cancelled`, with nothing written, where another has the part by now.
        """
        ...

    # Looking.

    def deliveries(
        self, target_id: int, *, failed: bool | None, limit: int, cursor: str | None = None
    ) -> PageOf[Delivery]:
        """What became of each record, by its number; those that failed, those that did not, or all."""
        ...
