"""Child processes that read pages: they answer, raise, die, hang and are called off, and nobody waits for them."""

import math
import operator
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.engines.installation import is_alive, kill
from tests.harvests.farm import wait_for
from windrow.engines.process_pool import LARGE, NICENESS, ProcessPool
from windrow.errors import Cancelled, ProcessLost, RemoteStatus


def never() -> None:
    """Nothing ends the call early."""


def fail_as_a_remote() -> None:
    raise RemoteStatus("The remote answered 503.", status=503, retry_after=7.0, body=b"busy")


class Odd(Exception):
    def __init__(self, one: int, two: int) -> None:
        super().__init__(f"{one} and {two}")


def fail_oddly() -> None:
    raise Odd(1, 2)


@pytest.fixture
def pool() -> Iterator[ProcessPool]:
    made = ProcessPool(2)
    yield made
    made.close()


def test_a_function_is_carried_out_elsewhere(pool: ProcessPool) -> None:
    assert pool(never, math.sqrt, 4.0) == 2.0
    assert pool(never, os.getpid) != os.getpid()


def test_large_bytes_come_as_they_were_sent(pool: ProcessPool) -> None:
    one, other = os.urandom(LARGE * 300), os.urandom(LARGE)

    assert pool(never, operator.concat, one, other) == one + other
    assert pool(never, operator.concat, other, other[:-1]) == other + other[:-1]
    assert pool(never, operator.concat, b"", b"") == b""


def test_children_stay_and_are_no_more_than_was_said(pool: ProcessPool) -> None:
    with ThreadPoolExecutor(8) as threads:
        found = [threads.submit(pool, never, os.getpid) for _ in range(40)]

    assert len({each.result() for each in found}) <= 2


class Telling:
    """Notes that it was written down to be sent."""

    def __init__(self) -> None:
        self.written = threading.Event()

    def __reduce__(self) -> tuple[type[int], tuple[()]]:
        self.written.set()
        return int, ()


def test_a_call_is_written_when_somebody_is_free_to_take_it(tmp_path: Path) -> None:
    pool, telling, gate = ProcessPool(1), Telling(), tmp_path / "gate"
    os.mkfifo(gate)
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(pool, never, gate.read_bytes)
        wait_for(lambda: not pool._free.qsize())
        second = threads.submit(pool, never, math.sqrt, telling)
        assert not telling.written.wait(0.3)
        gate.write_bytes(b"opened")

        assert (first.result(), second.result()) == (b"opened", 0.0)
    assert telling.written.is_set()
    pool.close()


def test_what_is_raised_there_is_raised_here(pool: ProcessPool) -> None:
    with pytest.raises(RemoteStatus, match="answered 503") as caught:
        pool(never, fail_as_a_remote)

    error = caught.value
    assert (error.status, error.retry_after, error.body, error.retryable) == (503, 7.0, b"busy", True)


def test_an_error_that_cannot_be_sent_is_told_in_words(pool: ProcessPool) -> None:
    with pytest.raises(RuntimeError, match=r"Odd.*1 and 2"):
        pool(never, fail_oddly)

    assert pool(never, math.sqrt, 4.0) == 2.0


def test_what_cannot_be_sent_is_done_here(pool: ProcessPool) -> None:
    assert pool(never, lambda: os.getpid()) == os.getpid()


def test_a_child_that_dies_harms_only_the_call_it_had(pool: ProcessPool) -> None:
    with ThreadPoolExecutor(2) as threads:
        slow = threads.submit(pool, never, time.sleep, 1.0)
        with pytest.raises(ProcessLost, match="died"):
            pool(never, os._exit, 3)

        assert slow.result() is None
    assert pool(never, math.sqrt, 4.0) == 2.0


def test_a_child_that_went_while_nothing_was_asked_is_replaced_unnoticed(pool: ProcessPool) -> None:
    gone = pool(never, os.getpid)
    kill(gone)
    wait_for(lambda: not is_alive(gone))

    assert pool(never, os.getpid) != gone


def test_a_child_with_nothing_to_do_is_ended_and_leaves_nothing_behind() -> None:
    pool = ProcessPool(2, idle=0.5)
    child = pool(never, os.getpid)

    wait_for(lambda: not Path(f"/proc/{child}").exists())

    assert pool(never, os.getpid) != child
    pool.close()


def test_a_child_that_hangs_is_ended() -> None:
    pool = ProcessPool(1, patience=0.5)
    hung = pool(never, os.getpid)

    with pytest.raises(ProcessLost, match="did not answer within"):
        pool(never, time.sleep, 60)

    assert not is_alive(hung)
    assert pool(never, math.sqrt, 4.0) == 2.0
    pool.close()


def test_a_child_that_is_frozen_and_takes_nothing_is_ended() -> None:
    pool = ProcessPool(1, patience=0.5)
    frozen = pool(never, os.getpid)
    os.kill(frozen, signal.SIGSTOP)

    with pytest.raises(ProcessLost, match="did not answer within"):
        pool(never, len, b"x" * 10_000_000)

    assert not is_alive(frozen)
    pool.close()


def test_a_call_ends_early_when_its_work_must_stop(pool: ProcessPool) -> None:
    stopped = threading.Event()

    def check() -> None:
        if stopped.is_set():
            raise Cancelled("Somebody asked for it.")

    with ThreadPoolExecutor(3) as threads:
        calls = [threads.submit(pool, check, time.sleep, 60) for _ in range(3)]
        asked = time.monotonic()
        stopped.set()
        for each in calls:
            with pytest.raises(Cancelled):
                each.result()

    assert time.monotonic() - asked < 5


def test_children_leave_signals_to_their_parent(pool: ProcessPool) -> None:
    child = pool(never, os.getpid)
    for each in (signal.SIGINT, signal.SIGTERM):
        os.kill(child, each)

    assert pool(never, os.getpid) == child


def test_children_stand_back_for_their_parent(pool: ProcessPool) -> None:
    own = os.getpriority(os.PRIO_PROCESS, 0)

    assert pool(never, os.getpriority, os.PRIO_PROCESS, 0) == min(own + NICENESS, 19)


def test_children_are_there_before_they_are_needed(pool: ProcessPool) -> None:
    pool.warm_up(["windrow.formats.metadata"])

    wait_for(lambda: all(child is not None for child in pool._free.queue))
    assert "windrow.formats.metadata" in pool(never, _loaded)


def _loaded() -> list[str]:
    return list(sys.modules)


def test_a_closed_pool_leaves_nobody_behind() -> None:
    pool = ProcessPool(2)
    child = pool(never, os.getpid)

    pool.close()

    assert not is_alive(child)
