"""Notebooks made ready: whatever programs left out is filled in, and values stand where they are expected."""

import ast
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.work.notebook.shop import code, notebook, text
from windrow.errors import BadInput
from windrow.work.notebook.bounding import MOST_PRINTED, MOST_SHOWN, Room
from windrow.work.notebook.executing import title_of
from windrow.work.notebook.kernels import Kernel
from windrow.work.notebook.preparing import inject, names_of, read_notebook

PYTHON = Kernel("python3", "python")

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


@given(values)
def test_any_value_arrives_in_python_as_it_was_given(value: Any) -> None:
    cell = inject(read_notebook(notebook()), {"value": value}, PYTHON)

    assert cell is not None
    (assigned,) = ast.parse(cell.source).body
    assert isinstance(assigned, ast.Assign)
    assert ast.literal_eval(assigned.value) == value


def test_values_stand_after_the_parameters_or_at_the_top_and_once_only() -> None:
    declared, bare = read_notebook(notebook(text("a"), code("x = 1", "parameters"))), read_notebook(notebook(text("a")))

    for _ in range(2):
        inject(declared, {"x": 2}, PYTHON)
        inject(bare, {"x": 2}, PYTHON)

    tags = [[cell.metadata.get("tags", []) for cell in each.cells] for each in (declared, bare)]
    assert tags == [[[], ["parameters"], ["injected-parameters"]], [["injected-parameters"], []]]


def test_without_values_nothing_is_injected_and_what_was_is_taken_away() -> None:
    before = read_notebook(notebook(code("x = 1", "injected-parameters"), code("x")))

    assert inject(before, {}, PYTHON) is None
    assert [cell.source for cell in before.cells] == ["x"]


@pytest.mark.parametrize(
    ("source", "declared"),
    [
        ("windrow_due = None", True),
        ("  windrow_due: str = ''", True),
        ("windrow_due <- NULL", True),
        ("let windrow_due = null", True),
        ("# windrow_due = None", False),
        ("my_windrow_due = 1", False),
        ("print(windrow_due)", False),
    ],
)
def test_a_notebook_gets_what_it_declares(source: str, declared: bool) -> None:
    names = names_of(read_notebook(notebook(code("y = 1"), code(source, "parameters"))))

    assert names.declare("windrow_due") is declared


@pytest.mark.parametrize(
    "change",
    [
        {"metadata": {"kernelspec": {"name": "python3"}, "language_info": {}}},
        {"metadata": {"kernelspec": {"language": "python"}}},
        {"metadata": {"kernelspec": "python3", "language_info": None}},
        {"cells": [{"cell_type": "code", "source": "x = 1\ny", "id": "a"}], "nbformat_minor": 4},
        {"nbformat_minor": 2, "cells": [{"cell_type": "code", "source": ["x = 1\n", "y"], "execution_count": 7}]},
        {"cells": [{"cell_type": "code", "source": "x = 1\ny", "outputs": [{"odd": 1}]}]},
    ],
)
def test_what_is_not_needed_may_be_missing_or_odd(change: dict[str, Any]) -> None:
    written = {**json.loads(notebook(code("x = 1\ny"))), **change}

    (cell,) = read_notebook(json.dumps(written).encode()).cells

    assert (cell.source, cell.outputs, cell.execution_count) == ("x = 1\ny", [], None)


@pytest.mark.parametrize("cells", [[1], [{}], [{"cell_type": "code"}], [{"cell_type": "odd", "source": ""}], {}])
def test_what_is_no_notebook_is_refused(cells: Any) -> None:
    written = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}

    with pytest.raises(BadInput, match=r"is no valid notebook"):
        read_notebook(json.dumps(written).encode())


def test_a_value_that_a_language_cannot_say_is_refused() -> None:
    with pytest.raises(BadInput, match="cannot be written in cobol"):
        inject(read_notebook(notebook()), {"x": 1}, Kernel("gnucobol", "cobol"))


def test_a_cell_is_called_by_the_heading_above_it_or_its_first_line() -> None:
    cells = (text("# Tides\n\n## of today ##"), code("\n  x = 1"), code("y" * 200))
    ready = read_notebook(notebook(*cells))

    assert title_of(ready, 1) == "of today"
    assert title_of(ready, 2) == "y" * 100 + "…"


def test_what_one_cell_prints_is_cut_and_the_next_one_prints_again(capsys: pytest.CaptureFixture[str]) -> None:
    room = Room()
    told = {"msg_type": "stream", "content": {"name": "stdout", "text": "x" * (MOST_PRINTED + 5)}}

    room.begin_cell()
    assert room.fit(told)
    assert (len(told["content"]["text"]), room.dropped) == (MOST_PRINTED, 5)  # type: ignore[index]  # a text, as above
    room.begin_cell()

    assert (room.printed, room.dropped) == (MOST_PRINTED, 0)
    assert len(capsys.readouterr().out) == MOST_PRINTED + 5, "the log has bounds of its own"


def test_a_picture_too_many_is_left_out() -> None:
    room, size = Room(), MOST_SHOWN // 2 + 1
    picture = {"msg_type": "display_data", "content": {"data": {"image/png": "x" * size}}}

    assert (room.fit(picture), room.fit(picture), room.dropped) == (True, False, size)
