"""Work in processes of its own: it does what other work does, and whatever it takes, nothing of it is left."""

import io
import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.engines.installation import is_alive, kill, visited
from tests.harvests.farm import Farm, beating, open_farm, wait_for
from tests.remotes.scripts import reply
from tests.remotes.server import Remote
from windrow.core.runs import TaskDraft
from windrow.engines.isolation import wishes
from windrow.engines.isolation.captured import LONGEST_LINE, MOST_LINES
from windrow.engines.isolation.processes import children_of, family_of
from windrow.model.identity import new_id
from windrow.model.items import Item
from windrow.model.runs import Level, LogEntry, Progress, Run, RunState
from windrow.model.tasks import Retry

TWICE = Retry(attempts=2, first=0.01)
MEMORY = "It needed more than the 128 MiB of memory that the kind hungry allows"


@dataclass
class Shop:
    """A farm with visitors, and how it is asked for work."""

    farm: Farm
    folders: Path

    def begin(self, kind: str, *, retry: Retry | None = None, **parameters: Any) -> Run:
        draft = TaskDraft(kind, kind, parameters, retry=retry or Retry())
        tasks = self.farm.assembly.windrow.tasks
        return tasks.start(self.farm.principal, tasks.create(self.farm.principal, draft).id)

    def do(self, kind: str, *, retry: Retry | None = None, **parameters: Any) -> Run:
        return self.farm.finish(self.begin(kind, retry=retry, **parameters))

    def log(self, run: Run) -> list[LogEntry]:
        return list(self.farm.assembly.store.runs.read_log(run.id, limit=1000).items)

    def told(self, run: Run, word: str) -> list[int]:
        """The numbers in the first line of the run's log that begins so, once it is there."""
        wait_for(lambda: any(each.message.startswith(word) for each in self.log(run)))
        line = next(each.message for each in self.log(run) if each.message.startswith(word))
        return [int(each) for each in line.split()[1:]]

    @contextmanager
    def doing(self, kind: str, **parameters: Any) -> Iterator[Run]:
        """A run that is under way, in a thread of its own; it has ended when the block has."""
        run = self.begin(kind, **parameters)
        thread = threading.Thread(target=self.farm.performer.perform, args=(run.id,))
        with beating(self.farm.performer):
            thread.start()
            try:
                yield run
            finally:
                self.farm.assembly.windrow.runs.cancel(self.farm.principal, run.id)
                thread.join(20)
                assert not thread.is_alive()

    def cancel(self, run: Run) -> Run:
        """Cancels it, and returns it as soon as it has ended."""
        self.farm.assembly.windrow.runs.cancel(self.farm.principal, run.id)
        wait_for(lambda: self.farm.run(run.id).state.is_terminal)
        return self.farm.run(run.id)

    def nursery(self) -> int:
        line = self.farm.assembly.isolator._nursery
        assert line is not None
        return line._process.pid


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folders = tmp_path_factory.mktemp("folders")
    with visited(), open_farm(tmp_path_factory.mktemp("farm") / "data") as farm, pytest.MonkeyPatch.context() as patch:
        patch.setattr("tempfile.tempdir", str(folders))
        patch.setenv("WINDROW_SECRET_KEY", "do not tell")
        patch.setenv("PGPASSWORD", "nor this")
        yield Shop(farm, folders)


@pytest.fixture(autouse=True)
def _nothing_is_left(shop: Shop) -> Iterator[None]:
    yield
    if shop.farm.assembly.isolator._nursery is not None:
        wait_for(lambda: children_of(shop.nursery()) == [])
    assert list(shop.folders.glob("windrow-run-*")) == []


# What it does.


def test_work_in_its_own_process_does_what_other_work_does(shop: Shop) -> None:
    run = shop.do("dutiful", given="this")

    assert (run.state, run.error) == (RunState.SUCCEEDED, "")
    assert run.progress == Progress(2, 2, {"made": 1}, "all well")
    assert run.result["given"] == {"given": "this"}
    assert run.result["note"] == {"begun": "elsewhere"}
    (output,) = shop.farm.assembly.store.runs.list_outputs(run.id)
    assert (output.name, output.media_type, output.size) == ("words.txt", "text/plain", 13)
    with shop.farm.assembly.blobs.open(output.blob) as file:
        assert file.read() == b"so many words"


def test_the_nominal_time_reaches_it(shop: Shop) -> None:
    may, tasks = datetime(2026, 5, 1, tzinfo=UTC), shop.farm.assembly.windrow.tasks
    first = shop.do("dutiful")

    run = shop.farm.finish(tasks.start(shop.farm.principal, first.task_id, due=may))

    assert (first.result["due"], run.result["due"]) == (None, may.isoformat())


def test_its_log_holds_what_it_told_and_what_it_wrote(shop: Shop) -> None:
    run = shop.do("dutiful")

    found = {(each.level, each.message, each.part, str(dict(each.data))) for each in shop.log(run)}
    assert found == {
        (Level.INFO, "begun", "one", "{'answer': 42}"),
        (Level.INFO, "printed", "", "{}"),
        (Level.WARNING, "complained", "", "{}"),
    }


