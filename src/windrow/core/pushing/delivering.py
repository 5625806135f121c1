"""Delivering: one part of a push, record by record; each result is kept before the next record is begun."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog

from windrow.core.pushing.asking import Asked
from windrow.core.retrying import tell
from windrow.errors import (
    HostResting,
    RemoteError,
    RemoteForbidden,
    RemoteStatus,
    RemoteUnreachable,
    Stopped,
    StoreUnavailable,
    Unfit,
)
from windrow.model.records import Record
from windrow.model.runs import Level, Part
from windrow.model.targets import Consignment, Delivery, Target
from windrow.ports.clocks import Clock
from windrow.ports.deliveries import Arrived, Refused, Removed, Result, Targets
from windrow.ports.targets import Item
from windrow.ports.work import Work

log = structlog.get_logger()

MOST_IN_A_ROW = 5
"""Records that a target may refuse one after another before the rest of a part is left for later: more of the same
would be told by each of ten thousand."""

LONGEST_REMOTE = 1_000
UNAUTHORISED = 401

PUSHED, REMOVED, FAILED = "pushed", "removed", "failed"


@dataclass(slots=True)
class Delivering:
    """One attempt at one part. What it did is counted as it is kept: by the word and the target's number."""

    work: Work
    part: Part
    target: Target
    asked: Asked
    targets: Targets
    clock: Clock
    counts: Counter[str] = field(default_factory=Counter)
    _in_a_row: int = 0
    _again: RemoteError | None = None

    def push(self, first: int, last: int) -> Mapping[str, int]:
        """Puts what is due of a stretch. Raises what it is worth trying again for, when the rest is done."""
        self._begin()
        for number in self.targets.announce(self.part, self.target.id, first=first, last=last):
            self.work.check()
            found = self.targets.consign(self.target.id, number)
            if found is not None:
                self._carry_out(number, lambda found=found: self._put(found), found)
        return self._end()

    def remove(self, first: int, last: int) -> Mapping[str, int]:
        """Takes away what is to leave of a stretch. Raises as `push` does."""
        self._begin()
        for delivery in self.targets.removals(self.target.id, first=first, last=last):
            self.work.check()
            self._carry_out(delivery.resource_id, lambda delivery=delivery: self._take_away(delivery), None)
        return self._end()

    def _begin(self) -> None:
        # What earlier attempts kept is counted already.
        self.counts.update(self.part.counts)

    def _end(self) -> Mapping[str, int]:
        if self._again is not None:
            raise self._again
        return self.counts

    def _put(self, found: Consignment) -> Result:
        item = Item(found.number, found.identifier, found.record, found.raw, found.media_type, found.remote)
        remote = self.asked.kind.put(self.asked.request, item, self.asked.courier)
        if len(remote) > LONGEST_REMOTE:
            raise ValueError(f"the kind {self.target.kind} gave a name of {len(remote)} characters")
        return Arrived(found.number, remote, found.version, self.target.edition)

    def _take_away(self, delivery: Delivery) -> Result:
        record = Record(delivery.identifier, delivery.title)
        item = Item(delivery.resource_id, delivery.identifier, record, remote=delivery.remote)
        self.asked.kind.remove(self.asked.request, item, self.asked.courier)
        return Removed(delivery.resource_id)

    def _carry_out(self, number: int, act: Any, found: Consignment | None) -> None:
        """Does one record and keeps what became of it; raises only what ends the part."""
        try:
            result: Result = act()
        except (Stopped, StoreUnavailable):
            raise
        except Unfit as error:
            # Not asked again before one of the two is changed.
            version = found.version if found is not None else None
            self._refuse(Refused(number, tell(error), version, self.target.edition))
        except RemoteError as error:
            self._note_remote(number, error)
        except Exception as error:
            # A record that the kind stumbles over must not keep the others from going.
            log.exception("record could not be pushed", run=self.part.run_id, kind=self.target.kind, record=number)
            self._refuse(Refused(number, f"{type(error).__name__}: {tell(error)}"))
        else:
            self._in_a_row = 0
            self._keep(result, REMOVED if isinstance(result, Removed) else PUSHED)

    def _note_remote(self, number: int, error: RemoteError) -> None:
        if isinstance(error, HostResting | RemoteUnreachable | RemoteForbidden) or _is_unauthorised(error):
            raise error  # says nothing of the record, and the next one would be told the same
        self._refuse(Refused(number, tell(error)))
        self._in_a_row += 1
        if error.retryable:
            self._again = error
        if self._in_a_row >= MOST_IN_A_ROW:
            raise error

    def _refuse(self, refused: Refused) -> None:
        self.work.log(Level.WARNING, f"Record {refused.number}: {refused.problem}", part=self.target.name)
        self._keep(refused, FAILED)

    def _keep(self, result: Result, word: str) -> None:
        counted = f"{word}:{self.target.id}"
        self.targets.note(self.part, self.target.id, result, counted=counted, now=self.clock())
        self.counts[counted] += 1


def _is_unauthorised(error: RemoteError) -> bool:
    return isinstance(error, RemoteStatus) and error.status == UNAUTHORISED
