import asyncio
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from tests.core.walking.conftest import Garden
from windrow.core.awaiting import Awaiting
from windrow.core.walking.loading import load_walkers
from windrow.errors import BadInput, NotFound
from windrow.model.accounts import Role
from windrow.model.identity import new_id
from windrow.model.runs import RunState


def test_a_walkers_report_and_anchor_are_its_runs_result(garden: Garden) -> None:
    run = garden.walk("hello", name="bob")

    assert run.state is RunState.SUCCEEDED
    assert run.result == {
        "anchor": {"greeted": "bob"},
        "response": {"success": True, "report": ["hello bob"], "final_node": None, "yielded": False},
        "version": "2",
    }
    assert [each.message for each in garden.assembly.store.runs.read_log(run.id, limit=9).items] == ["about to greet"]


def test_defaults_come_from_its_schema_and_what_that_forbids_is_refused(garden: Garden) -> None:
    assert garden.walk("hello").result["response"]["report"] == ["hello world"]
    with pytest.raises(BadInput, match=r"context\.name: must be a text"):
        garden.walkers.start(garden.ada, "hello", {"name": 1})
    with pytest.raises(NotFound):
        garden.walkers.start(garden.ada, "nobody", {})


def test_a_walker_that_fails_makes_a_failed_run_that_tells_what_it_had_reported(garden: Garden) -> None:
    run = garden.walk("boom")

    assert (run.state, run.error) == (RunState.FAILED, "ZeroDivisionError: division by zero")
    response = run.result["response"]
    assert (response["success"], response["report"]) == (False, [1])
    assert response["errors"] == ["ZeroDivisionError: division by zero"]
    assert response["stack_trace"][-1] == "ZeroDivisionError: division by zero"
    assert not any("/" in each and ".py" in each for each in response["stack_trace"]), "no paths of this machine"


def test_what_it_returns_is_reported(garden: Garden) -> None:
    assert garden.walk("lists").result["response"]["report"] == [1, {"a": 2}]
    assert "must be JSON" in garden.walk("odd").error


def test_a_status_and_an_answer_of_its_own_are_kept_for_who_waits(garden: Garden) -> None:
    response = garden.walk("teapot").result["response"]

    assert (response["status_code"], response["report_custom"]) == (418, {"tea": True})


def test_calls_belong_to_one_task_for_each_caller_and_walker(garden: Garden) -> None:
    runs = [garden.walk("hello"), garden.walk("hello", name="x"), garden.walk("lists")]

    assert runs[0].task_id == runs[1].task_id != runs[2].task_id
    assert garden.assembly.windrow.tasks.get(garden.ada, runs[0].task_id).name == "Walker hello"


def test_runs_and_what_is_queued_are_seen_by_their_owner_alone(garden: Garden) -> None:
    run = garden.walkers.start(garden.ada, "hello", {})
    colleague = garden.somebody(tenant_id=garden.ada.tenant_id)

    assert [each.run_id for each in garden.walkers.inspect(garden.ada).reserved[""]] == [run.id]
    assert garden.walkers.inspect(colleague).reserved == {"": []}
    for stranger in (colleague, garden.somebody()):
        with pytest.raises(NotFound):
            garden.walkers.result(stranger, run.id)
    assert garden.walkers.result(garden.somebody(Role.ADMIN), run.id).id == run.id
    garden.assembly.performer(new_id()).perform(run.id)


def test_without_a_worker_a_run_is_carried_out_here(garden: Garden) -> None:
    assert not garden.walkers.is_anybody_there()
    run = garden.walkers.start(garden.ada, "hello", {})

    garden.walkers.inline(run.id)

    assert garden.walkers.result(garden.ada, run.id).state is RunState.SUCCEEDED


def test_those_who_wait_are_woken_by_the_end(garden: Garden) -> None:
    run = garden.walkers.start(garden.ada, "hello", {})
    store = garden.assembly.store
    awaiting = Awaiting(store, store.changes)

    async def wait() -> list[bool]:
        waiters = [asyncio.create_task(awaiting.ended(run.id, 30)) for _ in range(50)]
        others = [asyncio.create_task(awaiting.ended(new_id(), 30)) for _ in range(2)]
        await asyncio.gather(*others)  # what is not there has ended
        assert not any(each.done() for each in waiters)
        threading.Thread(target=garden.assembly.performer(new_id()).perform, args=(run.id,)).start()
        return await asyncio.gather(*waiters)

    assert asyncio.run(wait()) == [True] * 50
    assert len(awaiting) == 0
    awaiting.close()


class Silent:
    """Changes that nothing is heard of."""

    def wait(self, timeout: float) -> bool:
        return threading.Event().wait(min(timeout, 0.02))

    def close(self) -> None: ...


def test_an_end_between_the_first_look_and_the_beginning_of_listening_is_not_missed(
    garden: Garden, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, runs = garden.walkers.start(garden.ada, "hello", {}), garden.assembly.store.runs
    states, looked = runs.states, threading.Event()

    def look(run_ids: Sequence[str]) -> Mapping[str, RunState]:
        found = states(run_ids)
        looked.set()
        return found

    def begin() -> Silent:
        looked.wait(20)
        garden.assembly.performer(new_id()).perform(run.id)
        return Silent()

    monkeypatch.setattr(runs, "states", look)
    monkeypatch.setattr("windrow.core.awaiting.LOOK_ANYWAY", 60)
    awaiting = Awaiting(garden.assembly.store, begin)

    assert asyncio.run(awaiting.ended(run.id, 20)) is True
    awaiting.close()


def test_whoever_waits_too_long_is_told_so(garden: Garden) -> None:
    run = garden.walkers.start(garden.ada, "hello", {})
    awaiting = Awaiting(garden.assembly.store, garden.assembly.store.changes)

    assert asyncio.run(awaiting.ended(run.id, 0.05)) is False
    assert len(awaiting) == 0
    awaiting.close()
    garden.assembly.performer(new_id()).perform(run.id)


def test_walkers_are_found_in_the_files_of_folders(tmp_path: Path) -> None:
    head = "from windrow.ports.walkers import Walk, walker\n"
    (tmp_path / "a.py").write_text(head + "@walker('one', queued=True)\ndef one(walk):\n    '''First.'''\n")
    (tmp_path / "b.py").write_text(head + "@walker('one')\ndef other(walk): ...\n@walker('two')\ndef two(walk): ...\n")
    (tmp_path / "c.py").write_text("raise RuntimeError('broken')")

    found = load_walkers([], [tmp_path])

    assert sorted(found) == ["one", "two"]
    assert (found["one"].queued, found["one"].description) == (True, "First.")