def test_the_process_is_its_own(shop: Shop) -> None:
    result = shop.do("dutiful").result

    assert result["pid"] not in (os.getpid(), shop.nursery())
    assert result["session"] == result["pid"]
    assert result["folder"] == result["temporary"]
    assert Path(result["folder"]).parent == shop.folders
    assert result["threads"] == 1
    assert len(result["descriptors"]) == 5, "standard input, output and error, its line, and the folder that was listed"


def a_notebook(shop: Shop, **metadata: object) -> Item:
    written = {"cells": [], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    content = io.BytesIO(json.dumps(written).encode())
    return shop.farm.assembly.windrow.items.add(shop.farm.principal, "tides.ipynb", content)


def test_it_reads_and_changes_items_larger_than_what_may_be_said(shop: Shop) -> None:
    item = a_notebook(shop, long="y" * (9 << 20))

    run = shop.do("improving", item=item.id)

    with shop.farm.assembly.windrow.items.open(shop.farm.principal, item.id) as (kept, file):
        assert json.load(file)["metadata"] == {"long": "y" * (9 << 20), "improved": True}
    assert run.result == {"name": "tides.ipynb", "size": kept.size, "left": []}


def test_an_item_that_is_gone_or_was_changed_since_is_told_of(shop: Shop) -> None:
    item, gone = a_notebook(shop), new_id()

    changed, missing = shop.do("improving", item=item.id, again=True), shop.do("improving", item=gone)

    assert changed.error == "Somebody else changed this item meanwhile: look at it again."
    assert missing.error == f"There is no item {gone}."


@pytest.mark.parametrize("says", ["a planted file", "no file"])
def test_an_item_is_put_nowhere_but_into_its_folder(shop: Shop, says: str) -> None:
    run = shop.do("unruly", says=says, item=a_notebook(shop).id)

    assert (run.state, Path("/tmp/stolen").exists()) == (RunState.FAILED, False)


def test_no_secret_reaches_it(shop: Shop) -> None:
    environment = shop.do("dutiful").result["environment"]

    assert environment["PATH"]
    assert [name for name in environment if name.startswith(("WINDROW_", "PGPASS"))] == []


def test_it_asks_remotes_through_its_worker(shop: Shop, remote: Remote) -> None:
    remote.on("/", reply(b"well met"))

    run = shop.do("inquiring", url=remote.url("/"))

    assert run.result == {"status": 200, "body": "well met", "posted": "well met"}
    asked, posted = remote.seen
    assert (asked.query, asked.headers.get("x-asked"), posted.body) == ({"a": "1"}, "politely", b"\0body")
    assert {each.headers.get("user-agent") for each in remote.seen} == {"Windrow/test"}


def test_the_outgoing_policy_holds_for_it(shop: Shop) -> None:
    run = shop.do("inquiring", retry=TWICE, url="http://10.0.0.1/")

    assert (run.state, run.attempt) == (RunState.FAILED, 1)
    assert "10.0.0.1" in run.error


def test_parts_are_done_in_processes_of_their_own(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wishes, "PARTS_AT_ONCE", 10)

    run = shop.do("sharing", count=25)

    assert run.state is RunState.SUCCEEDED
    assert (run.result["every"], run.result["states"], run.result["failed"]) == (25, {"done": 25}, [])
    assert run.result["counts"]["done"] == 25
    assert {f"part {number}" for number in range(25)} <= {each.message for each in shop.log(run)}


def test_a_part_that_dies_fails_alone(shop: Shop) -> None:
    run = shop.do("sharing", count=5, bad=3)

    assert run.result["failed"] == [3]
    assert run.result["states"] == {"done": 4, "failed": 1}
    assert "ended with code 1" in "".join(each.message for each in shop.log(run))


# How it fails.


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ("segfault", "The process ended with signal 11 (SIGSEGV)."),
        ("exit", "The process ended with code 3 before it had told its result."),
        ("leave", "The process ended with code 4 before it had told its result."),
        ("kill", "The process ended with signal 9 (SIGKILL); the machine may have run out of memory."),
        ("sum", "that does not add up"),
        ("remote", "The remote answered 503."),
    ],
)
def test_work_that_dies_is_tried_again_and_its_end_told(shop: Shop, how: str, told: str) -> None:
    run = shop.do("mortal", retry=TWICE, how=how)

    assert (run.state, run.error, run.attempt) == (RunState.FAILED, told, 2)


def test_a_second_try_may_go_well(shop: Shop) -> None:
    run = shop.do("mortal", retry=TWICE, how="once")

    assert (run.state, run.result) == (RunState.SUCCEEDED, {"attempt": 2})


def test_wrong_input_is_not_tried_again(shop: Shop) -> None:
    run = shop.do("mortal", retry=TWICE, how="input")

    assert (run.state, run.error, run.attempt) == (RunState.FAILED, "parameters.how: must be gentle", 1)


def test_where_it_failed_is_in_the_log(shop: Shop) -> None:
    run = shop.do("mortal", how="sum")

    (trace,) = [each.message for each in shop.log(run) if each.level is Level.DEBUG]
    assert "windrow_visitors.py" in trace
    assert trace.endswith("ArithmeticError: that does not add up\n")


