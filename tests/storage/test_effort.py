"""What lists and loops cost does not grow with the number of rows."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.storage.crowds import CROWDED_RUN, OTHER_TASK, SECOND, effort, fill
from tests.storage.making import LEASE, NOW, OTHER_TENANT, TASK, TENANT, a_run
from tests.storage.plans import plans_of
from windrow.model.identity import new_id
from windrow.model.runs import Level, PartState, Progress, RunState
from windrow.model.tasks import Limit
from windrow.ports.runs import Closing, Ending, Entry, RunFilter
from windrow.storage import schema
from windrow.storage.backfills import MET
from windrow.storage.database import Database
from windrow.storage.runs import SqlRuns
from windrow.storage.tasks import FAILING, SqlTasks
from windrow.storage.workers import SqlWorkers

FEW, MANY = 300, 6_000

FAILED = frozenset({RunState.FAILED})
RARE = frozenset({RunState.PARTIAL, RunState.RUNNING, RunState.QUEUED})


class Crowd:
    """A database with so many runs."""

    def __init__(self, url: str, count: int) -> None:
        self.database = Database(url, durable=False)
        schema.create(self.database)
        fill(self.database, count)
        self.runs = SqlRuns(self.database)
        self.tasks = SqlTasks(self.database)
        self.workers = SqlWorkers(self.database)


def lists(which: RunFilter) -> Callable[[Crowd], object]:
    def both_ends(crowd: Crowd) -> None:
        first = crowd.runs.page(which, limit=10)
        if first.next:
            crowd.runs.page(which, limit=10, cursor=first.next)

    return both_ends


def live(crowd: Crowd) -> None:
    """A whole life with a key, from the claim on."""
    run = a_run(limits=(Limit("mine"),), priority=100)
    crowd.runs.add([run])
    claimed = crowd.runs.claim("bob", queues=["default", "other"], now=NOW, lease=LEASE)
    assert claimed is not None
    assert claimed.id == run.id
    crowd.runs.renew("bob", now=NOW, lease=LEASE)
    crowd.runs.report(run.id, 1, Progress(1, 2))
    crowd.runs.fan_out(run.id, 1, [{"page": 1}, {"page": 2}], now=NOW)
    crowd.runs.wait(run.id, 1, now=NOW)
    for claim in crowd.runs.claim_parts("bob", queues=["default"], now=NOW, lease=LEASE, limit=1):
        crowd.runs.close_parts([Closing(claim.part.id, "bob", PartState.DONE, {"added": 1}, "", NOW)])
    for claim in crowd.runs.claim_parts("bob", queues=["default"], now=NOW, lease=LEASE, limit=9):
        crowd.runs.retry_part(claim.part.id, "bob", error="", ready_at=NOW)
    crowd.runs.count_parts(run.id)
    crowd.runs.sum_part_counts(run.id)
    crowd.runs.cancel(run.id, tenant_id=TENANT, now=NOW)
    crowd.runs.delete(run.id, tenant_id=TENANT)


def lose(crowd: Crowd) -> None:
    """Leases that run out, and a retry whose time comes."""
    lost, retried = a_run(priority=100), a_run(priority=100)
    crowd.runs.add([lost, retried])
    for _ in range(2):
        crowd.runs.claim("bob", queues=["default"], now=NOW - LEASE, lease=LEASE - SECOND)
        crowd.runs.claim("bob", queues=["default"], now=NOW, lease=LEASE - SECOND)
    crowd.runs.hand_back(retried.id, 1, now=NOW, ready_at=NOW + SECOND, failed=True)
    crowd.runs.promote(NOW + SECOND)
    crowd.runs.sweep(NOW + SECOND)
    crowd.workers.leave("bob", now=NOW)
    for run in (lost, retried):
        crowd.runs.cancel(run.id, tenant_id=None, now=NOW)


def do_work(crowd: Crowd) -> None:
    run = a_run(priority=100)
    crowd.runs.add([run])
    crowd.runs.claim("bob", queues=["default"], now=NOW, lease=LEASE, run_id=run.id)
    crowd.runs.finish(run.id, 1, Ending(RunState.SUCCEEDED, {}, "", Progress(1, 1)), now=NOW)


ACTIONS: dict[str, Callable[[Crowd], object]] = {
    "list all": lists(RunFilter(None)),
    "list of a tenant": lists(RunFilter(TENANT)),
    "list of failed": lists(RunFilter(None, states=FAILED)),
    "list of rare": lists(RunFilter(None, states=RARE)),
    "list of a tenant's failed": lists(RunFilter(TENANT, states=FAILED)),
    "list of a tenant's rare": lists(RunFilter(OTHER_TENANT, states=RARE)),
    "list of a kind": lists(RunFilter(None, kind="report")),
    "list of a tenant's kind": lists(RunFilter(TENANT, kind="harvest")),
    "list of a foreign kind": lists(RunFilter(TENANT, kind="report")),
    "list of a kind's failed": lists(RunFilter(None, kind="harvest", states=FAILED)),
    "list of a tenant's kind's rare": lists(RunFilter(TENANT, kind="harvest", states=RARE)),
    "list of a task": lists(RunFilter(None, task_id=TASK)),
    "list of a task's rare": lists(RunFilter(TENANT, task_id=TASK, states=RARE)),
    "list of a foreign task": lists(RunFilter(TENANT, task_id=OTHER_TASK)),
    "list of a task of another kind": lists(RunFilter(None, task_id=TASK, kind="report")),
    "parts": lambda crowd: crowd.runs.list_parts(CROWDED_RUN, states=None, limit=10),
    "failed parts": lambda crowd: crowd.runs.list_parts(CROWDED_RUN, states=frozenset({PartState.FAILED}), limit=10),
    "log": lambda crowd: crowd.runs.read_log(CROWDED_RUN, limit=10),
    "end of the log": lambda crowd: crowd.runs.read_log(CROWDED_RUN, limit=10, least="warning", newest_first=True),
    "write to a full log": lambda crowd: crowd.runs.write_log(CROWDED_RUN, [Entry(NOW, Level.INFO, "one")] * 5, keep=1),
    "claim with nothing there": lambda crowd: crowd.runs.claim("bob", queues=["none", "other"], now=NOW, lease=LEASE),
    "claim parts that all rest": lambda crowd: crowd.runs.claim_parts(
        "bob", queues=["default", "other"], now=NOW, lease=LEASE, limit=5
    ),
    "a life": live,
    "a loss": lose,
    "a short run": do_work,
    "promote nothing": lambda crowd: crowd.runs.promote(NOW),
    "sweep nothing": lambda crowd: crowd.runs.sweep(NOW),
    "renew nothing": lambda crowd: crowd.runs.renew("nobody", now=NOW, lease=LEASE),
    "tasks of all": lambda crowd: crowd.tasks.page(tenant_id=None, limit=10),
    "tasks of a kind": lambda crowd: crowd.tasks.page(tenant_id=None, kind="report", limit=10),
    "tasks of a tenant": lambda crowd: crowd.tasks.page(tenant_id=TENANT, limit=10),
    "tasks of a tenant and kind": lambda crowd: crowd.tasks.page(tenant_id=OTHER_TENANT, kind="harvest", limit=10),
    "due": lambda crowd: crowd.tasks.due(NOW, limit=10),
    "failing": lambda crowd: crowd.tasks.failing([TASK, OTHER_TASK]),
    "scheduled": lambda crowd: crowd.tasks.scheduled([TASK, OTHER_TASK]),
    "next due": lambda crowd: crowd.tasks.next_due(),
    "coming": lambda crowd: crowd.tasks.coming(tenant_id=None, limit=10),
    "coming of a tenant": lambda crowd: crowd.tasks.coming(tenant_id=OTHER_TENANT, limit=10),
    "inspect": lambda crowd: crowd.workers.inspect(None, limit=20),
    "inspect a tenant": lambda crowd: crowd.workers.inspect(OTHER_TENANT, limit=20),
    "forget nobody": lambda crowd: crowd.workers.forget_silent(NOW - LEASE),
    "unknown run": lambda crowd: crowd.runs.states([new_id()]),
}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def crowds(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Crowd, Crowd]]:
    """The same spread of runs twice: a few and many."""
    if request.param == "sqlite":
        folder: Path = tmp_path_factory.mktemp("crowds")
        urls = [f"sqlite:///{folder / name}" for name in ("few.db", "many.db")]
    else:
        server = request.getfixturevalue("postgres_server")
        urls = [server.new_database(), server.new_database()]
    few, many = Crowd(urls[0], FEW), Crowd(urls[1], MANY)
    yield few, many
    few.database.close()
    many.database.close()


@pytest.mark.parametrize("name", ACTIONS)
def test_among_many_it_costs_what_it_costs_among_few(crowds: tuple[Crowd, Crowd], name: str) -> None:
    few, many = crowds

    among_few = effort(few.database, lambda: ACTIONS[name](few))
    among_many = effort(many.database, lambda: ACTIONS[name](many))

    # Twenty times as many rows; a deeper tree and fuller pages may cost a little more.
    assert among_many <= 2 * among_few + 100


def test_counting_active_runs_looks_at_no_ended_one(crowds: tuple[Crowd, Crowd]) -> None:
    _, many = crowds

    counts = many.runs.count_by_state(TENANT)

    assert RunState.SUCCEEDED not in counts
    assert effort(many.database, lambda: many.runs.count_by_state(TENANT)) <= 40 * sum(counts.values())


def test_failures_in_a_row_are_counted_by_one_index(crowds: tuple[Crowd, Crowd]) -> None:
    _, many = crowds

    (plan,) = plans_of(
        many.database, lambda connection: connection.execute(FAILING, {"these_tasks": [TASK, OTHER_TASK]})
    )

    # The latest that succeeded, the latest that did in part, and those that failed since.
    assert plan.count("ix_runs_task_id_state_id") == 3, plan
    assert "ix_runs_task_id_id" not in plan
    assert "SCAN runs" not in plan


def test_moments_that_have_a_run_are_found_by_one_index(crowds: tuple[Crowd, Crowd]) -> None:
    _, many = crowds
    values = {"this_task": TASK, "this_start": NOW, "these_states": ["succeeded"]}

    (plan,) = plans_of(many.database, lambda connection: connection.execute(MET, values))

    assert "ix_runs_task_id_due" in plan
