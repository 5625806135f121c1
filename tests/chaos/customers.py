"""Customers: whoever asks for harvests and other work by the API, all the while, and keeps what was accepted."""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from tests.chaos.ground import Ground
from tests.harvests.protocols import CswServer, OaiServer, items
from tests.remotes.server import Remote
from tests.sources.csw.catalogue import Catalogue, iso
from tests.sources.oai_pmh.repository import Repository
from windrow.client import Client
from windrow.client.errors import ApiError, Unreachable
from windrow.errors import NotFound
from windrow.model.sources import Source
from windrow.model.tasks import Task
from windrow.wire.runs import Run

RECORDS = 60
PARTS = 24
TRIES = 200
BUSY = frozenset({409, 429, 503})
"""What the API may answer in trouble: it is harvested already (an answer was lost), not so fast, come again."""

RETRY: dict[str, Any] = {"attempts": 50, "first": 0.5, "longest": 2}


@dataclass
class Fields:
    """Sources whose servers take a moment for each page, and what must be in the catalogue in the end."""

    expected: list[tuple[Source, list[tuple[str, str]]]]


def make_fields(ground: Ground, remote: Remote) -> Fields:
    """Two OAI-PMH sources and a CSW one."""
    oai = OaiServer(remote, Repository(items(RECORDS), page=4))
    csw = CswServer(remote, Catalogue([iso(f"r{number}", f"Title {number}") for number in range(RECORDS)], most=5))

    def dawdle(arguments: object) -> None:
        remote.closing.wait(0.1)

    oai.spoil = csw.spoil = dawdle
    by_oai = sorted((each.identifier, each.title) for each in oai.repository.items)
    by_csw = sorted((f"r{number}", f"Title {number}") for number in range(RECORDS))
    add = ground.installation.add
    return Fields([(add("oai_pmh", oai.url), by_oai), (add("oai_pmh", oai.url), by_oai), (add("csw", csw.url), by_csw)])


def make_crowds(client: Client) -> list[str]:
    """Ids of tasks that fan out."""
    return [
        client.tasks.create(
            name=f"crowd {number}", kind="crowd", parameters={"parts": PARTS, "seconds": seconds}, retry=RETRY
        ).id
        for number, seconds in enumerate((0.2, 0.5, 1.5))
    ]


def make_clockwork(client: Client) -> list[str]:
    """Ids of tasks that run by themselves."""
    anchor = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=1)
    return [
        client.tasks.create(
            name=f"every {seconds} s",
            kind="crowd",
            parameters={"parts": 2, "seconds": 0.1},
            retry=RETRY,
            schedule={"trigger": {"type": "interval", "every_seconds": seconds, "anchor": anchor}},
        ).id
        for seconds in (2, 3)
    ]


@dataclass
class Customers:
    """One thread for each source and task: what has ended is asked for anew."""

    ground: Ground
    fields: Fields
    crowds: list[str]
    clockwork: list[str]
    accepted: list[str] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    _left: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def __enter__(self) -> "Customers":
        client = self.ground.client
        orders: list[Callable[[], Run]] = [partial(client.tasks.start, each) for each in self.crowds]
        orders += [partial(client.sources.harvest, source.id, full=True) for source, _ in self.fields.expected]
        self._threads = [threading.Thread(target=self._keep_asking, args=(each,), daemon=True) for each in orders]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.leave()

    def leave(self) -> None:
        """Asks for nothing more."""
        self._left.set()
        for thread in self._threads:
            thread.join()

    def stop_clockwork(self) -> list[str]:
        """Takes the schedules away; tells where that could not be done."""
        change, left = self.ground.client.tasks.change, list(self.clockwork)
        for _ in range(TRIES):
            left = [each for each in left if self._ask(partial(change, each, schedule=None)) is None]
            if not left:
                return []
            threading.Event().wait(0.2)
        return [f"the schedule of task {each} could not be taken away" for each in left]

    def clockwork_tasks(self) -> list[Task]:
        """The tasks that run by themselves, as they stand."""
        get = self.ground.installation.assembly.store.tasks.get
        return [self.ground.ask(partial(get, each, tenant_id=None)) for each in self.clockwork]

    def _keep_asking(self, order: Callable[[], Run]) -> None:
        run_id = ""
        while not self._left.wait(0.1):
            if run_id and not self._has_ended(run_id):
                continue
            run = self._ask(order)
            if run is not None:
                self.accepted.append(run.id)
                run_id = run.id

    def _ask(self, order: Callable[[], Any]) -> Any:
        try:
            answer = order()
        except Unreachable:
            self.answers["none"] += 1
        except ApiError as error:
            self.answers[str(error.status)] += 1
            if error.status not in BUSY:
                self.wrong.append(f"the API answered {error}")
        else:
            self.answers["accepted"] += 1
            return answer
        return None

    def _has_ended(self, run_id: str) -> bool:
        get = self.ground.installation.assembly.store.runs.get
        try:
            return self.ground.ask(lambda: get(run_id, tenant_id=None)).state.is_terminal
        except NotFound:
            return True  # it was accepted and is not there: the checks at the end will tell
