"""The compat dialect gives what the original gave: every recorded case, with its requests."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.work.sequence.conftest import Stage
from tests.work.sequence.served import Served
from windrow.model.runs import RunState
from windrow.work.sequence.compat.machine import CompatMachine

CASES = sorted((Path(__file__).parent / "cases").glob("*.json"))


def _read(path: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(path.read_text())
    return read


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_recorded_document_has_the_recorded_result(path: Path, served: Served, stage: Stage) -> None:
    case = served.here(_read(path))
    served.begin(case["server_routes"])

    outcome = CompatMachine(stage.conductor()).run(case["input"])

    observed = case["observed"]
    assert served.log == case["http_log"]
    if observed["outcome"] == "raised":
        assert outcome.state is RunState.FAILED
        assert outcome.result == observed["persistence_at_raise"]
        assert outcome.error is not None
        assert outcome.error["message"] == observed["message"]
    elif observed.get("serialisable") is not False:
        assert outcome.result == observed["result"]
        assert list(outcome.result) == list(observed["result"])


def test_a_value_within_itself_is_cut_where_it_begins_again(served: Served, stage: Stage) -> None:
    case = served.here(_read(Path(__file__).parent / "cases" / "d17_circular_save_req.json"))
    served.begin(case["server_routes"])

    outcome = CompatMachine(stage.conductor()).run(case["input"])

    assert outcome.result["r"] == {"worker_error": "Circular reference detected"}
    assert outcome.result["q"]["body"] == {"p": None}
    assert any("cannot be written as JSON" in message for _, message, _ in stage.lines)
