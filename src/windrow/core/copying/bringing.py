"""Bringing copies up to date: the files of one resource after another, each written down as it is done."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from windrow.core.copying.choosing import choose
from windrow.core.copying.fetching import Fetched, Refused, fetch
from windrow.core.retrying import tell
from windrow.errors import BadInput, Conflict, NotFound, RemoteError, RemoteForbidden, RemoteTooLarge
from windrow.model.copies import Copy, CopyState, Role
from windrow.model.runs import Level
from windrow.model.sources import Source
from windrow.ports.catalogue import Entry, Reader
from windrow.ports.clocks import Clock
from windrow.ports.fetching import Downloader
from windrow.ports.store import Blobs, Draft, Store
from windrow.ports.work import Work

LARGEST_PICTURE = 32 << 20
"""Bytes: what is larger is no thumbnail."""

SETTLED = frozenset((CopyState.COPIED, CopyState.TOO_LARGE, CopyState.REFUSED))


@dataclass(slots=True)
class Bringing:
    """What one part of a run does. `full` asks the remote also for what is copied and did not change here.

    `counts` holds what became of how many: copied, unchanged, failed, too_large, refused, and bytes.
    `trouble` is the last error for which it may help to try again.
    """

    work: Work
    source: Source
    store: Store
    blobs: Blobs
    clock: Clock
    downloader: Downloader
    full: bool
    counts: Counter[str] = field(default_factory=Counter)
    trouble: RemoteError | None = None

    def look_at(self, resource_id: int) -> None:
        """Brings the files of one resource up to date; nothing is done for one that the catalogue does not show."""
        looked_at = self.clock()
        try:
            entry = self.store.catalogue.get(Reader(everything=True), resource_id)
            copies = self._plan(entry, looked_at)
        except NotFound:
            return
        states = [self._bring(copy, entry) for copy in copies]
        self.store.copies.settle(resource_id, looked_at=looked_at, settled=SETTLED.issuperset(states))

    def _plan(self, entry: Entry, now: datetime) -> list[Copy]:
        policies = self.source.policies
        wanted = choose(entry.record, policies.copying, policies.copy_formats)
        # Most records link to no file.
        if not wanted and not self.store.copies.page(entry.id, limit=1).items:
            return []
        return self.store.copies.plan(entry.id, wanted, keep=policies.keep_gone, now=now)

    def _bring(self, copy: Copy, entry: Entry) -> CopyState:
        self.work.check()
        if not self._is_due(copy, entry):
            self._count(copy)
            return copy.state
        try:
            brought = self._fetched(copy)
        except Refused as refused:
            brought = self._missed(copy, CopyState.REFUSED, str(refused))
        except RemoteForbidden as error:
            brought = self._missed(copy, CopyState.REFUSED, tell(error))
        except RemoteTooLarge as error:
            brought = self._missed(copy, CopyState.TOO_LARGE, tell(error))
        except (RemoteError, Conflict, BadInput) as error:
            brought = self._missed(copy, CopyState.FAILED, tell(error))
            self._note_trouble(error)
        except NotFound:
            return CopyState.COPIED  # its record changed meanwhile, and names it no more
        self._count(brought)
        return brought.state

    def _is_due(self, copy: Copy, entry: Entry) -> bool:
        if copy.state in SETTLED and self._was_checked_in_this_run(copy):
            return False  # by an attempt before this one
        if copy.state is not CopyState.COPIED or copy.checked_at is None:
            return True
        return self.full or copy.checked_at <= entry.stored_at

    def _was_checked_in_this_run(self, copy: Copy) -> bool:
        return copy.checked_at is not None and copy.checked_at >= self._began

    @property
    def _began(self) -> datetime:
        return self.work.run.started_at or self.work.run.created_at

    def _fetched(self, copy: Copy) -> Copy:
        limit = self._limit(copy)
        with self.blobs.draft(f"copy-{copy.id}", self.work.check) as draft:
            formats = self.source.policies.copy_formats
            fetched = fetch(copy, draft, self.downloader, formats=formats, size_limit=limit)
            return self._kept(copy, fetched, draft)

    def _limit(self, copy: Copy) -> int:
        policies = self.source.policies
        limit = policies.largest_copy if copy.wanted.role is Role.DATA else min(policies.largest_copy, LARGEST_PICTURE)
        if policies.copy_budget is None:
            return limit
        left = policies.copy_budget - self.store.copies.stock(self.source.id).size + (copy.size or 0)
        if left <= 0:
            raise _beyond(policies.copy_budget)
        return min(limit, left)

    def _kept(self, copy: Copy, fetched: Fetched, draft: Draft) -> Copy:
        """Writes down a file that is whole in its draft."""
        now = self.clock()
        here = replace(copy, state=CopyState.COPIED, problem="", attempts=0, checked_at=now)
        if fetched.unchanged:
            self.store.copies.note(here)
            return here
        etag, last_modified = fetched.validators.etag, fetched.validators.last_modified
        here = replace(here, name=fetched.name, media_type=fetched.media_type, etag=etag, last_modified=last_modified)
        if copy.is_here and (draft.sha256, draft.size) == (copy.sha256, copy.size):
            draft.discard()
            self.store.copies.note(here)
            return here
        kept = draft.finish(lambda key: self.store.copies.announce(key, now=self.clock()))
        here = replace(here, blob=kept.key, size=kept.size, sha256=kept.sha256, copied_at=now)
        budget = self.source.policies.copy_budget
        if budget is not None and not self.store.copies.keep(here, budget=budget, now=now):
            self._remove(kept.key)
            raise _beyond(budget)
        if budget is None:
            self.store.copies.keep(here, budget=None, now=now)
        if copy.is_here:
            self._remove(copy.blob)
        return here

    def _remove(self, blob: str) -> None:
        self.blobs.delete(blob)
        self.store.copies.forget([blob])

    def _missed(self, copy: Copy, state: CopyState, problem: str) -> Copy:
        missed = replace(copy, state=state, problem=problem, attempts=copy.attempts + 1, checked_at=self.clock())
        self.store.copies.note(missed)
        self.work.log(Level.WARNING, f"{copy.wanted.name or 'A file'} of record {copy.resource_id}: {problem}")
        return missed

    def _note_trouble(self, error: RemoteError | Conflict | BadInput) -> None:
        if isinstance(error, Conflict):  # somebody else is at it, and perhaps only for a moment more
            error = RemoteError(str(error))
        if isinstance(error, RemoteError) and error.retryable:
            longest = max(error.retry_after or 0.0, self.trouble.retry_after or 0.0 if self.trouble else 0.0)
            self.trouble = RemoteError(str(error), retry_after=longest or None)

    def _count(self, copy: Copy) -> None:
        """By what the row says of this run: so another attempt at a part counts what the one before it did."""
        if not self._was_checked_in_this_run(copy):
            return
        if copy.state is CopyState.COPIED:
            is_new = copy.copied_at is not None and copy.copied_at >= self._began
            self.counts["copied" if is_new else "unchanged"] += 1
            if is_new:
                self.counts["bytes"] += copy.size or 0
        else:
            self.counts[copy.state.value] += 1


def _beyond(budget: int) -> RemoteTooLarge:
    return RemoteTooLarge(f"All copies of this source may have {budget} bytes; this one would be too much.")


def told_counts(counts: Mapping[str, int]) -> str:
    """What became of the files, in a few words."""
    words = (("copied", "copied"), ("unchanged", "unchanged"), ("failed", "failed"))
    more = (("too_large", "too large"), ("refused", "refused"))
    told = [f"{counts[name]:,} {word}" for name, word in (*words, *more) if counts.get(name)]
    return ", ".join(told) or "nothing to copy"
