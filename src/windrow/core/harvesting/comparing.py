"""Comparing: what a page that was read means for what is kept. Pure but for reading each new record."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

from windrow.errors import Stopped
from windrow.model.records import Record
from windrow.model.resources import Outcome, Presence, RemoteRecord
from windrow.ports.fetching import Validators
from windrow.ports.harvests import Change, Known
from windrow.ports.source_kinds import Broken, PageKey, Reading, Reference

LONGEST_IDENTIFIER = 1000
DOCUMENTS_PER_PAGE = 20
"""How many documents that a listing names make one page: few enough to lose little, many enough for one commit."""

DUPLICATE = "duplicate"
FAILED = "failed"
GONE = "gone"


@dataclass(slots=True)
class Comparison:
    """What a page changes, before it is committed; the fields are those of `PageCommit`.

    doubts   whether something on it could not be identified, so that absence proves nothing
    """

    fresh: list[Change] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    seen: list[int] = field(default_factory=list)
    returned: list[int] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)
    touched: dict[int, tuple[str, Validators]] = field(default_factory=dict)
    next: list[PageKey] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    total: int | None = None
    found: int = 0
    doubts: list[str] = field(default_factory=list)
    quarantined: list[tuple[str, str]] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)


def plain(counts: Mapping[str, int]) -> dict[str, int]:
    """Counts as they are kept: plain words, and none that is zero."""
    return {str(word): count for word, count in counts.items() if count}


def identifiers_in(reading: Reading) -> list[str]:
    """Every identifier that a page names: what must be looked up before it can be compared."""
    named: Iterable[Iterable[str]] = (
        (each.identifier for each in reading.records),
        (each.identifier for each in reading.references),
        (each.identifier for each in reading.broken),
        reading.unchanged,
        reading.gone,
    )
    return list(dict.fromkeys(identifier for some in named for identifier in some))


def compare(reading: Reading, known: Mapping[str, Known], *, new_wanted: bool) -> Comparison:
    """What a page changes, given what is known of the resources that it names."""
    result = Comparison(total=reading.total, next=list(reading.next), failed=list(reading.failed))
    named: set[str] = set()
    for each in reading.records:
        if each.identifier in named:
            result.counts[DUPLICATE] += 1
        else:
            named.add(each.identifier)
            _compare_record(result, each, known.get(each.identifier), new_wanted)
    for broken in reading.broken:
        _compare_broken(result, broken, known.get(broken.identifier), new_wanted)
    _compare_references(result, reading.references, known)
    for identifier in reading.unchanged:
        _see_again(result, known.get(identifier))
    _declare_gone(result, reading.gone, known, named)
    result.counts[FAILED] += len(reading.failed)
    return result


def _compare_record(result: Comparison, remote: RemoteRecord, known: Known | None, new_wanted: bool) -> None:
    if not remote.identifier or len(remote.identifier) > LONGEST_IDENTIFIER:
        problem = f"its identifier must have 1 to {LONGEST_IDENTIFIER} characters"
        _compare_broken(result, Broken(remote.identifier[:200] or "(none)", remote.raw, problem), None, new_wanted)
    elif known is None:
        change = _change(result, remote, None, new_wanted)
        result.fresh.append(change)
        result.counts[Outcome.ADDED if change.record else Outcome.QUARANTINED] += 1
    elif known.fingerprint == remote.fingerprint:
        _see_again(result, known)
        kept = Validators(remote.etag, remote.last_modified)
        if (known.version, known.validators) != (remote.version, kept):
            result.touched[known.id] = (remote.version, kept)
    else:
        change = _change(result, remote, known.id, known.wanted)
        result.changed.append(change)
        result.counts[Outcome.CHANGED if change.record else Outcome.QUARANTINED] += 1


def _change(result: Comparison, remote: RemoteRecord, number: int | None, wanted: bool) -> Change:
    record, problem = _read(remote)
    if problem:
        result.quarantined.append((remote.identifier, problem))
    return Change(
        id=number,
        identifier=remote.identifier,
        fingerprint=remote.fingerprint,
        raw=remote.raw,
        media_type=remote.media_type,
        record=record,
        problem=problem,
        wanted=wanted,
        version=remote.version,
        etag=remote.etag,
        last_modified=remote.last_modified,
    )


def _read(remote: RemoteRecord) -> tuple[Record | None, str]:
    # One unreadable record must not hold up the others, whatever a kind's reader trips over.
    try:
        return remote.read(), ""
    except Stopped:
        raise
    except Exception as error:  # noqa: BLE001 - the edge of one record: kept with its raw bytes and this reason
        return None, str(error) or type(error).__name__


def _see_again(result: Comparison, known: Known | None) -> None:
    if known is None:
        return
    if known.presence == Presence.PRESENT:
        result.seen.append(known.id)
    else:
        result.returned.append(known.id)
    if known.presence == Presence.GONE:
        result.counts[Outcome.RESTORED] += 1
    elif known.outcome == Outcome.QUARANTINED:
        result.counts[Outcome.QUARANTINED] += 1
    else:
        result.counts[Outcome.UNCHANGED] += 1


def _compare_broken(result: Comparison, broken: Broken, known: Known | None, new_wanted: bool) -> None:
    result.doubts.append(f"{broken.identifier}: {broken.problem}")
    fingerprint = blake2b(broken.raw, digest_size=16).digest()
    if known is not None and known.fingerprint == fingerprint:
        _see_again(result, known)
        return
    result.quarantined.append((broken.identifier, broken.problem))
    result.counts[Outcome.QUARANTINED] += 1
    change = Change(
        id=known.id if known else None,
        identifier=broken.identifier,
        fingerprint=fingerprint,
        raw=broken.raw,
        media_type="application/octet-stream",
        record=None,
        problem=broken.problem,
        wanted=known.wanted if known else new_wanted,
        version=broken.version,
    )
    (result.changed if known else result.fresh).append(change)


def _compare_references(result: Comparison, references: Sequence[Reference], known: Mapping[str, Known]) -> None:
    unique = {each.identifier: each for each in references}
    result.found += len(unique)
    wanted: list[Reference] = []
    for each in unique.values():
        kept = known.get(each.identifier)
        if kept is not None and each.version and kept.version == each.version:
            _see_again(result, kept)
        else:
            wanted.append(each)
    for place in range(0, len(wanted), DOCUMENTS_PER_PAGE):
        result.next.append(documents_key(wanted[place : place + DOCUMENTS_PER_PAGE]))


def _declare_gone(result: Comparison, gone: Sequence[str], known: Mapping[str, Known], named: set[str]) -> None:
    for identifier in gone:
        kept = known.get(identifier)
        result.counts[GONE] += 1
        if kept is not None and kept.presence != Presence.GONE and identifier not in named:
            result.gone.append(kept.id)


def documents_key(references: Sequence[Reference]) -> PageKey:
    """The key of a page made of documents that a listing named."""
    return {"documents": [[each.identifier, each.href, each.version] for each in references]}


def documents_of(key: PageKey) -> list[Reference]:
    """The documents of such a page; none for a page of the kind's own."""
    return [Reference(*each) for each in key.get("documents", ())]
