"""The runner of Jac programs, with `stand_in.py` in place of Jac: `make jac` runs `real_jac.py` with the real one."""

import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.core.walking.conftest import Garden
from tests.harvests.farm import wait_for
from tests.work.jac import stand_in
from tests.work.jac.conftest import planted
from windrow.errors import BadInput
from windrow.model.identity import new_id
from windrow.model.runs import RunState


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("programs")
    (folder / "counter.jac").write_text("walker Sum {}\n")
    (folder / "counter.impl.jac").write_text("# a part of counter\n")
    (folder / "broken.jac").write_text("what?\n")
    return folder


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The stand-in as a program of its own, under the name of the real one."""
    jac = tmp_path_factory.mktemp("bin") / "jac"
    jac.write_text(f"#!{sys.executable}\n{Path(stand_in.__file__).read_text()}")
    jac.chmod(0o755)
    return jac


@pytest.fixture(scope="module")
def jac(tmp_path_factory: pytest.TempPathFactory, programs: Path, command: Path) -> Iterator[Garden]:
    with planted(tmp_path_factory.mktemp("data"), command, programs, jac_memory_mb=300) as garden:
        yield garden


def test_each_walker_of_a_program_is_one_here_with_its_schema_and_a_version(jac: Garden) -> None:
    found = {each.name: each for each in jac.walkers.all(jac.ada)}

    assert set(found) == set(stand_in.WALKERS), "those of a program that cannot be loaded are left out"
    assert found["Sum"].schema == stand_in.SUM
    assert (len(found["Sum"].version), found["Sum"].description) == (12, "Stands in.")
    with pytest.raises(BadInput, match=r"context\.start: must be a whole number"):
        jac.walkers.start(jac.ada, "Sum", {"start": "ten"})


def test_a_program_is_asked_what_it_has_once_for_each_version(
    jac: Garden, programs: Path, command: Path, tmp_path: Path
) -> None:
    asked = programs / "asked"
    jac.walkers.all(jac.ada)
    before = asked.read_text().count("described")

    with planted(jac.assembly.settings.data, command, programs) as again:
        assert again.walkers.all(again.ada)
    assert asked.read_text().count("described") == before

    with planted(tmp_path, command, programs) as elsewhere:
        assert elsewhere.walkers.all(elsewhere.ada)
    assert asked.read_text().count("described") == before + 1


def test_what_it_reports_and_its_state_are_the_runs_result(jac: Garden) -> None:
    run = jac.walk("Sum", start=5)

    assert (run.state, run.error) == (RunState.SUCCEEDED, "")
    response = {"success": True, "report": [{"n": 1, "running": 6}, {"n": 2, "running": 7}], "final_node": None}
    assert run.result["response"] == {**response, "yielded": False}
    assert (run.result["anchor"], run.result["state"]["total"]) == ("here", 8)
    log = [each.message for each in jac.assembly.store.runs.read_log(run.id, limit=9).items]
    assert log == ["I am a stand-in for Jac, for tests only."], "what it prints"


def test_a_walker_that_fails_tells_what_it_had_reported_and_its_own_trace(jac: Garden) -> None:
    run = jac.walk("Boom")

    assert (run.state, run.error) == (RunState.FAILED, "ZeroDivisionError: division by zero")
    response = run.result["response"]
    assert (response["success"], response["report"]) == (False, [1])
    assert response["stack_trace"] == ["line 13, in begin: x = 1/0;", run.error]


def test_one_that_ends_without_an_answer_fails(jac: Garden) -> None:
    assert jac.walk("Mute").error == "Jac's interpreter ended with exit code 0 before it answered."


def test_each_run_has_a_folder_of_its_own_and_sees_no_secret_of_ours(
    jac: Garden, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WINDROW_ADMIN_PASSWORD", "secret")
    (one, secrets, words), (other, *_) = (jac.walk("Where").result["response"]["report"] for _ in range(2))

    assert one != other
    assert not Path(one).exists()
    assert secrets == []
    assert (words[0], Path(words[1]).name, len(words)) == ("run", "start.jac", 2)


def test_one_that_takes_too_much_memory_is_ended_and_told_the_limit(jac: Garden) -> None:
    run = jac.walk("Hungry")

    assert run.state is RunState.FAILED
    assert "300 MiB" in run.error
    assert "WINDROW_JAC_MEMORY_MB" in run.error


def test_a_cancel_ends_it_with_whatever_it_started(jac: Garden) -> None:
    run = jac.walkers.start(jac.ada, "Hang", {})
    performer = jac.assembly.performer(new_id())
    carrier = threading.Thread(target=performer.perform, args=(run.id,))
    carrier.start()

    def told() -> list[int]:
        performer.look()
        lines = [each.message for each in jac.assembly.store.runs.read_log(run.id, limit=9).items]
        return [int(pid) for line in lines if line.startswith("pids") for pid in line.split()[1:]]

    wait_for(told)
    pids = told()
    jac.assembly.windrow.runs.cancel(jac.ada, run.id)
    performer.look()
    carrier.join()

    assert jac.assembly.store.runs.get(run.id, tenant_id=None).state is RunState.CANCELLED
    assert not [pid for pid in pids if os.path.exists(f"/proc/{pid}")]


def test_a_command_that_is_not_there_leaves_its_programs_out(programs: Path, tmp_path: Path) -> None:
    with planted(tmp_path, tmp_path / "no-jac", programs) as garden:
        assert garden.walkers.all(garden.ada) == []
