"""Loops: one item after another, or several at once whose results keep the order of the items."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from threading import Event, Lock
from typing import Any

from windrow.errors import BadInput, RemoteError
from windrow.work.sequence.problems import Waiting
from windrow.work.sequence.strict.calling import StepError
from windrow.work.sequence.strict.language import BadTemplate

_FAILURES = (BadTemplate, StepError, BadInput, RemoteError)


@dataclass(frozen=True, slots=True)
class Looping:
    """A loop that is to be run.

    items   index and item of those that the filter left
    run     does one item at the place given; what it ended with, and whether the loop goes on
    note    is told of an item that failed where the loop goes on
    """

    items: Sequence[tuple[int, Any]]
    parallel: int
    go_on: bool
    run: Callable[[int, Any, Any], tuple[Any, bool]]
    note: Callable[[Exception], None]


@dataclass(slots=True)
class _Item:
    """What became of one item; `value` is null where it failed or never began."""

    value: Any = None
    goes_on: bool = True
    failed: Exception | None = None
    fresh: dict[str, Any] = field(default_factory=dict)


def run_items(looping: Looping, here: Any) -> list[Any]:
    """Runs them; what each ended with, in their order. Raises what failed, where that ends the loop."""
    if looping.parallel > 1 and len(looping.items) > 1:
        return _run_together(looping, here)
    ended = []
    for index, item in looping.items:
        place = _place_in(here, shared=True)
        done = _run_one(looping, index, item, place)
        if done.failed is not None and not looping.go_on:
            raise done.failed
        ended.append(done.value)
        if not done.goes_on:
            break
    return ended


def _run_together(looping: Looping, here: Any) -> list[Any]:
    together = _Together(looping, here)
    many = min(looping.parallel, len(looping.items))
    with ThreadPoolExecutor(many, thread_name_prefix="sequence") as pool:
        for thread in [pool.submit(together.go_through) for _ in range(many)]:
            thread.result()
    if together.waiting is not None:
        raise together.waiting
    for each in together.done:
        for name, value in each.fresh.items():
            here.save(name, value)
    failed = next((each.failed for each in together.done if each.failed is not None), None)
    if failed is not None and not looping.go_on:
        raise failed
    return [each.value for each in together.done]


class _Together:
    """A loop whose items several threads go through."""

    def __init__(self, looping: Looping, here: Any) -> None:
        self.done = [_Item()] * len(looping.items)
        self.waiting: Waiting | None = None
        self._looping = looping
        self._here = here
        self._left = iter(enumerate(looping.items))
        self._stopped = Event()
        self._lock = Lock()

    def go_through(self) -> None:
        """Does one item after another, until there are no more. An item that waits keeps its place among those that
        go on at once, and so ends this."""
        while (following := self._next()) is not None:
            number, (index, item) = following
            try:
                self._do(number, index, item)
            except Waiting as waiting:
                self.waiting = waiting
                return
            except BaseException:
                self._stopped.set()
                raise

    def _next(self) -> tuple[int, tuple[int, Any]] | None:
        with self._lock:
            return None if self._stopped.is_set() else next(self._left, None)

    def _do(self, number: int, index: int, item: Any) -> None:
        place = _place_in(self._here, shared=False)
        done = _run_one(self._looping, index, item, place)
        done.fresh = place.fresh
        self.done[number] = done
        if not done.goes_on or (done.failed is not None and not self._looping.go_on):
            self._stopped.set()


def _run_one(looping: Looping, index: int, item: Any, place: Any) -> _Item:
    try:
        value, goes_on = looping.run(index, item, place)
    except _FAILURES as failed:
        if looping.go_on:
            looping.note(failed)
        return _Item(failed=failed)
    return _Item(value, goes_on)


def _place_in(here: Any, *, shared: bool) -> Any:
    """Where an item begins: among the saved values themselves, or, beside others, with a copy of its own."""
    if shared:
        return replace(here)
    return replace(here, saved=dict(here.saved), fresh={})
