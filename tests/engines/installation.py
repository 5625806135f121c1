"""An installation of real processes: `windrow up` as a child, its database open here to look on."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, text

from tests.harvests.farm import PASSWORD, wait_for
from windrow.assembly import Assembly
from windrow.core.authentication import principal_of
from windrow.core.runs import TaskDraft
from windrow.core.source_drafts import SourceDraft
from windrow.model.identity import new_id
from windrow.model.resources import Presence
from windrow.model.runs import Run, RunState
from windrow.model.schedules import Schedule
from windrow.model.sources import Policies, Source
from windrow.model.tasks import Retry
from windrow.model.workers import Worker, WorkerRole
from windrow.settings import load_settings
from windrow.storage.tables import key_holds, records, resources, runs

PATIENT = Policies(requests_per_second=0, full_every=timedelta(0), guard_share=1.0, page_attempts=20)
"""No pace, whole passes, no guard, and many tries."""

ONCE = Retry()

LOG_LINES = 200


VISITORS = Path(__file__).parents[1] / "visitors"
"""A folder with a package of kinds for tests, as a stranger's package would bring them."""


@contextmanager
def visited(folder: Path | None = VISITORS) -> Iterator[None]:
    """The packages in that folder are installed, for this process and those it starts meanwhile."""
    if folder is None:
        yield
        return
    before = os.environ.get("PYTHONPATH")
    sys.path.insert(0, str(folder))
    os.environ["PYTHONPATH"] = os.pathsep.join([str(folder), *([before] if before else [])])
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before


