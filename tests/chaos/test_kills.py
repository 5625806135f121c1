"""Chaos: any process is killed at any moment, and in the end everything is there once, with no hand on it.

The kills are drawn from a seed that a failure tells; `WINDROW_CHAOS_SEED` repeats it, `WINDROW_CHAOS_KILLS` makes it
longer.
"""

import os
import random
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engines.installation import Installation, installed
from tests.harvests.farm import wait_for
from tests.harvests.protocols import CswServer, OaiServer, items
from tests.remotes.server import Remote
from tests.sources.csw.catalogue import Catalogue, iso
from tests.sources.oai_pmh.repository import Repository
from windrow.model.runs import Run, RunState
from windrow.model.sources import Source
from windrow.model.workers import WorkerRole

KILLS = int(os.environ.get("WINDROW_CHAOS_KILLS", "10"))
SEED = int(os.environ.get("WINDROW_CHAOS_SEED", "0")) or random.SystemRandom().randrange(1, 1_000_000)
RECORDS = 60

TARGETS = ["worker"] * 6 + ["clock"] * 2 + ["api", "supervisor"]
"""What is killed how often: workers have most to lose."""


@pytest.fixture(params=["sqlite", "postgresql"])
def installation(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Installation]:
    database = "" if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))
    with installed(tmp_path / "data", database=database) as running:
        yield running


class Fields:
    """Sources whose servers take a moment for each page, and the runs over them; one that ended begins anew."""

    def __init__(self, installation: Installation, remote: Remote) -> None:
        self._installation = installation
        oai = OaiServer(remote, Repository(items(RECORDS), page=4))
        csw = CswServer(remote, Catalogue([iso(f"r{number}", f"Title {number}") for number in range(RECORDS)], most=5))

        def dawdle(arguments: object) -> None:
            remote.closing.wait(0.1)

        oai.spoil = csw.spoil = dawdle
        by_oai = sorted((each.identifier, each.title) for each in oai.repository.items)
        by_csw = sorted((f"r{number}", f"Title {number}") for number in range(RECORDS))
        self.expected: list[tuple[Source, list[tuple[str, str]]]] = [
            (installation.add("oai_pmh", oai.url), by_oai),
            (installation.add("oai_pmh", oai.url), by_oai),
            (installation.add("csw", csw.url), by_csw),
        ]
        self.runs: dict[int, Run] = {}
        self.all_runs: list[Run] = []

    def keep_busy(self) -> None:
        """Every source has a run that has not ended."""
        for source, _ in self.expected:
            run = self.runs.get(source.id)
            if run is None or self._installation.run(run).state.is_terminal:
                self.runs[source.id] = self._installation.harvest(source)
                self.all_runs.append(self.runs[source.id])


def strike(installation: Installation, chance: random.Random) -> str:
    """Kills one process; what nobody starts again but its owner is started again here."""
    target = chance.choice(TARGETS)
    if target == "supervisor":
        installation.kill_supervisor()
        installation.start()
        return target
    living = installation.living(WorkerRole(target))
    if living:
        installation.kill(chance.choice(sorted(living, key=lambda each: each.pid)))
    return target if living else f"{target} (none was up)"


@pytest.mark.timeout(120 + 20 * KILLS)
def test_whatever_is_killed_everything_is_there_once(installation: Installation, remote: Remote) -> None:
    chance = random.Random(SEED)
    fields = Fields(installation, remote)
    struck: list[str] = []

    while len(struck) < KILLS:
        fields.keep_busy()
        threading.Event().wait(chance.uniform(0.0, 1.2))
        struck.append(strike(installation, chance))

    story = f"seed {SEED}: {', '.join(struck)}"
    wait_for(lambda: all(installation.run(run).state.is_terminal for run in fields.all_runs), 60)
    ended = [installation.run(run) for run in fields.all_runs]
    assert [(each.state, each.error) for each in ended] == [(RunState.SUCCEEDED, "")] * len(ended), story
    for run in ended:
        assert (run.progress.done, run.progress.total) == (RECORDS, RECORDS), story
        assert sum(run.result["counts"].values()) == RECORDS, story
    for source, expected in fields.expected:
        assert installation.titles(source) == expected, story
        firsts = [each for each in ended if each.task_id == source.task_id]
        added = sum(each.result["counts"].get("added", 0) for each in firsts)
        assert added == RECORDS, f"each was added once; {story}"
    installation.assert_sound()
    # All processes are there again, and end when told to.
    installation.wait_until_up()
    assert installation.stop() == 0, story
