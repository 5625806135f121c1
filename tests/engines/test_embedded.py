"""The embedded engine's parts: the loop that fills slots, the heart, the clock, the supervisor of real processes."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from tests.engines.installation import is_alive, kill
from tests.harvests.farm import wait_for
from windrow.engines.embedded import supervisor as supervising
from windrow.engines.embedded.heart import Calls, Heart
from windrow.engines.embedded.supervisor import Child, Supervisor
from windrow.engines.embedded.ticking import Chore, ClockLoop
from windrow.engines.embedded.worker import WorkerLoop
from windrow.errors import StoreUnavailable
from windrow.model.workers import Worker, WorkerRole

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass
class Queue:
    """A written carrier: gives out jobs and counts how many are under way."""

    runs: list[Callable[[], None]] = field(default_factory=list)
    parts: list[Callable[[], None]] = field(default_factory=list)
    troubles: list[Exception] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    asked_for_parts: list[int] = field(default_factory=list)

    def take_runs(self, most: int) -> list[Callable[[], None]]:
        with self.lock:
            if self.troubles:
                raise self.troubles.pop()
            taken, self.runs = self.runs[:most], self.runs[most:]
            return taken

    def take_parts(self, most: int) -> list[Callable[[], None]]:
        with self.lock:
            if self.parts:
                self.asked_for_parts.append(most)
            taken, self.parts = self.parts[:most], self.parts[most:]
            return taken

    def perform(self, run_id: str) -> bool:
        return False

    def beat(self) -> None: ...

    def look(self) -> None: ...

    def perform_parts(self, part_ids: Sequence[int]) -> Sequence[int]:
        return part_ids

    def drain(self) -> None: ...

    @property
    def busy(self) -> int:
        return 0


class Quiet:
    """Changes that never come: whatever happens, happens without being woken."""

    def wait(self, timeout: float) -> bool:
        threading.Event().wait(min(timeout, 0.02))
        return False

    def close(self) -> None: ...


@pytest.fixture
def queue() -> Queue:
    return Queue()


@pytest.fixture
def loop(queue: Queue) -> Iterator[WorkerLoop]:
    loop = WorkerLoop(queue, Quiet, slots=3)
    thread = threading.Thread(target=loop.run)
    thread.start()
    yield loop
    loop.stop()
    thread.join(20)
    assert not thread.is_alive()


def test_every_job_is_done_and_never_more_at_once_than_slots(queue: Queue, loop: WorkerLoop) -> None:
    lock, now, most, done = threading.Lock(), [0], [0], []

    def work() -> None:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        threading.Event().wait(0.002)
        with lock:
            now[0] -= 1
            done.append(1)

    with queue.lock:
        queue.runs += [work] * 50
        queue.parts += [work] * 50

    wait_for(lambda: len(done) == 100)
    assert most[0] <= 3
    assert max(queue.asked_for_parts) <= 3


def test_a_free_slot_is_filled_at_once_and_not_when_the_loop_wakes(queue: Queue) -> None:
    done: list[float] = []
    queue.runs = [lambda: done.append(time.monotonic())] * 200

    class Asleep(Quiet):
        def wait(self, timeout: float) -> bool:
            return threading.Event().wait(0.5)

    loop = WorkerLoop(queue, Asleep, slots=1)
    thread = threading.Thread(target=loop.run)
    thread.start()
    wait_for(lambda: len(done) == 200)
    loop.stop()
    thread.join(20)

    assert done[-1] - done[0] < 0.5 * 50


def test_a_worker_with_less_to_do_goes_first() -> None:
    begun: dict[str, int] = {"one": 0, "other": 0}
    asked: set[str] = set()
    go_on = threading.Event()
    shared = Queue()

    def work(name: str) -> Callable[[], None]:
        def carry_out() -> None:
            begun[name] += 1
            go_on.wait(20)

        return carry_out

    class Mine(Queue):
        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

        def take_runs(self, most: int) -> list[Callable[[], None]]:
            asked.add(self.name)
            return [work(self.name) for _ in shared.take_runs(most)]

    loops = {name: WorkerLoop(Mine(name), Quiet, slots=50) for name in begun}
    threads = [threading.Thread(target=loop.run) for loop in loops.values()]
    for each in threads:
        each.start()
    wait_for(lambda: len(asked) == 2)
    with shared.lock:
        shared.runs = [lambda: None] * 40
    wait_for(lambda: sum(begun.values()) == 40)
    go_on.set()
    for loop in loops.values():
        loop.stop()
    for each in threads:
        each.join(20)

    assert min(begun.values()) >= 1


@pytest.mark.parametrize("trouble", [StoreUnavailable("restarting"), ValueError("a row nobody understands")])
def test_trouble_at_the_queue_does_not_end_the_worker(
    queue: Queue, loop: WorkerLoop, trouble: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("windrow.engines.embedded.worker.RETRY_STORE", 0.02)
    done = threading.Event()
    with queue.lock:
        queue.troubles += [trouble] * 3
        queue.runs.append(done.set)

    assert done.wait(20)


def test_a_stop_waits_for_what_is_under_way_and_takes_nothing_more(queue: Queue) -> None:
    begun, go_on, late = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        go_on.wait(20)

    queue.runs = [work]
    loop = WorkerLoop(queue, Quiet, slots=1)
    thread = threading.Thread(target=loop.run)
    thread.start()
    assert begun.wait(20)
    with queue.lock:
        queue.runs.append(late.set)
    loop.stop()
    thread.join(0.1)
    assert thread.is_alive()

    go_on.set()
    thread.join(20)

    assert not thread.is_alive()
    assert not late.is_set()


@dataclass
class Roll:
    """Where processes say that they live."""

    seen: list[Worker] = field(default_factory=list)
    draining: bool = False
    stopping: bool = False
    troubles: int = 0

    def beat(self, worker: Worker) -> Worker:
        if self.troubles:
            self.troubles -= 1
            raise StoreUnavailable("restarting")
        self.seen.append(worker)
        return replace(worker, draining=self.draining, stopping=self.stopping)


def heart_of(roll: Roll, **calls: Callable[[], None]) -> Heart:
    worker = Worker("w", WorkerRole.WORKER, "here", os.getpid(), "embedded", ("default",), 4, NOW, NOW)
    nothing: Callable[[], None] = lambda: None  # noqa: E731 - as short as it is
    given = {"renew": nothing, "look": nothing, "drain": nothing, "stop": nothing} | calls
    return Heart(worker, roll, clock=lambda: NOW, every=0.02, calls=Calls(**given))


def test_a_process_is_known_before_it_takes_anything() -> None:
    roll = Roll()
    heart = heart_of(roll)

    heart.start()
    heart.stop()

    assert roll.seen[0].id == "w"
    assert roll.seen[0].memory > 1_000_000


def test_a_heart_beats_on_through_trouble_and_asks_for_draining_once() -> None:
    roll, drained = Roll(), []
    heart = heart_of(roll, drain=lambda: drained.append(1))
    heart.start()
    roll.troubles = 2
    roll.draining = True

    wait_for(lambda: len(roll.seen) > 5)
    heart.stop()

    assert (roll.troubles, drained) == (0, [1])
    assert roll.seen[-1].draining


def test_a_heart_that_drains_can_still_be_asked_to_stop() -> None:
    roll, told = Roll(draining=True), []
    heart = heart_of(roll, drain=lambda: told.append("drain"), stop=lambda: told.append("stop"))
    heart.start()
    wait_for(lambda: told == ["drain"])
    roll.stopping = True

    wait_for(lambda: roll.seen[-1].stopping)
    heart.stop()

    assert told == ["drain", "stop"]


def test_a_long_chore_does_not_delay_the_others_nor_does_trouble() -> None:
    quick, release = [], threading.Event()

    def fail() -> None:
        raise ValueError("trouble")

    loop = ClockLoop(
        [
            Chore("long", 0.01, lambda: release.wait(20)),
            Chore("trouble", 0.01, fail),
            Chore("quick", 0.01, lambda: quick.append(1)),
        ]
    )
    thread = threading.Thread(target=loop.run)
    thread.start()
    wait_for(lambda: len(quick) > 5)
    loop.stop()
    release.set()
    thread.join(20)

    assert not thread.is_alive()


def test_a_database_that_is_away_is_told_of_once() -> None:
    tries: list[int] = []

    def try_it() -> None:
        tries.append(1)
        if len(tries) < 5 or len(tries) in (7, 8):
            raise StoreUnavailable("away")

    loop = ClockLoop([Chore("sweep", 0.001, try_it)])
    with capture_logs() as told:
        thread = threading.Thread(target=loop.run)
        thread.start()
        wait_for(lambda: len(tries) > 10)
        loop.stop()
        thread.join(20)

    assert [each["event"] for each in told] == ["the database does not answer"] * 2


# The supervisor, with real processes.

SLEEP = "import time; time.sleep(60)"
FOLLOW = (
    "import time; from windrow.engines.embedded.supervisor import follow_parent; "
    "follow_parent(lambda: None, grace=0.2); time.sleep(60)"
)


@dataclass
class Family:
    """A supervisor in a thread of this process, and the ids whose processes it told lost."""

    children: list[Child]
    lost: list[str]
    supervisor: Supervisor
    thread: threading.Thread

    def pid(self, number: int = 0) -> int:
        process = self.children[number].process
        return 0 if process is None else process.pid


@pytest.fixture
def family(request: pytest.FixtureRequest) -> Iterator[Family]:
    codes = request.param
    numbers = iter(range(1000))
    children = [Child(code[:6], lambda _, code=code: (code,), lambda: str(next(numbers))) for code in codes]  # type: ignore[misc]  # a default is no keyword
    lost: list[str] = []
    supervisor = Supervisor(
        children, environment={}, keep=(), lost=lost.append, grace=5.0, program=(sys.executable, "-c")
    )
    thread = threading.Thread(target=supervisor.run)
    thread.start()
    wait_for(lambda: all(child.process for child in children))
    yield Family(children, lost, supervisor, thread)
    supervisor.stop()
    thread.join(30)
    assert not thread.is_alive()


@pytest.mark.parametrize("family", [[SLEEP, SLEEP]], indirect=True)
def test_what_dies_is_started_again_under_a_new_id_and_its_leases_are_freed(family: Family) -> None:
    old, other = family.pid(0), family.pid(1)

    kill(old)

    wait_for(lambda: family.pid(0) not in (0, old))
    assert family.lost == ["0"]
    assert family.pid(1) == other
    assert family.children[0].id == "2"


@pytest.mark.parametrize("family", [["raise SystemExit(3)"]], indirect=True)
def test_what_cannot_come_up_waits_longer_each_time(family: Family) -> None:
    wait_for(lambda: len(family.lost) >= 3)

    assert family.children[0].wait >= supervising.FIRST_WAIT * 4


@pytest.mark.parametrize("family", [[SLEEP]], indirect=True)
def test_what_had_come_up_is_started_again_at_once(family: Family, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervising, "STEADY_AFTER", 0.0)

    kill(family.pid())
    wait_for(lambda: len(family.lost) == 1)

    assert family.children[0].wait == 0.0


@pytest.mark.parametrize(
    "family", [[SLEEP, "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(60)"]], indirect=True
)
def test_a_stop_ends_all_of_them_also_who_will_not_listen(family: Family) -> None:
    pids = [family.pid(0), family.pid(1)]
    family.supervisor._grace = 0.5

    family.supervisor.stop()
    family.thread.join(30)

    assert [is_alive(pid) for pid in pids] == [False, False]
    assert set(family.lost) >= {"0", "1"}, "killed in the end, they could not take their leave"


FROZEN = FOLLOW.replace("time.sleep(60)", "import os, signal; time.sleep(1); os.kill(os.getpid(), signal.SIGSTOP)")


@pytest.mark.parametrize("family", [[FROZEN, FOLLOW]], indirect=True)
def test_what_gives_no_sign_of_life_any_more_is_killed_and_started_again(family: Family) -> None:
    family.supervisor._patience = 1.5
    frozen, lively = family.pid(0), family.pid(1)

    wait_for(lambda: family.pid(0) not in (0, frozen))

    assert not is_alive(frozen)
    assert family.pid(1) == lively
    assert family.lost[0] == "0"


@pytest.mark.parametrize("family", [[FOLLOW]], indirect=True)
def test_the_time_that_the_supervisor_itself_was_stopped_is_nobodys_silence(family: Family) -> None:
    family.supervisor._patience = 1.5
    child = family.children[0]
    wait_for(lambda: child.silent == 0.0)

    family.supervisor._looked -= 3600
    wait_for(lambda: (child.silent or 0.0) > 0)

    assert family.lost == []


def test_orphans_do_not_outlive_their_supervisor(tmp_path: Path) -> None:
    told = tmp_path / "pids"
    code = f"""
import sys
from windrow.engines.embedded.supervisor import Child, Supervisor
numbers = iter(range(9))
children = [Child("c", lambda _: ({FOLLOW!r},), lambda: str(next(numbers))) for _ in range(2)]
supervisor = Supervisor(children, environment={{}}, keep=(), lost=print, grace=5, program=(sys.executable, "-c"))
import threading
threading.Thread(target=supervisor.run, daemon=True).start()
while not all(child.process for child in children):
    pass
open({str(told)!r}, "w").write(" ".join(str(child.process.pid) for child in children) + "\\n")
threading.Event().wait(60)
"""
    parent = subprocess.Popen([sys.executable, "-c", code])
    try:
        wait_for(lambda: told.exists() and told.read_text().endswith("\n"))
        pids = [int(each) for each in told.read_text().split()]
    finally:
        parent.send_signal(signal.SIGKILL)
        parent.wait()

    wait_for(lambda: not any(is_alive(pid) for pid in pids))