@pytest.mark.parametrize("how", ["bit by bit", "leap", "child"])
def test_who_eats_too_much_is_ended(shop: Shop, how: str) -> None:
    run = shop.do("hungry", how=how)

    assert run.state is RunState.FAILED
    assert run.error.startswith(MEMORY)


def test_who_takes_too_long_is_ended_as_often_as_the_retry_policy_says(shop: Shop) -> None:
    run = shop.do("tardy", retry=TWICE)

    assert (run.state, run.attempt) == (RunState.FAILED, 2)
    assert run.error.startswith("It took longer than the 0.5 s that the kind tardy allows")


@pytest.mark.parametrize(
    "says",
    ["a pickle", "no wish", "too large", "no level", "no number", "no output", "no result", "a link"],
)
def test_what_a_child_may_not_say_fails_its_attempt_and_nothing_else(shop: Shop, says: str) -> None:
    run = shop.do("unruly", says=says)

    assert (run.state, bool(run.error)) == (RunState.FAILED, True)
    assert list(shop.farm.assembly.store.runs.list_outputs(run.id)) == []
    assert shop.do("dutiful").state is RunState.SUCCEEDED


def test_who_writes_too_much_is_cut_short(shop: Shop) -> None:
    run = shop.do("talkative")

    lines = [each.message for each in shop.log(run)]
    newest = list(shop.farm.assembly.store.runs.read_log(run.id, limit=1, newest_first=True).items)
    assert lines[0] == "a" * LONGEST_LINE + "…"
    assert lines[1] == "line 0"
    assert newest[0].message == f"It wrote more than {MOST_LINES} lines; the others are left out."


# How it ends.


@pytest.mark.parametrize("where", ["Python", "C"])
def test_a_cancel_ends_what_never_looks_up_within_two_seconds(shop: Shop, where: str) -> None:
    with shop.doing("sleepless", **{"in": where}) as run:
        (pid,) = shop.told(run, "pid")
        asked = time.monotonic()

        ended = shop.cancel(run)

        took = time.monotonic() - asked
        assert (ended.state, is_alive(pid)) == (RunState.CANCELLED, False)
        assert took < 2


@pytest.mark.parametrize("then", ["hang", "end", "die"])
def test_whatever_it_started_ends_with_it(shop: Shop, then: str) -> None:
    with shop.doing("prolific", then=then) as run:
        pids = shop.told(run, "pids")
        assert len(pids) == 4

        shop.cancel(run)

        assert [pid for pid in pids if is_alive(pid)] == []


def test_a_lost_lease_ends_it(shop: Shop) -> None:
    with shop.doing("sleepless") as run:
        (pid,) = shop.told(run, "pid")
        with shop.farm.performer._lock:
            (attempt,) = shop.farm.performer._attempts.values()

        attempt.notice(None)

        wait_for(lambda: not is_alive(pid), 2)


def test_a_killed_nursery_takes_its_children_along_and_the_next_run_works(shop: Shop) -> None:
    with shop.doing("sleepless") as run:
        (pid,) = shop.told(run, "pid")
        before = shop.nursery()

        kill(before)

        wait_for(lambda: shop.farm.run(run.id).state.is_terminal)
        assert shop.farm.run(run.id).error == "The process that started it ended, and took it along."
        wait_for(lambda: not is_alive(pid), 2)
    assert shop.do("dutiful").state is RunState.SUCCEEDED
    assert shop.nursery() != before


def test_a_nursery_that_died_unused_is_replaced_unnoticed(shop: Shop) -> None:
    shop.do("dutiful")
    kill(shop.nursery())

    assert shop.do("dutiful").state is RunState.SUCCEEDED


def test_a_nursery_leaves_signals_to_its_worker(shop: Shop) -> None:
    shop.do("dutiful")
    before = shop.nursery()
    for each in (signal.SIGINT, signal.SIGTERM):
        os.kill(before, each)

    assert shop.do("dutiful").state is RunState.SUCCEEDED
    assert shop.nursery() == before


def test_fifty_runs_leave_nothing_behind(shop: Shop) -> None:
    shop.do("dutiful")
    before = _open_here(), _open_by(shop.nursery()), threading.active_count()

    for _ in range(50):
        assert shop.do("dutiful").state is RunState.SUCCEEDED

    assert (_open_here(), _open_by(shop.nursery()), threading.active_count()) == before
    assert family_of(shop.nursery()) == [shop.nursery()]


def test_many_at_once_each_have_their_own(shop: Shop) -> None:
    runs = [shop.begin("dutiful", number=number) for number in range(12)]
    threads = [threading.Thread(target=shop.farm.performer.perform, args=(each.id,)) for each in runs]
    for each in threads:
        each.start()
    for each in threads:
        each.join(30)

    ended = [shop.farm.run(each.id) for each in runs]
    assert [each.result["given"] for each in ended] == [{"number": number} for number in range(12)]
    assert len({each.result["pid"] for each in ended}) == 12


def _open_here() -> int:
    return _open_by(os.getpid())


def _open_by(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/fd"))
