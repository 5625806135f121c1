"""`Work` as a kind sees it in a child process: everything is asked of the worker, over the line."""

import base64
import itertools
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from windrow.engines.isolation.line import Line
from windrow.errors import BadInput
from windrow.model.items import Item
from windrow.model.runs import Level, Part, PartState, Progress, Run
from windrow.model.sources import Credential
from windrow.ports.fetching import (
    Answer,
    Check,
    ErrandsMaker,
    Fetcher,
    FetcherMaker,
    Manners,
    Validators,
)

KEYS_AT_ONCE = 500
BYTES_AT_ONCE = 1 << 20
LONGEST_MESSAGE = 10_000


class DistantWork:
    """Implements `windrow.ports.work.Work`."""

    def __init__(self, line: Line, run: Run) -> None:
        self._line = line
        self._run = run
        self._folder = Path.cwd()
        self._files = itertools.count(1)

    @property
    def run(self) -> Run:
        """The run as it was claimed."""
        return self._run

    @property
    def fetcher_maker(self) -> FetcherMaker:
        """Makes fetchers that have the worker's polite ones ask: policy, pace and turns hold as everywhere."""
        return self._make_fetcher

    def remember(self, entries: Mapping[str, Any]) -> None:  # noqa: ARG002 - as the port has it
        """Not here."""
        raise _not_here("memories")

    def recall(self, run_id: str | None = None) -> Mapping[str, Any]:  # noqa: ARG002
        """Not here."""
        raise _not_here("memories")

    @property
    def errands_maker(self) -> ErrandsMaker:
        """Not here: what changes something on a remote is for kinds in the worker itself."""
        raise _not_here("errands")

    def now(self) -> datetime:
        """The moment it is, UTC."""
        return datetime.now(UTC)

    def read_note(self) -> Mapping[str, Any]:
        """What was kept last, by any attempt."""
        found: Mapping[str, Any] = self._line.ask("read_note")
        return found

    def keep_note(self, note: Mapping[str, Any]) -> None:
        """Keeps it for the attempts that come after."""
        self._line.ask("keep_note", note=dict(note))

    def check(self) -> None:
        """Raises what this attempt must stop for."""
        self._line.check()

    def pause(self, seconds: float) -> None:
        """Waits, and raises as soon as the work must stop."""
        self._line.pause(seconds)

    def log(self, level: Level, message: str, *, part: str = "", **data: object) -> None:
        """Writes to the run's log."""
        self._line.tell("log", level=level, message=_clean(message), part=_clean(part), data=data)

    def report(self, progress: Progress) -> None:
        """Saves progress; the worker does so no more often than people can read it."""
        message = _clean(progress.message)
        self._line.tell(
            "report", done=progress.done, total=progress.total, counts=dict(progress.counts), message=message
        )

    def fan_out(self, keys: Iterable[Mapping[str, Any]]) -> int:
        """Adds parts that any worker may do, many at a time."""
        return sum(int(self._line.ask("fan_out", keys=batch)) for batch in _batches(keys))

    def parts(self, states: frozenset[PartState] | None = None) -> Iterator[Part]:
        """The run's parts in the order they were made."""
        number = self._line.ask("parts", states=None if states is None else sorted(states))
        try:
            while page := self._line.ask("more_parts", number=number):
                yield from page
        finally:
            self._line.tell("no_more_parts", number=number)

    def part_states(self) -> Mapping[PartState, int]:
        """How many parts are in each state."""
        found: Mapping[PartState, int] = self._line.ask("part_states")
        return found

    def part_counts(self) -> Mapping[str, int]:
        """The sums of all parts' counts."""
        found: Mapping[str, int] = self._line.ask("part_counts")
        return found

    @contextmanager
    def output(self, name: str, media_type: str) -> Iterator[BinaryIO]:
        """A file in this attempt's folder, handed to the worker when the block ends without an error."""
        path = self._folder / f"output-{next(self._files)}"
        try:
            with path.open("xb+") as file:
                yield file
            self._line.ask("output", file=path.name, name=name, media_type=media_type)
        finally:
            with suppress(OSError):
                path.unlink()

    @contextmanager
    def open_item(self, item_id: str) -> Iterator[tuple[Item, BinaryIO]]:
        """An item, whose content the worker puts into this attempt's folder."""
        path = self._folder / f"item-{next(self._files)}"
        try:
            item: Item = self._line.ask("open_item", item=item_id, file=path.name)
            with path.open("rb") as file:
                yield item, file
        finally:
            with suppress(OSError):
                path.unlink()

    def keep_item(self, item: Item, content: BinaryIO) -> Item:
        """Gives an uploaded item another content, by a file in this attempt's folder."""
        path = self._folder / f"item-{next(self._files)}"
        try:
            with path.open("xb") as file:
                shutil.copyfileobj(content, file)
            kept: Item = self._line.ask("keep_item", item=item.id, seen=item.changed_at.isoformat(), file=path.name)
            return kept
        finally:
            with suppress(OSError):
                path.unlink()

    def _make_fetcher(self, manners: Manners, *, origin: str, credential: Credential | None, check: Check) -> Fetcher:
        given = None if credential is None else asdict(credential)
        number = self._line.ask("fetcher", manners=asdict(manners), origin=origin, credential=given)
        return DistantFetcher(self._line, number, check)


class DistantFetcher:
    """Implements `windrow.ports.fetching.Fetcher`. One request at a time for each attempt, whatever its threads ask."""

    def __init__(self, line: Line, number: int, check: Check) -> None:
        self._line = line
        self._number = number
        self._check = check

    def get(
        self,
        url: str,
        *,
        parameters: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
        validators: Validators | None = None,
    ) -> Answer:
        """GET, by the worker."""
        return self._ask(
            "get",
            url=url,
            parameters=parameters and dict(parameters),
            headers=headers and dict(headers),
            validators=validators and asdict(validators),
        )

    def post(self, url: str, body: bytes, *, media_type: str, headers: Mapping[str, str] | None = None) -> Answer:
        """POST, by the worker; the body goes over the line, so it may have a few megabytes."""
        coded = base64.b64encode(body).decode()
        return self._ask("post", url=url, body=coded, media_type=media_type, headers=headers and dict(headers))

    def _ask(self, word: str, **what: object) -> Answer:
        answer: Answer = self._line.ask(word, check=self._check, fetcher=self._number, **what)
        return answer


def _not_here(what: str) -> BadInput:
    return BadInput.of("isolation", f"a kind in a process of its own has no {what}: leave isolation out")


def _clean(message: str) -> str:
    return str(message)[:LONGEST_MESSAGE].encode(errors="replace").decode()


def _batches(keys: Iterable[Mapping[str, Any]]) -> Iterator[list[orjson.Fragment]]:
    batch: list[orjson.Fragment] = []
    size = 0
    for key in keys:
        written = orjson.dumps(dict(key))
        if batch and (len(batch) == KEYS_AT_ONCE or size + len(written) > BYTES_AT_ONCE):
            yield batch
            batch, size = [], 0
        batch.append(orjson.Fragment(written))
        size += len(written)
    if batch:
        yield batch
