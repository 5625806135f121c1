"""Previewing: the first records of a source and what they would change, with nothing written."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from windrow.core.harvesting.comparing import Comparison, Intake, compare, documents_of, identifiers_in
from windrow.core.harvesting.kind import manners_of
from windrow.core.harvesting.reading import read_page
from windrow.errors import Stopped
from windrow.model.records import Record
from windrow.model.sources import Credential, Source
from windrow.ports.fetching import Fetcher, FetcherMaker
from windrow.ports.harvests import Known
from windrow.ports.source_kinds import Opening, PageRequest, PassRequest, Reading, SourceKind

RECORDS = 20
PAGES = 5


@dataclass(frozen=True, slots=True)
class Preview:
    """What a harvest would begin with.

    title      what the remote calls itself
    total      how many records it announces; None when it does not say
    looked_at  how many were compared for `changes`: a preview reads a few pages only
    changes    added, changed, unchanged, quarantined, ... of those
    problems   records that could not be read: (identifier, why)
    """

    title: str
    total: int | None
    incremental: bool
    records: Sequence[Record]
    looked_at: int
    changes: Mapping[str, int]
    problems: Sequence[tuple[str, str]]


class KnownFinder(Protocol):
    """What is kept of a source's resources."""

    def __call__(self, source_id: int, identifiers: Sequence[str]) -> dict[str, Known]:
        """By identifier; unknown ones are left out."""
        ...


class SourceKindFinder(Protocol):
    """Gives the source kind of a name; raises `BadInput` for one that is not installed."""

    def __call__(self, name: str) -> SourceKind:
        """The kind."""
        ...


@dataclass(frozen=True, slots=True)
class Previewing:
    """Reads a few pages of a source that may not exist yet."""

    find_kind: SourceKindFinder
    find_known: KnownFinder
    fetcher_maker: FetcherMaker

    def preview(self, drafted: Source, credential: Credential | None, present: Source | None) -> Preview:
        """The first records, and what they would change against `present`. Raises `RemoteError`."""
        kind = self.find_kind(drafted.kind)
        manners = manners_of(drafted.policies)
        fetcher = self.fetcher_maker(manners, origin=drafted.url, credential=credential, check=_go_on)
        request = PassRequest(drafted.url, drafted.settings)
        opening = kind.open(request, fetcher)
        readings = _first_readings(kind, request, opening, fetcher)
        compared = [self._compare(reading, drafted, present) for reading in readings]
        return _preview(opening, readings, compared)

    def _compare(self, reading: Reading, drafted: Source, present: Source | None) -> Comparison:
        known = self.find_known(present.id, identifiers_in(reading)) if present is not None else {}
        return compare(reading, known, Intake(drafted.policies.new_wanted))


def _first_readings(kind: SourceKind, request: PassRequest, opening: Opening, fetcher: Fetcher) -> list[Reading]:
    pages = [PageRequest(key) for key in opening.pages]
    readings: list[Reading] = []
    while pages and len(readings) < PAGES and sum(len(each.records) for each in readings) < RECORDS:
        page = pages.pop(0)
        reading = read_page(kind, request, page, kind.load(request, page, fetcher))
        readings.append(reading)
        if reading.references:
            pages.insert(0, PageRequest({}, reading.references[:RECORDS]))
        pages[:0] = [PageRequest({} if documents_of(key) else key, documents_of(key)) for key in reading.next]
    return readings


def _preview(opening: Opening, readings: Sequence[Reading], compared: Sequence[Comparison]) -> Preview:
    records = [record for reading in readings for record in _readable(reading)]
    totals = [each.total for each in readings if each.total is not None]
    references = sum(len(each.references) for each in readings)
    changes: Counter[str] = Counter()
    for each in compared:
        changes.update(each.counts)
    return Preview(
        title=opening.title,
        total=opening.total if opening.total is not None else (totals[0] if totals else references or None),
        incremental=opening.since is not None,
        records=records[:RECORDS],
        looked_at=sum(changes.values()),
        changes=dict(+changes),
        problems=[problem for each in compared for problem in each.quarantined][:RECORDS],
    )


def _readable(reading: Reading) -> list[Record]:
    records = []
    for each in reading.records[:RECORDS]:
        try:
            records.append(each.read())
        except Stopped:
            raise
        except Exception:  # noqa: BLE001, S112 - told among the problems by the comparison
            continue
    return records


def _go_on() -> None:
    """Nobody can cancel a preview; its time-outs bound it."""
