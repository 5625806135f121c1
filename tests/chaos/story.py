"""A story: an installation at work, faults in an order drawn from a seed, and the truth afterwards."""

import random
import shutil
import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from samples.servers.process import ROOT
from tests.chaos import faults
from tests.chaos.customers import Customers, make_clockwork, make_crowds, make_fields
from tests.chaos.ground import Ground, prepared
from tests.chaos.outcome import Outcome
from tests.chaos.recovery import Losses
from tests.chaos.truth import look
from tests.chaos.witness import call_witness
from tests.harvests.farm import wait_for
from tests.remotes.server import Remote
from windrow.model.runs import ACTIVE
from windrow.storage.tables import runs

SETTLES = 120.0
"""Seconds within which all must have ended after the last fault."""


@dataclass(frozen=True)
class Plan:
    """How long and how hard a story is. `pause` is the least and the most time between two faults, in seconds.

    Every fault but kills comes `rounds` times.
    """

    kills: int
    rounds: int
    pause: tuple[float, float]
    lease: float
    beat: float


PROCESSES = 4
"""An API, a clock and two workers."""

Say = Callable[[str], None]


def tell(engine: str, seed: int, plan: Plan, say: Say = lambda _words: None) -> Outcome:
    """Lets it happen; what it came to. `say` hears of each fault."""
    with ExitStack() as all_of_it:
        ground = all_of_it.enter_context(prepared(engine, lease=plan.lease, beat=plan.beat))
        remote = all_of_it.enter_context(Remote())
        call_witness(ground)
        fields = make_fields(ground, remote)
        crowds, clockwork = make_crowds(ground.client), make_clockwork(ground.client)
        losses = all_of_it.enter_context(Losses(ground))
        customers = all_of_it.enter_context(Customers(ground, fields, crowds, clockwork))
        struck = _strike(ground, losses, random.Random(seed), plan, say)
        wrong = _settle(ground, customers, say)
        findings = look(ground, customers)
        findings.lost += [f"nobody went on with {each}" for each in losses.left()]
        findings.wrong += wrong + _say_goodbye(ground)
        if findings.lost or findings.doubled or findings.wrong:
            _keep_log(ground, seed)
        engine_name, _, database = engine.partition(" on ")
        return Outcome(
            engine=engine if engine_name == "Celery" else engine_name,
            database="PostgreSQL" if engine_name == "Celery" else database,
            seed=seed,
            kills=sum(each.endswith(" killed") and each.split()[0] not in ("database", "broker") for each in struck),
            runs=findings.runs,
            reruns=findings.reruns,
            struck=struck,
            recovery=losses.seconds,
            lost=findings.lost,
            doubled=findings.doubled,
            wrong=findings.wrong,
        )


def _strike(ground: Ground, losses: Losses, chance: random.Random, plan: Plan, say: Say) -> list[str]:
    kinds, weights = zip(*faults.KILLS, strict=True)
    deck = [*chance.choices(kinds, weights, k=plan.kills), *(faults.other_faults(ground) * plan.rounds)]
    chance.shuffle(deck)
    struck = []
    for number, fault in enumerate(deck, start=1):
        threading.Event().wait(chance.uniform(*plan.pause))
        struck.append(fault(ground, chance, losses))
        say(f"{number}/{len(deck)} {struck[-1]}")
    return struck


def _settle(ground: Ground, customers: Customers, say: Say) -> list[str]:
    """Waits until all is as quiet as if nothing had been; tells what did not come to that."""
    ground.jump(-ground.offset)
    customers.leave()
    seen = _count_scheduled(ground)
    return [
        *_wait_until("the schedules fire again", lambda: _count_scheduled(ground) > seen + 1, say),
        *customers.stop_clockwork(),
        *_wait_until("every run has ended", lambda: ground.read(_count_active) == 0, say),
        *_wait_until("every process is there again", lambda: len(ground.living()) >= PROCESSES, say),
    ]


def _wait_until(what: str, condition: Callable[[], bool], say: Say) -> list[str]:
    try:
        wait_for(condition, SETTLES)
    except AssertionError:
        say(f"within {SETTLES:g} s it did not come true that {what}")
        return [f"within {SETTLES:g} s it did not come true that {what}"]
    return []


def _say_goodbye(ground: Ground) -> list[str]:
    ground.installation.leave_alone()
    code = ground.installation.stop()
    return [] if code == 0 else [f"it ended with code {code}"]


def _keep_log(ground: Ground, seed: int) -> None:
    kept = ROOT / "build" / f"chaos-{ground.engine.replace(' ', '-').lower()}-{seed}.log"
    kept.parent.mkdir(exist_ok=True)
    shutil.copyfile(ground.installation.folder / "up.log", kept)


def _count_active(connection: Connection) -> int:
    states = [state.value for state in ACTIVE]
    return int(connection.scalar(select(func.count()).select_from(runs).where(runs.c.state.in_(states))) or 0)


def _count_scheduled(ground: Ground) -> int:
    query = select(func.count()).select_from(runs).where(runs.c.due.is_not(None))
    return ground.read(lambda connection: int(connection.scalar(query) or 0))
