"""Many workers at once: nothing is done twice, nothing is left, no key is held too often."""

import multiprocessing
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from sqlalchemy import func, select

from tests.storage.making import LEASE, NOW, a_run
from windrow.model.runs import PartState, Progress, RunState
from windrow.model.tasks import Limit
from windrow.ports.runs import Closing, Ending
from windrow.storage.database import Database
from windrow.storage.runs import SqlRuns
from windrow.storage.tables import key_holds

THREADS = 6
WELL = Ending(RunState.SUCCEEDED, {}, "", Progress(1, 1))


def work_off(url: str, worker: str) -> list[str]:
    """Claims and finishes until nothing is left; in a process of its own."""
    database = Database(url, durable=False)
    runs = SqlRuns(database)
    done = []
    while (run := runs.claim(worker, queues=["default"], now=NOW, lease=LEASE)) is not None:
        assert runs.finish(run.id, run.attempt, WELL, now=NOW)
        done.append(run.id)
    database.close()
    return done


def test_processes_that_claim_at_once_share_the_runs(url: str, runs: SqlRuns) -> None:
    wanted = [a_run() for _ in range(200)]
    runs.add(wanted)

    with multiprocessing.get_context("spawn").Pool(4) as pool:
        shares = pool.starmap(work_off, [(url, f"worker {number}") for number in range(4)], chunksize=1)

    assert sorted(run_id for share in shares for run_id in share) == sorted(run.id for run in wanted)


def test_threads_that_claim_at_once_never_hold_a_key_too_often(database: Database, runs: SqlRuns) -> None:
    one, three = Limit("one", 1), Limit("three", 3)
    sorts = [(one,), (three,), (one, three), ()]
    wanted = [a_run(limits=sorts[number % 4], priority=number % 3) for number in range(120)]
    runs.add(wanted)
    held: Counter[str] = Counter()
    most: Counter[str] = Counter()
    guard = threading.Lock()

    def work(worker: str) -> list[str]:
        done = []
        while runs.count_by_state(None).get(RunState.QUEUED):
            run = runs.claim(worker, queues=["default"], now=NOW, lease=LEASE)
            if run is None:
                continue
            with guard:
                held.update(limit.key for limit in run.limits)
                most.update({key: max(0, held[key] - most[key]) for key in held})
            with guard:
                held.subtract(limit.key for limit in run.limits)
            assert runs.finish(run.id, run.attempt, WELL, now=NOW)
            done.append(run.id)
        return done

    with ThreadPoolExecutor(THREADS) as pool:
        shares = list(pool.map(work, [f"worker {number}" for number in range(THREADS)]))

    assert sorted(run_id for share in shares for run_id in share) == sorted(run.id for run in wanted)
    assert most["one"] == 1
    assert most["three"] <= 3
    with database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(key_holds)) == 0


def test_one_run_that_many_ask_for_is_given_to_one(runs: SqlRuns) -> None:
    for _ in range(20):
        run = a_run()
        runs.add([run])

        with ThreadPoolExecutor(THREADS) as pool:
            got = list(
                pool.map(
                    lambda number, run_id=run.id: runs.claim(
                        f"worker {number}", queues=["default"], now=NOW, lease=LEASE, run_id=run_id
                    ),
                    range(THREADS),
                )
            )

        assert sum(each is not None for each in got) == 1


