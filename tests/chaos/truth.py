"""The truth: what must hold of every run, record and part after whatever happened."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from sqlalchemy import Connection, func, select

from tests.chaos.customers import RECORDS, Customers
from tests.chaos.ground import Ground
from tests.chaos.witness import count_seen, hear_witness
from windrow.model.runs import PartState, Run, RunState
from windrow.model.tasks import Task
from windrow.ports.runs import RunFilter
from windrow.storage.tables import parts, runs


@dataclass
class Findings:
    """What is not as it should be, in sentences; how many runs there were, and how often one was begun anew."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    runs: int = 0
    reruns: int = 0


def look(ground: Ground, customers: Customers) -> Findings:
    """Compares everything that there is with what there must be."""
    findings = Findings(wrong=list(customers.wrong))
    found = {each.id: each for each in _all_runs(ground)}
    findings.runs = len(found)
    findings.lost += [
        f"run {number} was accepted and is not there" for number in customers.accepted if number not in found
    ]
    for run in found.values():
        _judge(ground, run, findings)
    _judge_sources(ground, customers, list(found.values()), findings)
    for task in customers.clockwork_tasks():
        _judge_moments([each for each in found.values() if each.task_id == task.id], task, findings)
    findings.doubled += ground.read(hear_witness)
    fanned = sum(each.kind == "crowd" and each.state.is_terminal and each.attempt > 0 for each in found.values())
    finished = ground.read(lambda connection: count_seen(connection, "queued for its finish"))
    if finished < fanned:
        findings.lost.append(f"only {finished} of {fanned} fan-outs were queued for their finish")
    findings.reruns = ground.read(_count_reruns)
    try:
        ground.installation.assert_sound()
    except AssertionError as error:
        findings.wrong.append(f"the database is not sound: {error}")
    return findings


def _all_runs(ground: Ground) -> Iterator[Run]:
    cursor = None
    while True:
        page = ground.installation.assembly.store.runs.page(RunFilter(None), limit=1000, cursor=cursor)
        yield from page.items
        cursor = page.next
        if cursor is None:
            return


def _judge(ground: Ground, run: Run, findings: Findings) -> None:
    if not run.state.is_terminal:
        findings.lost.append(f"{run.kind} {run.id} is still {run.state.value} after attempt {run.attempt}")
        return
    if run.state is RunState.SKIPPED and run.due is not None:
        return
    if run.state is not RunState.SUCCEEDED:
        findings.wrong.append(f"{run.kind} {run.id} ended as {run.state.value}: {run.error}")
        return
    if run.kind == "harvest":
        counted, expected = sum(run.result["counts"].values()), RECORDS
        total = RECORDS
    else:
        counted, expected = run.result["done"], run.parameters["parts"]
        total = expected
        states = ground.installation.assembly.store.runs.count_parts(run.id)
        if states != {PartState.DONE: expected}:
            findings.wrong.append(f"{run.kind} {run.id} succeeded with parts {dict(states)}")
    _compare(f"{run.kind} {run.id} counts", counted, expected, findings)
    if (run.progress.done, run.progress.total) != (total, total):
        findings.wrong.append(f"{run.kind} {run.id} ended at {run.progress.done} of {run.progress.total}")


def _judge_sources(ground: Ground, customers: Customers, found: list[Run], findings: Findings) -> None:
    for source, expected in customers.fields.expected:
        own = [each for each in found if each.task_id == source.task_id]
        if not own:
            findings.lost.append(f"source {source.id} was never harvested")
            continue
        there, wanted = Counter(ground.installation.titles(source)), Counter(expected)
        findings.lost += [f"record {each} of source {source.id} is missing" for each in (wanted - there).elements()]
        findings.doubled += [f"record {each} of source {source.id} is too many" for each in (there - wanted).elements()]
        added = sum(each.progress.counts.get("added", 0) for each in own)
        _compare(f"source {source.id} has added", added, RECORDS, findings)


def _judge_moments(own: list[Run], task: Task, findings: Findings) -> None:
    met = sorted(each.due for each in own if each.due is not None)
    findings.doubled += [f"{task.name} of {one} was met twice" for one, other in pairwise(met) if one == other]
    if not met:
        findings.lost.append(f"{task.name} never ran")


def _compare(what: str, there: int, wanted: int, findings: Findings) -> None:
    if there != wanted:
        (findings.lost if there < wanted else findings.doubled).append(f"{what} {there} instead of {wanted}")


def _count_reruns(connection: Connection) -> int:
    # A fan-out is taken twice when all goes well: to fan out, and to finish.
    least = {"harvest": 1, "crowd": 2}
    rows = connection.execute(select(runs.c.attempt, runs.c.kind)).all()
    of_runs: int = sum(max(0, row.attempt - least[row.kind]) for row in rows)
    again = select(func.coalesce(func.sum(parts.c.attempts - 1), 0)).where(parts.c.attempts > 1)
    return of_runs + int(connection.scalar(again) or 0)
