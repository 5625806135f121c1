"""A trial: one source of a kind in an installation of its own, harvested through the real core when a test says so."""

import pickle
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from windrow.assembly import Assembly
from windrow.core.authentication import principal_of
from windrow.core.sources import SourceDraft
from windrow.model.identity import new_id
from windrow.model.records import Record
from windrow.model.resources import Presence, Resource
from windrow.model.runs import RunState
from windrow.model.sources import Policies
from windrow.ports.catalogue import Reader, Search
from windrow.ports.fetching import Check
from windrow.ports.source_kinds import SourceKind
from windrow.ports.sources import ResourceFilter
from windrow.settings import Settings
from windrow.testing.remotes import Remote

PLAIN = Policies(requests_per_second=0, full_every=timedelta(0), guard_share=1.0, page_attempts=1)
"""No pace, every pass a whole one, nothing held for a person, and one try for each page."""

_PASSWORD = "a password for trials only"  # noqa: S105 - it opens nothing but a folder that is thrown away
_MOST = 1000
_LEASE = 3600.0
"""Seconds: nobody renews it here, and nobody else would take the run."""


@dataclass(frozen=True, slots=True)
class Harvested:
    """How a harvest ended.

    counts         by outcome: added, changed, unchanged, quarantined, deleted, failed, ...
    error          what it says of its problems; "" for none
    failed_pages   pages that could not be had
    log            what it told on the way
    """

    state: RunState
    counts: Mapping[str, int]
    error: str
    failed_pages: int
    log: tuple[str, ...]


class Trial:
    """One source. Everything is real, the database too, but for the remote and the time.

    The clock jumps over waits. Pages are read as if in another process, so a kind must survive being pickled. An
    installation takes about a second to make, and is gone when the trial is closed.

    >>> with Trial(MyKind(), remote, "https://example.org/all.jsonl") as trial:
    ...     assert trial.harvest().counts == {"added": 3}
    """

    def __init__(
        self,
        kind: SourceKind,
        remote: Remote,
        url: str,
        *,
        settings: Mapping[str, Any] | None = None,
        policies: Policies = PLAIN,
    ) -> None:
        """Registers the source. Raises `BadInput`, as for a source that somebody adds."""
        self.remote = remote
        self._folder = tempfile.TemporaryDirectory(prefix="windrow-trial-")
        self._clock = _JumpingClock()
        # Not from the environment: a trial must never meet a real installation's database.
        chosen = Settings.model_construct(data=Path(self._folder.name), readers=0, lease_seconds=_LEASE)
        self._assembly = Assembly(chosen, durable=False, clock=self._clock)
        self._assembly.__dict__.update(fetcher_maker=remote, offload=_Elsewhere())
        try:
            self._source_id = self._register(SourceDraft("trial", kind.name, url, settings or {}, policies), kind)
        except BaseException:
            self.close()
            raise
        self._performer = self._assembly.performer(new_id())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Throws the installation away."""
        self._assembly.__dict__.pop("fetcher_maker", None)
        self._assembly.close()
        self._folder.cleanup()

    def harvest(self, *, full: bool = True) -> Harvested:
        """A whole harvest, however many attempts it takes. `full` False lets the kind ask for changes only."""
        store, runs = self._assembly.store, self._assembly.store.runs
        run = self._assembly.windrow.sources.harvest(self._principal, self._source_id, full=full)
        while not (now := runs.get(run.id, tenant_id=None)).state.is_terminal:
            if now.state is RunState.SCHEDULED:
                self._clock.jump_to(now.ready_at)
                runs.promote(self._clock())
            elif not self._performer.perform(run.id):
                raise RuntimeError(f"the trial's harvest is {now.state.value}, and nothing can be done about it")
        return Harvested(
            state=now.state,
            counts=dict(now.progress.counts),
            error=now.error,
            failed_pages=int((now.result or {}).get("failed_pages", 0)),
            log=tuple(each.message for each in store.runs.read_log(run.id, limit=_MOST).items),
        )

    def resources(self) -> dict[str, Resource]:
        """What is kept of the source, by the remote's identifiers; at most a thousand."""
        page = self._assembly.store.sources.list_resources(self._source_id, ResourceFilter(), limit=_MOST)
        return {each.identifier: each for each in page.items}

    def present(self) -> set[str]:
        """The identifiers of what was not deleted."""
        return {name for name, each in self.resources().items() if each.presence is not Presence.GONE}

    def records(self) -> list[Record]:
        """What the catalogue shows of the source; at most a thousand."""
        search = Search(sources=(self._source_id,))
        found = self._assembly.store.catalogue.search(Reader(everything=True), search, limit=_MOST)
        return [each.record for each in found.items]

    def _register(self, draft: SourceDraft, kind: SourceKind) -> int:
        windrow = self._assembly.windrow
        sources = self._assembly.kinds.sources
        if not isinstance(sources, dict):
            raise TypeError("the installed kinds cannot be added to")
        sources[kind.name] = kind
        windrow.accounts.first_start(password=_PASSWORD)
        found = self._assembly.store.accounts.find_user("admin")
        if found is None:
            raise RuntimeError("the trial's installation has no admin")
        self._principal = principal_of(found[0])
        return windrow.sources.create(self._principal, draft).source.id


class _JumpingClock:
    """The machine's clock, and what was jumped over."""

    def __init__(self) -> None:
        self._ahead = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def jump_to(self, moment: datetime) -> None:
        self._ahead += max(timedelta(0), moment - self())


class _Elsewhere:
    """Stands for the processes that read pages: all that goes there and comes back is pickled."""

    def __call__(self, check: Check, function: Callable[..., Any], /, *arguments: Any) -> Any:
        check()
        function, arguments = pickle.loads(pickle.dumps((function, arguments)))  # noqa: S301 - its own dump
        return pickle.loads(pickle.dumps(function(*arguments)))  # noqa: S301

    def close(self) -> None:
        """Nobody is there."""
