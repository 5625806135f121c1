"""Jac programs run by the real Jac, and walkers of a real Jac server: not in the default run; `make jac` runs this."""

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from samples.servers.jac import JacServer, jac_interpreter, root_in_jac
from tests.core.walking.conftest import Garden
from tests.work.http_walkers.conftest import listed
from tests.work.jac.conftest import planted
from windrow.model.runs import RunState

pytestmark = pytest.mark.timeout(300)  # before it does anything, Jac compiles itself

COUNTER = '''
"""Counts."""
import os;

node Number { has n: int; }

"""Adds numbers up."""
walker Sum {
    has start: int = 10;
    has names: list[str] = [];
    has ratio: float | None = None;
    has total: int = 0;
    has anchor: str = "";

    can begin with ROOT entry {
        for n in [1, 2, 3] { here ++> Number(n=n); }
        self.total = self.start;
        self.anchor = os.getcwd();
        visit [-->];
    }

    can add with Number entry {
        self.total += here.n;
        report {"n": here.n, "running": self.total};
    }
}

walker Boom {
    has needed: int;

    can begin with ROOT entry {
        report 1;
        x = self.needed / 0;
    }
}

walker Odd {
    can begin with ROOT entry { report {1, 2}; }
}

walker Hungry {
    can begin with ROOT entry {
        held = [];
        for n in range(1000) { held.append(bytearray(8 * 1024 * 1024)); }
    }
}

walker Endless {
    can begin with ROOT entry { while True { x = 1; } }
}
'''

RUNNING = [{"n": 1, "running": 6}, {"n": 2, "running": 8}, {"n": 3, "running": 11}]


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("programs")
    (folder / "counter.jac").write_text(COUNTER.replace("ROOT", root_in_jac()))
    (folder / "broken.jac").write_text("walker {{{ no")
    return folder


@pytest.fixture(scope="module", params=["interpreter", "jac"])
def jac(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, programs: Path) -> Iterator[Garden]:
    """By the interpreter, and by the command `jac`, as the binary is called that has it inside."""
    command = jac_interpreter() if request.param == "interpreter" else jac_interpreter().with_name("jac")
    bounds = {"jac_memory_mb": 700, "jac_seconds": 20.0}
    with planted(tmp_path_factory.mktemp("data"), command, programs, **bounds) as garden:
        yield garden


def test_a_programs_walkers_are_walkers_here_with_a_schema_made_from_their_fields(jac: Garden) -> None:
    found = {each.name: each for each in jac.walkers.all(jac.ada)}

    assert sorted(found) == ["Boom", "Endless", "Hungry", "Odd", "Sum"]
    assert found["Sum"].description == "Adds numbers up."
    assert found["Sum"].schema == {
        "type": "object",
        "properties": {
            "start": {"type": "integer", "default": 10},
            "names": {"type": "array", "items": {"type": "string"}, "default": []},
            "ratio": {"type": ["number", "null"], "default": None},
            "total": {"type": "integer", "default": 0},
            "anchor": {"type": "string", "default": ""},
        },
        "additionalProperties": False,
    }
    assert found["Boom"].schema["required"] == ["needed"]


def test_each_run_has_a_graph_and_a_folder_of_its_own(jac: Garden) -> None:
    runs = [jac.walk("Sum", start=5) for _ in range(3)]

    assert [each.error for each in runs] == ["", "", ""]
    assert [each.result["response"]["report"] for each in runs] == [RUNNING] * 3
    assert [each.result["state"]["total"] for each in runs] == [11] * 3
    assert len({each.result["anchor"] for each in runs}) == 3, "the folder that it was in"
    assert not [each for each in runs if Path(each.result["anchor"]).exists()]


def test_what_a_walker_raises_is_its_outcome_in_its_own_words(jac: Garden) -> None:
    run = jac.walk("Boom", needed=1)

    assert (run.state, run.error) == (RunState.FAILED, "ZeroDivisionError: division by zero")
    assert run.result["response"]["report"] == [1]
    assert "x = self.needed / 0;" in run.result["response"]["stack_trace"][0]


def test_what_is_no_json_is_told_as_it_may_be(jac: Garden) -> None:
    assert jac.walk("Odd").result["response"]["report"] == [[1, 2]]


def test_memory_and_time_are_bounded(jac: Garden) -> None:
    hungry, endless = jac.walk("Hungry"), jac.walk("Endless")

    assert hungry.state is endless.state is RunState.FAILED
    assert "700 MiB" in hungry.error or "MemoryError" in hungry.error
    assert "20 s" in endless.error


# A live server.


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, programs: Path) -> Iterator[JacServer]:
    with JacServer(tmp_path_factory.mktemp("server"), programs / "counter.jac") as server:
        yield server


def asked(server: JacServer, path: str, body: dict[str, Any]) -> Any:
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{server.url}{path}", json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def test_a_live_servers_walker_is_one_here_by_token_or_by_password(server: JacServer, tmp_path: Path) -> None:
    somebody = {"username": "ada", "password": "correct horse"}
    made = asked(server, "/user/register", somebody)
    token = (made.get("data") or made)["token"]
    file = f"""
        [total]
        url = "{server.url}"
        walker = "Sum"
        token = "{token}"
        seconds = 90
        [by_password]
        url = "{server.url}"
        walker = "Boom"
        username = "ada"
        password = "correct horse"
        [stranger]
        url = "{server.url}"
        walker = "Sum"
        username = "ada"
        password = "wrong horse"
    """

    with listed(tmp_path, file) as garden:
        total, failed = garden.walk("total", start=5), garden.walk("by_password", needed=1)
        refused = garden.walk("stranger")

    assert total.error == ""
    assert (total.result["response"]["report"], total.result["state"]["total"]) == (RUNNING, 11)
    assert (failed.state, failed.error) == (RunState.FAILED, "division by zero")
    assert "did not let ada in" in refused.error
    assert token not in json.dumps([dict(each.result) for each in (total, failed, refused)])
