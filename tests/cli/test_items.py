"""Items and tasks that use them, by the command line."""

import json
from pathlib import Path

from tests.cli.conftest import Windrow

NOTEBOOK = json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def test_bring_look_fetch_change_and_delete(windrow: Windrow, tmp_path: Path) -> None:
    file, copy = tmp_path / "tides.ipynb", tmp_path / "copy.ipynb"
    file.write_text(NOTEBOOK)

    item = windrow("items", "add", str(file), "--title", "Tides", "--json").json

    assert (item["title"], item["type"], item["size"]) == ("Tides", "notebook", len(NOTEBOOK))
    assert [each["id"] for each in windrow("items", "list", "--type", "notebook", "--json").json] == [item["id"]]
    assert windrow("items", "list", "--folders", "--json").json == []
    assert windrow("items", "rename", item["id"], "Tides of today", "--json").json["title"] == "Tides of today"
    file.write_text(NOTEBOOK + "\n")
    assert windrow("items", "replace", item["id"], str(file), "--json").json["size"] == len(NOTEBOOK) + 1
    assert windrow("items", "download", item["id"], "--output", str(copy)).code == 0
    assert copy.read_text() == NOTEBOOK + "\n"
    assert "Tides of today" in windrow("items", "get", item["id"]).out
    assert windrow("items", "delete", item["id"], "--yes", "--json").json == {"deleted": item["id"]}
    assert windrow("items", "get", item["id"]).code != 0


def test_what_is_no_item_is_refused(windrow: Windrow, tmp_path: Path) -> None:
    for name, content, told in (("x.txt", NOTEBOOK, ".ipynb"), ("x.ipynb", "{", "JSON"), ("y.ipynb", "{}", "nbformat")):
        (tmp_path / name).write_text(content)

        ended = windrow("items", "add", str(tmp_path / name))

        assert (ended.code, told in ended.err) == (2, True)


def test_a_task_is_made_by_its_kind_and_settings(windrow: Windrow) -> None:
    task = windrow("tasks", "create", "Tides", "--kind", "notebook", "--set", "item=x", "--every", "6h", "--json").json

    assert (task["kind"], task["parameters"]["item"], task["schedule"]["trigger"]["every_seconds"]) == (
        "notebook",
        "x",
        21_600,
    )
    wrong = windrow("tasks", "create", "Tides", "--kind", "notebook", "--set", 'parameters={"a b": 1}')
    assert (wrong.code, "--set item" in wrong.err, "--set parameters" in wrong.err) == (2, True, True)
    assert windrow("tasks", "create", "x", "--kind", "nothing").code == 2
