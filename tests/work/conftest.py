"""What tests of work that is done elsewhere use: an installation, and how a run of it is begun and ended."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from tests.harvests.farm import Farm, beating, dict_of, open_farm, wait_for
from windrow.core.runs import TaskDraft
from windrow.model.identity import new_id
from windrow.model.runs import Run
from windrow.model.tasks import Retry
from windrow.ports.work import WorkKind
from windrow.work.geoprocessing import GeoprocessingWork
from windrow.work.ogc_process import OgcProcessWork

ONCE = Retry()
QUICK = {"poll_seconds": 0.05, "poll_longest_seconds": 0.1}


@dataclass
class Office:
    """Begins runs of work that is done elsewhere, and reads what they left."""

    farm: Farm

    def add(self, kind: WorkKind) -> None:
        dict_of(self.farm.assembly.kinds.work)[kind.name] = kind

    def begin(self, kind: str, *, retry: Retry = ONCE, **parameters: Any) -> Run:
        draft = TaskDraft("elsewhere", kind, {**QUICK, **parameters}, retry=retry)
        tasks = self.farm.assembly.windrow.tasks
        return tasks.start(self.farm.principal, tasks.create(self.farm.principal, draft).id)

    def do(self, kind: str, *, retry: Retry = ONCE, **parameters: Any) -> Run:
        return self.farm.finish(self.begin(kind, retry=retry, **parameters))

    def attempt(self, run: Run) -> Run:
        """One attempt at a run; the run afterwards."""
        with beating(self.farm.performer):
            self.farm.performer.perform(run.id)
        return self.farm.run(run.id)

    def cancel(self, run: Run) -> Run:
        return self.farm.assembly.windrow.runs.cancel(self.farm.principal, run.id)

    @contextmanager
    def doing(self, run: Run) -> Iterator[None]:
        """A worker is at the run meanwhile; it has ended with the block, or gives what it has back."""
        performer = self.farm.assembly.performer(new_id())
        thread = threading.Thread(target=performer.perform, args=(run.id,))
        with beating(performer):
            thread.start()
            try:
                yield
            finally:
                thread.join(20)
                if thread.is_alive():
                    performer.drain()
                    thread.join()

    def crash(self, run: Run, when: Callable[[], object]) -> None:
        """A worker takes the run and is lost as soon as `when` holds; the run is queued again."""
        performer = self.farm.assembly.performer(new_id())
        thread = threading.Thread(target=performer.perform, args=(run.id,))
        thread.start()
        wait_for(when)
        self.farm.clock.jump(hours=2)
        self.farm.assembly.store.runs.sweep(self.farm.clock())
        performer.beat()
        thread.join()

    def outputs(self, run: Run) -> dict[str, bytes]:
        found = {}
        for each in self.farm.assembly.store.runs.list_outputs(run.id):
            with self.farm.assembly.blobs.open(each.blob) as file:
                found[each.name] = file.read()
        return found

    def output(self, run: Run, name: str) -> Any:
        return json.loads(self.outputs(run)[name])

    def log(self, run: Run) -> list[tuple[str, str]]:
        page = self.farm.assembly.store.runs.read_log(run.id, limit=1000)
        return [(each.level.value, each.message) for each in page.items]

    def everything(self, run: Run) -> str:
        """All that anybody can read of a run."""
        now = self.farm.run(run.id)
        return repr((now, self.log(run), self.outputs(run)))


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with open_farm(tmp_path_factory.mktemp("farm") / "data", work=(GeoprocessingWork(), OgcProcessWork())) as farm:
        yield Office(farm)