def test_the_finish_is_queued_once_however_many_close_parts_at_once(runs: SqlRuns) -> None:
    run = a_run()
    runs.add([run])
    runs.claim("ann", queues=["default"], now=NOW, lease=LEASE)
    runs.fan_out(run.id, 1, ({"page": page} for page in range(100)), now=NOW)
    runs.wait(run.id, 1, now=NOW)
    finishes = []

    def work(worker: str) -> int:
        closed = 0
        while claims := runs.claim_parts(worker, queues=["default"], now=NOW, lease=LEASE, limit=3):
            for claim in claims:
                closed += sum(runs.close_parts([Closing(claim.part.id, worker, PartState.DONE, {"added": 1}, "", NOW)]))
            finish = runs.claim(worker, queues=["default"], now=NOW, lease=LEASE)
            if finish is not None:
                finishes.append(finish)
        return closed

    with ThreadPoolExecutor(THREADS) as pool:
        closed = list(pool.map(work, [f"worker {number}" for number in range(THREADS)]))

    late = runs.claim("ann", queues=["default"], now=NOW, lease=LEASE)
    (finish,) = [*finishes, *([late] if late else [])]
    assert sum(closed) == 100
    assert (finish.phase, finish.open_parts, finish.progress.done) == ("finish", 0, 100)
    assert runs.sum_part_counts(run.id) == {"added": 100}


def test_a_cancel_that_races_with_a_finish_leaves_one_honest_end(runs: SqlRuns) -> None:
    for _ in range(20):
        run = a_run(limits=(Limit("key"),))
        runs.add([run])
        assert runs.claim("ann", queues=["default"], now=NOW, lease=LEASE)

        with ThreadPoolExecutor(2) as pool:
            finished = pool.submit(runs.finish, run.id, 1, WELL, now=NOW)
            cancelled = pool.submit(runs.cancel, run.id, tenant_id=None, now=NOW)

        # Whoever came second saw what the first one did.
        ended = runs.get(run.id, tenant_id=None)
        assert finished.result()
        expected = RunState.SUCCEEDED if cancelled.result().state is RunState.SUCCEEDED else RunState.CANCELLED
        assert ended.state is expected


def test_a_cancel_that_races_with_parts_leaves_none_open(runs: SqlRuns) -> None:
    for _ in range(10):
        run = a_run(limits=(Limit("key"),))
        runs.add([run])
        assert runs.claim("ann", queues=["default"], now=NOW, lease=LEASE)
        runs.fan_out(run.id, 1, ({"page": page} for page in range(12)), now=NOW)
        runs.wait(run.id, 1, now=NOW)

        def work(worker: str) -> int:
            closed = 0
            while claims := runs.claim_parts(worker, queues=["default"], now=NOW, lease=LEASE, limit=2):
                runs.renew(worker, now=NOW, lease=LEASE)
                for claim in claims:
                    closed += sum(runs.close_parts([Closing(claim.part.id, worker, PartState.DONE, {}, "", NOW)]))
            return closed

        with ThreadPoolExecutor(4) as pool:
            closing = [pool.submit(work, f"worker {number}") for number in range(3)]
            pool.submit(runs.cancel, run.id, tenant_id=None, now=NOW).result()
        runs.sweep(NOW + timedelta(hours=1))

        ended = runs.get(run.id, tenant_id=None)
        counts = runs.count_parts(run.id)
        closed = sum(each.result() for each in closing)
        assert ended.state is RunState.CANCELLED
        assert ended.open_parts == 0
        assert counts.get(PartState.DONE, 0) == closed
        assert closed + counts.get(PartState.CANCELLED, 0) == 12


def test_sweepers_and_claimers_at_once_lose_and_double_nothing(runs: SqlRuns) -> None:
    """Half the claims are left to their leases; whoever finishes a run is the one whose attempt counts."""
    wanted = [a_run(limits=(Limit(f"key {number % 5}", 2),)) for number in range(60)]
    runs.add(wanted)
    finished: Counter[str] = Counter()
    guard = threading.Lock()

    def work(number: int) -> None:
        now = NOW
        while runs.count_by_state(None):
            now += timedelta(seconds=20)
            run = runs.claim(f"worker {number}", queues=["default"], now=now, lease=LEASE)
            if run is None or (run.attempt < 3 and hash((run.id, run.attempt)) % 2):
                runs.sweep(now)
            elif runs.finish(run.id, run.attempt, WELL, now=now):
                with guard:
                    finished[run.id] += 1

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))

    assert finished == Counter(run.id for run in wanted)
