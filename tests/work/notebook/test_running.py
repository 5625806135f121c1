"""Notebooks in real kernels: what becomes of those that end well and of those that do not."""

from collections.abc import Iterator

import pytest

from tests.harvests.farm import open_farm
from tests.work.notebook.shop import Shop, code, printed, text
from windrow.model.runs import RunState


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with open_farm(tmp_path_factory.mktemp("farm") / "data") as farm, pytest.MonkeyPatch.context() as patch:
        patch.setenv("WINDROW_SECRET_KEY", "do not tell")
        patch.setenv("PGPASSWORD", "nor this")
        yield Shop(farm)


def test_a_notebook_is_run_from_its_first_cell_to_its_last(shop: Shop) -> None:
    run = shop.run(
        text("# Tides"),
        code("gauge = 'Kiel'\nwindrow_due = None", "parameters"),
        code("print(gauge, windrow_due)"),
        parameters={"gauge": "Husum", "days": [1, 2]},
    )

    assert (run.state, run.error) == (RunState.SUCCEEDED, "")
    cells = shop.executed(run)
    assert printed(cells[3]) == f"Husum {run.created_at.isoformat()}\n"
