"""Loops: one item after another, or several at once whose results keep the order of the items."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from threading import Event
from typing import Any

from windrow.errors import BadInput, RemoteError
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
    stopped = Event()

    def run(index: int, item: Any) -> _Item:
        if stopped.is_set():
            return _Item()
        place = _place_in(here, shared=False)
        try:
            done = _run_one(looping, index, item, place)
        except BaseException:
            stopped.set()
            raise
        done.fresh = place.fresh
        if not done.goes_on or (done.failed is not None and not looping.go_on):
            stopped.set()
        return done

    with ThreadPoolExecutor(looping.parallel, thread_name_prefix="sequence") as pool:
        futures = [pool.submit(run, index, item) for index, item in looping.items]
    done = [each.result() for each in futures]
    for each in done:
        for name, value in each.fresh.items():
            here.save(name, value)
    failed = next((each.failed for each in done if each.failed is not None), None)
    if failed is not None and not looping.go_on:
        raise failed
    return [each.value for each in done]


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
