"""Reconciliation: whether the remote, the run and what is kept here agree on how many records there are."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Tallied:
    """What a pass over everything counted, of which every page was read.

    remote   how many records the remote said it has; None where it did not say
    came     how many came by, of whatever outcome: what is to be compared with that
    seen     how many different resources these were; None where some that are known could not be looked at
    """

    remote: int | None
    came: int
    seen: int | None


@dataclass(frozen=True, slots=True)
class Difference:
    """Numbers that do not agree after a pass.

    remote, came, seen   see `Tallied`
    local                resources that the source has here: present, and missing ones whose deletion is held
    held                 those of them that are missing: a person was asked about them
    since                when the first pass ended that found a difference; UTC
    run_id               the pass that found it last
    """

    remote: int | None
    came: int
    seen: int | None
    local: int
    held: int
    since: datetime
    run_id: str

    @property
    def told(self) -> str:
        """What differs, in words."""
        return "; ".join(compare(Tallied(self.remote, self.came, self.seen), local=self.local, held=self.held))


def compare(tallied: Tallied, *, local: int, held: int) -> list[str]:
    """What does not agree, in words; nothing where all does.

    remote = came      every record that was announced came by; duplicates, what could not be read, what nobody wants
                       and what was declared deleted came by as well
    local = seen + held   every resource that is kept here was seen, or waits for a person because it was not
    """
    told = []
    if tallied.remote is not None and tallied.remote != tallied.came:
        told.append(f"the remote announced {tallied.remote} records, and the run got {tallied.came}")
    if tallied.seen is not None and local != tallied.seen + held:
        waits = f", of which {held} wait for a decision" if held else ""
        told.append(f"the run saw {tallied.seen} different resources, and {local} are kept here{waits}")
    return told
