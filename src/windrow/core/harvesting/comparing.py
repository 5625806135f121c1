"""Comparing: what a page that was read means for what is kept. Pure but for reading each new record."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import Any, NamedTuple

from windrow.core.harvesting.reading import told
from windrow.errors import Stopped
from windrow.model.records import Record
from windrow.model.resources import Outcome, Presence, RemoteRecord
from windrow.ports.fetching import Validators
from windrow.ports.harvests import NEVER_FETCHED, Change, Encoder, Known, Relisted
from windrow.ports.source_kinds import Broken, PageKey, Reading, Reference

DOCUMENTS_PER_PAGE = 20
"""How many documents that a listing names make one page: few enough to lose little, many enough for one commit."""

DUPLICATE = "duplicate"
FAILED = "failed"
GONE = "gone"
LEFT_OUT = "left_out"
UNFETCHED = "unfetched"
"""Counts beside the outcomes of resources: listed before, not to be loaded, declared deleted, outside what is asked
for, and wanted but not fetched by a pass that only refreshes the list."""

MEDIA_TYPE_WIDTH = 64
TYPE_WIDTH = 255


@dataclass(slots=True)
class Comparison:
    """What a page changes, before it is committed; most fields are those of `PageCommit`.

    seen, returned   resource id → the word it was counted under
    own              how many records the page held itself
    listed           how many documents it referred to
    relisted         what stays unfetched, as the list describes it
    doubts           what on it could not be identified, so that absence proves less
    """

    fresh: list[Change] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    seen: dict[int, str] = field(default_factory=dict)
    returned: dict[int, str] = field(default_factory=dict)
    gone: list[int] = field(default_factory=list)
    relisted: list[Relisted] = field(default_factory=list)
    touched: dict[int, tuple[str, Validators]] = field(default_factory=dict)
    next: list[PageKey] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    total: int | None = None
    own: int = 0
    listed: int = 0
    doubts: list[str] = field(default_factory=list)
    quarantined: list[tuple[str, str]] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)

    def count_again(self, old: str) -> None:
        """Counts what was counted under `old` as a duplicate instead."""
        self.counts[old] -= 1
        self.counts[DUPLICATE] += 1


def plain(counts: Mapping[str, int]) -> dict[str, int]:
    """Counts as they are kept: plain words, and none that is zero."""
    return {str(word): count for word, count in counts.items() if count}


def identifiers_in(reading: Reading) -> list[str]:
    """Every identifier that a page names: what must be looked up before it can be compared."""
    named: Iterable[Iterable[str]] = (
        (each.identifier for each in reading.records),
        (each.identifier for each in reading.references),
        (each.identifier for each in reading.broken),
        (name for name, _ in reading.refused),
        reading.unchanged,
        reading.gone,
    )
    return list(dict.fromkeys(identifier for some in named for identifier in some))


class Intake(NamedTuple):
    """How records are taken in.

    new_wanted   whether new ones go into the catalogue
    encoder      what makes them ready to be written
    fetches      whether the documents that a list names are fetched; else they are only listed
    only         identifiers of those that are asked for; None asks for all
    """

    new_wanted: bool
    encoder: Encoder | None = None
    fetches: bool = True
    only: frozenset[str] | None = None


def compare(
    reading: Reading, known: Mapping[str, Known], intake: Intake, documents: Sequence[Reference] = ()
) -> Comparison:
    """What a page changes, given what is known of the resources that it names, and the documents it was made of."""
    reading = _asked_for(reading, intake.only)
    listed = {each.identifier: each for each in documents}
    result = Comparison(total=reading.total, next=list(reading.next), failed=list(reading.failed))
    named: set[str] = set()
    differing = [
        each
        for each in reading.records
        if _is_first(result, each.identifier, named) and not _is_known(result, each, known.get(each.identifier))
    ]
    for remote, document in zip(differing, _documents_of(differing, intake.encoder), strict=True):
        reference = listed.get(remote.identifier)
        _change(result, _change_of(remote, document, known.get(remote.identifier), intake, reference))
    for broken in reading.broken:
        if _is_first(result, broken.identifier, named):
            _compare_broken(result, broken, known.get(broken.identifier), intake)
    for identifier, problem in reading.refused:
        if _is_first(result, identifier, named):
            _quarantine(result, Broken(identifier, b"", problem), known.get(identifier), intake)
    for identifier in reading.unchanged:
        if _is_first(result, identifier, named):
            _see_unchanged(result, identifier, known.get(identifier))
    _declare_gone(result, reading.gone, known, named)
    result.counts[LEFT_OUT] += len(reading.left_out)
    result.counts[FAILED] += len(result.failed)
    result.own = result.counts.total()
    _compare_references(result, reading.references, known, intake)
    return result


def _asked_for(reading: Reading, only: frozenset[str] | None) -> Reading:
    if only is None:
        return reading
    named = [each.identifier for some in (reading.records, reading.references, reading.broken) for each in some]
    return replace(
        reading,
        records=[each for each in reading.records if each.identifier in only],
        references=[each for each in reading.references if each.identifier in only],
        broken=[each for each in reading.broken if each.identifier in only],
        refused=[each for each in reading.refused if each[0] in only],
        unchanged=[each for each in reading.unchanged if each in only],
        gone=[each for each in reading.gone if each in only],
        left_out=[*reading.left_out, *(each for each in named if each not in only)],
    )


def _is_first(result: Comparison, identifier: str, named: set[str]) -> bool:
    if identifier in named:
        result.counts[DUPLICATE] += 1
        return False
    named.add(identifier)
    return True


def _is_known(result: Comparison, remote: RemoteRecord, known: Known | None) -> bool:
    """Whether it is there as it was; then it is seen."""
    if known is None or known.fingerprint != remote.fingerprint:
        return False
    _see_again(result, known)
    kept = known.validators
    if (known.version, kept.etag, kept.last_modified) != (remote.version, remote.etag, remote.last_modified):
        result.touched[known.id] = (remote.version, Validators(remote.etag, remote.last_modified))
    return True


def _documents_of(remotes: Sequence[RemoteRecord], encoder: Encoder | None) -> Sequence[bytes]:
    return [b""] * len(remotes) if encoder is None else encoder.documents(each.raw for each in remotes)


def _change(result: Comparison, change: Change) -> None:
    outcome = change.outcome
    if outcome is Outcome.QUARANTINED:
        result.quarantined.append((change.identifier, change.problem))
    (result.fresh if change.id is None else result.changed).append(change)
    result.counts[outcome] += 1


def _change_of(
    remote: RemoteRecord, document: bytes, known: Known | None, intake: Intake, reference: Reference | None
) -> Change:
    record, encoded, problem = _read(remote, document, intake.encoder)
    return Change(
        id=known.id if known else None,
        identifier=remote.identifier,
        fingerprint=remote.fingerprint,
        raw=b"" if encoded else remote.raw,
        media_type=remote.media_type[:MEDIA_TYPE_WIDTH],
        record=record,
        problem=problem,
        wanted=known.wanted if known else intake.new_wanted,
        version=remote.version,
        etag=remote.etag,
        last_modified=remote.last_modified,
        encoded=encoded,
        was_listed=known is not None and known.is_listed,
        type=_short(remote.type or (reference.type if reference else "")),
        href=reference.href if reference else "",
    )


def _read(remote: RemoteRecord, document: bytes, encoder: Encoder | None) -> tuple[Record | None, Any, str]:
    # One unreadable record must not hold up the others, whatever a kind's reader trips over.
    try:
        record = remote.read()
        return (record, None, "") if encoder is None else (None, encoder.record(record, document), "")
    except Stopped:
        raise
    except Exception as error:  # noqa: BLE001 - the edge of one record: kept with its raw bytes and this reason
        return None, None, told(str(error)) or type(error).__name__


def _see_unchanged(result: Comparison, identifier: str, known: Known | None) -> None:
    if known is None:
        result.failed.append((told(identifier), "The remote says that it has not changed, but it is not kept here."))
    else:
        _see_again(result, known)


def _see_again(result: Comparison, known: Known) -> None:
    word = Outcome.UNCHANGED
    if known.problem:
        word = Outcome.QUARANTINED
    elif known.presence in (Presence.GONE, Presence.KEPT):
        word = Outcome.RESTORED
    _see(result, known, word)


def _see(result: Comparison, known: Known, word: str) -> None:
    (result.seen if known.presence == Presence.PRESENT else result.returned)[known.id] = word
    result.counts[word] += 1


def _compare_broken(result: Comparison, broken: Broken, known: Known | None, intake: Intake) -> None:
    if _quarantine(result, broken, known, intake):
        result.doubts.append(f"{broken.identifier}: {broken.problem}")


def _quarantine(result: Comparison, broken: Broken, known: Known | None, intake: Intake) -> bool:
    """Whether it is there for the first time, or otherwise than before."""
    fingerprint = blake2b(broken.raw, digest_size=16).digest()
    if known is not None and known.fingerprint == fingerprint:
        _see_again(result, known)
        return False
    change = Change(
        id=known.id if known else None,
        identifier=broken.identifier,
        fingerprint=fingerprint,
        raw=broken.raw,
        media_type="application/octet-stream",
        record=None,
        problem=broken.problem,
        wanted=known.wanted if known else intake.new_wanted,
        version=broken.version,
        was_listed=known is not None and known.is_listed,
    )
    _change(result, change)
    return True


def _compare_references(
    result: Comparison, references: Sequence[Reference], known: Mapping[str, Known], intake: Intake
) -> None:
    unique = {each.identifier: each for each in references}
    result.listed += len(unique)
    wanted: list[Reference] = []
    for each in unique.values():
        kept = known.get(each.identifier)
        if kept is not None and each.version and kept.version == each.version:
            _see_again(result, kept)
        elif intake.only is not None or (intake.fetches and (kept.wanted if kept else intake.new_wanted)):
            wanted.append(each)
        else:
            _list(result, each, kept, intake)
    result.next += documents_keys(wanted)


def _list(result: Comparison, reference: Reference, known: Known | None, intake: Intake) -> None:
    title, type_ = told(reference.title), _short(reference.type)
    if known is None:
        fresh = Change(
            id=None,
            identifier=reference.identifier,
            fingerprint=NEVER_FETCHED,
            raw=b"",
            media_type="",
            record=None,
            wanted=intake.new_wanted,
            is_listed=True,
            title=title,
            type=type_,
            href=reference.href,
        )
        _change(result, fresh)
        return
    _see(result, known, _word_of_listed(known))
    result.relisted.append(Relisted(known.id, title, type_, reference.href))


def _word_of_listed(known: Known) -> str:
    if known.is_listed:
        return Outcome.LISTED
    if known.problem:
        return Outcome.QUARANTINED
    return UNFETCHED if known.wanted else Outcome.UNWANTED


def _short(text: str) -> str:
    return told(text, TYPE_WIDTH)


def _declare_gone(result: Comparison, gone: Sequence[str], known: Mapping[str, Known], named: set[str]) -> None:
    for identifier in gone:
        kept = known.get(identifier)
        result.counts[GONE] += 1
        if kept is not None and Presence(kept.presence).is_on_remote and identifier not in named:
            result.gone.append(kept.id)


def documents_keys(references: Sequence[Reference]) -> list[PageKey]:
    """Keys of pages made of these documents, a few on each."""
    places = range(0, len(references), DOCUMENTS_PER_PAGE)
    return [documents_key(references[place : place + DOCUMENTS_PER_PAGE]) for place in places]


def documents_key(references: Sequence[Reference]) -> PageKey:
    """The key of a page made of documents that a listing named."""
    # The title is left behind: the document has one of its own.
    return {"documents": [[each.identifier, each.href, each.version, "", each.type] for each in references]}


def documents_of(key: PageKey) -> list[Reference]:
    """The documents of such a page; none for a page of the kind's own."""
    return [Reference(*each) for each in key.get("documents", ())]
