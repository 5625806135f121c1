"""Notebooks in real kernels: what becomes of those that end well and of those that do not."""

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.harvests.farm import open_farm, wait_for
from tests.work.notebook.shop import Shop, code, printed, text
from windrow.errors import BadInput
from windrow.model.accounts import Tenant
from windrow.model.identity import new_id
from windrow.model.runs import Level, RunState
from windrow.ports.work import Isolation
from windrow.work.notebook import NotebookWork
from windrow.work.notebook import kind as kind_module

LOOK_AROUND = """
import os, sys, json
open_here = [f"/proc/self/fd/{each}" for each in os.listdir("/proc/self/fd")]
sockets = {os.readlink(each) for each in open_here if os.path.islink(each)}
def listening(table):
    rows = [line.split() for line in open(f"/proc/self/net/{table}").readlines()[1:]]
    return [row[1] for row in rows if row[3] == "0A" and f"socket:[{row[9]}]" in sockets]
print(json.dumps({
    "ours": sorted(name for name in os.environ if name.startswith(("WINDROW", "PG", "CELERY"))),
    "listening": listening("tcp") + listening("tcp6"),
    "python": sys.executable,
    "files": os.listdir("."),
    "due": os.environ["WINDROW_DUE"],
}))
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with open_farm(tmp_path_factory.mktemp("farm") / "data") as farm, pytest.MonkeyPatch.context() as patch:
        patch.setenv("WINDROW_SECRET_KEY", "do not tell")
        patch.setenv("PGPASSWORD", "nor this")
        yield Shop(farm)


def bounded(shop: Shop, isolation: Isolation) -> None:
    kind = shop.farm.assembly.kinds.work["notebook"]
    assert isinstance(kind, NotebookWork)
    kind.isolation = isolation


def test_a_notebook_is_run_from_its_first_cell_to_its_last_and_kept(shop: Shop) -> None:
    item = shop.bring(
        text("# Tides"),
        code("gauge = 'Kiel'\nwindrow_due = None", "parameters"),
        text("## What is around"),
        code(LOOK_AROUND),
        code("print(gauge, days, windrow_due)\nprint('beware', file=sys.stderr)"),
        metadata={"kernelspec": {"name": "conda-env-tides", "language": "python"}},
    )
    run = shop.begin(item, parameters={"gauge": "Husum", "days": [1, None]}, update_item=True)

    run = shop.farm.finish(run)

    assert (run.state, run.error) == (RunState.SUCCEEDED, "")
    assert run.result == {"cells": 4, "kernel": "python3", "notebook": "tides.ipynb", "item": item.id}
    assert (run.progress.done, run.progress.total) == (4, 4)
    cells, moment = shop.executed(run), run.created_at.isoformat()
    assert cells[2]["metadata"]["tags"] == ["injected-parameters"]
    assert printed(cells[5]) == f"Husum [1, None] {moment}\nbeware\n"
    around = json.loads(printed(cells[4]))
    # What processes that the code forks print comes to the kernel by a port of its own, on loopback.
    assert [each for each in around.pop("listening") if not each.startswith("0100007F:")] == []
    assert around == {
        "ours": ["WINDROW_DUE", "WINDROW_RUN_ID"],
        "python": sys.executable,
        "files": [],
        "due": moment,
    }
    assert f"Husum [1, None] {moment}" in shop.log(run, Level.INFO)
    assert {"beware", "There is no kernel 'conda-env-tides' here; the notebook is in Python, and runs in ours."} == set(
        shop.log(run, Level.WARNING)
    )
    assert "Husum" in shop.output(run, "tides.html").decode()
    with shop.farm.assembly.windrow.items.open(shop.farm.principal, item.id) as (_, file):
        assert file.read() == shop.output(run, "tides.ipynb")


def test_what_was_run_until_a_cell_failed_is_kept_and_the_cell_is_named(shop: Shop) -> None:
    run = shop.run(
        code("total = 0", "parameters"),
        code("for number in range(100_000):\n    print('line', number)"),
        text("# The sum"),
        code("\n# all of it\nraise ValueError('no tides', total)"),
        code("print('never')"),
        parameters={"total": 3},
        save_injected_parameters=False,
    )

    assert run.state is RunState.FAILED
    assert run.error == "Cell 4 (`# all of it`): ValueError: ('no tides', 3)"
    assert (run.progress.done, run.progress.total) == (3, 5)
    cells = shop.executed(run)
    assert [each["cell_type"] for each in cells] == ["code", "code", "markdown", "code", "code"]
    assert printed(cells[1]).endswith("more characters of this cell's output are left out.]\n")
    assert cells[4]["outputs"] == []
    (trace,) = shop.log(run, Level.ERROR)[:1]
    assert ("raise ValueError('no tides', total)" in trace, "\x1b" in trace) == (True, False)
    assert len(shop.output(run, "tides.ipynb")) < 3 << 20
    assert b"no tides" in shop.output(run, "tides.html")


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("import os\nos._exit(3)", "Cell 2 (`import os`): the kernel died"),
        ("while True: pass", "Cell 2 (`while True: pass`): took longer than 1 s, which are allowed for each cell."),
        ("x = = 1", "Cell 2 (`x = = 1`): SyntaxError: "),
    ],
)
def test_a_cell_that_ends_badly_is_named(shop: Shop, source: str, told: str) -> None:
    run = shop.run(code("print('one')"), code(source), cell_seconds=1)

    assert (run.state, run.error[: len(told)]) == (RunState.FAILED, told)
    assert printed(shop.executed(run)[0]) == "one\n"
    assert shop.executed(run)[1]["outputs"][0]["output_type"] == "error"


def test_who_takes_too_long_is_ended(shop: Shop) -> None:
    bounded(shop, Isolation(memory=2 << 30, seconds=2))

    run = shop.run(code("import time\ntime.sleep(1000)"))

    bounded(shop, kind_module.USUAL)
    assert (run.state, "longer than the 2 s" in run.error) == (RunState.FAILED, True)


def test_who_takes_too_much_memory_is_ended(shop: Shop) -> None:
    bounded(shop, Isolation(memory=300 << 20, seconds=60))

    run = shop.run(code("full = bytearray(1 << 30)\nfull[::4096] = b'x' * (1 << 18)\nwhile True: pass"))

    bounded(shop, kind_module.USUAL)
    assert (run.state, "300 MiB of memory" in run.error) == (RunState.FAILED, True)


def test_a_cancelled_one_leaves_nobody_behind(shop: Shop) -> None:
    begin = "import os, subprocess, time\nchild = subprocess.Popen(['sleep', '600'], start_new_session=True)\n"
    with shop.running(code(f"{begin}print('pids', os.getpid(), child.pid, os.getppid())\ntime.sleep(600)")) as run:
        pids = shop.told(run, "pids")
        asked = shop.farm.assembly.clock()
        shop.farm.assembly.windrow.runs.cancel(shop.farm.principal, run.id)
        wait_for(lambda: shop.farm.run(run.id).state.is_terminal)

    ended = shop.farm.run(run.id)
    assert (ended.state, asked < (ended.ended_at or asked)) == (RunState.CANCELLED, True)
    assert [pid for pid in pids if os.path.exists(f"/proc/{pid}")] == []


# Without a kernel.


def test_an_empty_notebook_ends_well(shop: Shop) -> None:
    run = shop.run()

    assert (run.state, run.progress.share) == (RunState.SUCCEEDED, 1.0)


def test_what_cannot_be_run_says_why(shop: Shop) -> None:
    in_r = shop.bring(code("1"), metadata={"kernelspec": {"name": "ir", "language": "R", "display_name": "R"}})
    deleted, changed = shop.bring(code("1")), shop.bring(code("1"))
    begun = shop.begin(deleted)
    shop.farm.assembly.windrow.items.delete(shop.farm.principal, deleted.id)

    told = [
        shop.farm.finish(run).error
        for run in (
            shop.begin(in_r),
            shop.begin(changed, kernel="julia"),
            shop.begin(changed, parameters={"class": 1}),
            begun,
        )
    ]

    assert told == [
        "parameters.kernel: there is no kernel 'ir' on this worker; there are: python3",
        "parameters.kernel: there is no kernel 'julia' on this worker; there are: python3",
        "parameters.parameters: class cannot be set: Python has it as a word",
        f"There is no item {deleted.id}.",
    ]


def test_a_task_whose_parameters_have_no_names_is_refused(shop: Shop) -> None:
    item = shop.bring(code("1"))

    with pytest.raises(BadInput, match=r"parameters\.parameters"):
        shop.begin(item, parameters={"two words": 1})
    with pytest.raises(BadInput, match=r"cell_seconds"):
        shop.begin(item, cell_seconds=0)


def test_where_the_extra_is_not_installed_a_task_says_what_to_install(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kind_module, "NEEDED", ("papermill", "nothing_of_this_name"))

    with pytest.raises(BadInput, match=r"nothing_of_this_name: pip install 'windrow\[notebooks\]'"):
        shop.begin(shop.bring(code("1")))


def test_another_teams_notebook_is_not_there(shop: Shop) -> None:
    shelf, item = shop.farm.assembly.shelf, shop.bring(code("1"))
    other = Tenant(new_id(), "other", shop.farm.assembly.clock())
    shop.farm.assembly.store.accounts.add_tenant(other)
    theirs = replace(shelf.get(item.id, tenant_id=None), tenant_id=other.id)
    shelf.store.items.delete(item.id, tenant_id=None)
    shelf.store.items.add(theirs)

    run = shop.farm.finish(shop.begin(item))

    assert run.error == f"There is no item {item.id}."