class Installation:
    """What `windrow up` runs in a folder. Whoever starts it ends it, or uses `installed`."""

    def __init__(
        self,
        folder: Path,
        *,
        database: str = "",
        workers: int = 2,
        environment: Mapping[str, str] | None = None,
        port: int = 0,
    ) -> None:
        self.folder = folder
        self._port = port
        self.database = database
        self._environment = dict(environment or {})
        self._workers = workers
        self._process: subprocess.Popen[bytes] | None = None
        given = {"data": folder, "database_url": database or None, "admin_password": PASSWORD}
        self.assembly = Assembly(load_settings(given))
        self.assembly.windrow.accounts.first_start(password=PASSWORD)
        found = self.assembly.store.accounts.find_user("admin")
        assert found is not None
        self.principal = principal_of(found[0])

    # Processes.

    def start(self) -> None:
        environment = {
            **os.environ,
            "WINDROW_DATA": str(self.folder),
            "WINDROW_OUTGOING_ALLOW": "127.0.0.0/8",
            "WINDROW_READERS": "1",
            "WINDROW_WORKERS": str(self._workers),
            "WINDROW_LEASE_SECONDS": "3",
            "WINDROW_BEAT_SECONDS": "1",
            **self._environment,
        }
        if self.database:
            environment["WINDROW_DATABASE_URL"] = self.database
        with (self.folder / "up.log").open("ab") as log:
            command = [sys.executable, "-m", "windrow.cli", "up", "--port", str(self._port)]
            self._process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)

    def wait_until_up(self) -> None:
        """Returns when every process of this start has said that it lives."""
        wait_for(lambda: len(self.living()) >= self._workers + 2, 60)

    def living(self, role: WorkerRole | None = None) -> list[Worker]:
        """The processes in the list that really are there."""
        found = [each for each in self.assembly.store.workers.all() if role in (None, each.role)]
        return [each for each in found if is_alive(each.pid)]

    def kill(self, worker: Worker) -> None:
        kill(worker.pid)

    def kill_supervisor(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self) -> int | None:
        """Ends it as Ctrl-C would; the exit code."""
        if self._process is None:
            return None
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        code = self._process.wait(60)
        self._process = None
        return code

    def close(self) -> None:
        """Ends it. What it logged is shown beside a test that failed."""
        self.stop()
        self.assembly.close()
        sys.stdout.write("".join(self.log().splitlines(keepends=True)[-LOG_LINES:]))

    def log(self) -> str:
        return (self.folder / "up.log").read_text(errors="replace")

    # Work.

    def add(
        self,
        kind: str,
        url: str,
        *,
        policies: Policies = PATIENT,
        schedule: Schedule | None = None,
        priority: int = 0,
    ) -> Source:
        name = f"source {new_id()}"
        draft = SourceDraft(name, kind, url, policies=policies, schedule=schedule, priority=priority)
        return self.assembly.windrow.sources.create(self.principal, draft).source

    def harvest(self, source: Source) -> Run:
        return self.assembly.windrow.sources.harvest(self.principal, source.id)

    def begin(self, kind: str, *, retry: Retry = ONCE, **parameters: Any) -> Run:
        """A run of that kind, by a task of its own."""
        tasks = self.assembly.windrow.tasks
        task = tasks.create(self.principal, TaskDraft(f"task {new_id()}", kind, parameters, retry=retry))
        return tasks.start(self.principal, task.id)

    def run(self, run: Run) -> Run:
        return self.assembly.store.runs.get(run.id, tenant_id=None)

    def wait_for(self, run: Run, state: RunState | None = None, seconds: float = 40.0) -> Run:
        """Waits until the run is in that state (None: until it has ended)."""
        wait_for(lambda: (now := self.run(run).state) is state or (state is None and now.is_terminal), seconds)
        return self.run(run)

    # Truth.

    def assert_sound(self) -> None:
        """Nothing is held by nobody, nothing is twice, and the database is whole."""
        with self.assembly.store._database.read() as connection:
            leases = connection.scalar(select(func.count()).select_from(runs).where(runs.c.lease_until.is_not(None)))
            active = [
                row.state for row in connection.execute(select(runs.c.state)) if not RunState(row.state).is_terminal
            ]
            holds = connection.scalar(select(func.count()).select_from(key_holds))
            if not self.database:
                assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"
                assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
        assert (leases, active, holds) == (0, [], 0)

    def somebody_writes(self) -> bool:
        """Whether a transaction that writes stands open for longer than any should."""
        if self.database:
            standing = (
                "SELECT pid, backend_xid FROM pg_stat_activity WHERE datname = current_database() "
                "AND state = 'idle in transaction' AND backend_xid IS NOT NULL"
            )
            with self.assembly.store._database.read() as connection:
                before = set(connection.execute(text(standing)).all())
                connection.execute(text("SELECT pg_sleep(0.05)"))
                return bool(before & set(connection.execute(text(standing)).all()))
        with closing(sqlite3.connect(self.folder / "windrow.db", timeout=0.3, isolation_level=None)) as connection:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return True
            connection.execute("ROLLBACK")
            return False

    def titles(self, source: Source) -> list[tuple[str, str]]:
        """Identifier and title of each visible record, duplicates and all, in order."""
        columns = (resources.c.identifier, records.c.title)
        joined = select(*columns).join(records, records.c.id == resources.c.id)
        wanted = joined.where(
            resources.c.source_id == source.id, resources.c.presence == Presence.PRESENT, records.c.hidden.is_(False)
        )
        with self.assembly.store._database.read() as connection:
            return sorted((row.identifier, row.title) for row in connection.execute(wanted))


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


def is_alive(pid: int) -> bool:
    """Whether a process is there and is no corpse that waits for its parent."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return status.rpartition(")")[2].split()[0] not in ("Z", "X")


@contextmanager
def installed(
    folder: Path,
    *,
    database: str = "",
    workers: int = 2,
    environment: Mapping[str, str] | None = None,
    visitors: Path | None = None,
) -> Iterator[Installation]:
    """An installation that is up, with further variables (`WINDROW_…`) and visitors, such as `VISITORS`."""
    folder.mkdir(parents=True, exist_ok=True)
    with visited(visitors):
        installation = Installation(folder, database=database, workers=workers, environment=environment)
        try:
            installation.start()
            installation.wait_until_up()
            yield installation
        finally:
            installation.close()


def unguarded(policies: Policies = PATIENT, **changes: object) -> Policies:
    return replace(policies, **changes)  # type: ignore[arg-type]  # names and values of its own fields
