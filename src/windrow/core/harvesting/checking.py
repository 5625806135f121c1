"""The kind of work `availability`: whether a source would answer a harvest now."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from windrow.core.harvesting.kind import KindFinder, manners_of
from windrow.core.harvesting.reading import told
from windrow.errors import NotFound, RemoteError, RemoteTimeout
from windrow.model.availability import Check
from windrow.model.runs import Part
from windrow.model.sources import Source
from windrow.ports.clocks import Clock
from windrow.ports.fetching import Answer, Fetcher, Validators
from windrow.ports.source_kinds import PageRequest, PassRequest, SourceKind
from windrow.ports.store import Store
from windrow.ports.work import Done, Performed, Work

PATIENCE = 30.0
"""Seconds after which a remote that has not answered yet counts as not answering."""


@dataclass(frozen=True, slots=True)
class AvailabilityWork:
    """Asks a source the least that a harvest would begin with. Parameter: `source_id`.

    The run succeeds whenever it could tell: its result says `available`, `seconds` and `problem`.
    """

    store: Store
    find_kind: KindFinder
    clock: Clock

    name: ClassVar[str] = "availability"
    schema: ClassVar[Mapping[str, Any]] = {
        "type": "object",
        "properties": {
            "source_id": {"type": "integer", "title": "Source", "description": "Number of the source to check."},
        },
        "required": ["source_id"],
        "additionalProperties": False,
    }

    def perform(self, work: Work) -> Performed:
        """Asks, and keeps what came of it."""
        source = self.store.sources.get(work.run.parameters["source_id"], tenant_id=work.run.tenant_id)
        begun, problem = time.monotonic(), ""
        try:
            self._ask(work, source)
        except RemoteError as error:
            problem = told(str(error)) or type(error).__name__
        check = Check(self.clock(), not problem, time.monotonic() - begun, problem)
        self.store.sources.note_check(source.id, check)
        found = {"available": check.available, "seconds": round(check.seconds, 3), "problem": problem}
        return Done(found, message=problem or f"answered within {check.seconds:.1f} s")

    def perform_part(self, work: Work, part: Part) -> Mapping[str, int]:  # noqa: ARG002 - the port's signature
        """Never called: a check has no parts."""
        raise NotFound("part of a check", part.id)

    def _ask(self, work: Work, source: Source) -> None:
        fetcher = work.fetcher_maker(
            manners_of(source.policies),
            origin=source.url,
            credential=self.store.sources.credential(source.id),
            check=impatient(work.check),
        )
        ask(self.find_kind(source.kind), PassRequest(source.url, source.settings), fetcher)


def ask(kind: SourceKind, request: PassRequest, fetcher: Fetcher) -> None:
    """Asks a remote the least that a harvest would begin with. Raises `RemoteError`."""
    counting = _Counting(fetcher)
    opening = kind.open(request, counting)
    if not counting.asked and opening.pages:
        kind.load(request, PageRequest(opening.pages[0]), counting)


def impatient(check: Callable[[], None]) -> Callable[[], None]:
    """A check that also raises `RemoteTimeout`, from half a minute on."""
    end = time.monotonic() + PATIENCE

    def look() -> None:
        check()
        if time.monotonic() >= end:
            raise RemoteTimeout(f"It did not answer within {PATIENCE:.0f} seconds.")

    return look


class _Counting:
    """A fetcher that knows whether it was asked anything."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher
        self.asked = 0

    def get(
        self,
        url: str,
        *,
        parameters: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
        validators: Validators | None = None,
    ) -> Answer:
        """GET."""
        self.asked += 1
        return self._fetcher.get(url, parameters=parameters, headers=headers, validators=validators)

    def post(self, url: str, body: bytes, *, media_type: str, headers: Mapping[str, str] | None = None) -> Answer:
        """POST."""
        self.asked += 1
        return self._fetcher.post(url, body, media_type=media_type, headers=headers)
