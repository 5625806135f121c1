"""Items in the console: brought by a form, shown, changed, made tasks of, and nobody else's."""

import json
from pathlib import Path

import pytest
from urllib3 import encode_multipart_formdata

from tests.console.visiting import Seen, Visitor, visitor
from tests.web.serving import House
from windrow.model.accounts import Role

NOTEBOOK = json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


@pytest.fixture(scope="module")
def ada(house: House) -> Visitor:
    return visitor(house, "ada", role=Role.OPERATOR, team="alpha")


def bring(visitor: Visitor, path: str, name: str, content: bytes, **fields: str) -> Seen:
    body, media_type = encode_multipart_formdata({**fields, "file": (name, content)})
    return visitor.post_body(path, body, media_type)


def test_a_file_is_brought_renamed_replaced_made_a_task_of_and_deleted(ada: Visitor, house: House) -> None:
    large = NOTEBOOK.replace(b'"metadata": {}', b'"metadata": {"x": "%s"}' % (b"y" * (2 << 20)))

    assert bring(ada, "/items", "tides.ipynb", NOTEBOOK, title="Tides <today>").location == "/items"

    (item,) = house.assembly.windrow.items.page(house.principal("ada")).items
    listed = ada.get("/items")
    assert ("Tides <today>" in listed.text, "<today>" in listed.html) == (True, False)
    form = ada.get(f"/tasks/new?kind=notebook&item={item.id}&name=Tides")
    assert f'value="{item.id}"' in form.html
    assert ada.post(f"/items/{item.id}", {"title": "Tides"}).location == "/items"
    assert bring(ada, f"/items/{item.id}/content", "x.ipynb", large).location == "/items"
    changed = house.assembly.windrow.items.get(house.principal("ada"), item.id)
    assert (changed.title, changed.size) == ("Tides", len(large))
    assert ada.post(f"/items/{item.id}/delete").location == "/items"
    assert "No items yet" in ada.get("/items").text


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("tides.txt", NOTEBOOK, "must end in .ipynb"),
        ("tides.ipynb", b"no notebook", "must be JSON"),
        ("", b"", "must be chosen"),
        ("tides.ipynb", b"x" * (65 << 20), "at most"),
    ],
)
def test_what_is_wrong_is_told_beside_the_form(ada: Visitor, name: str, content: bytes, told: str) -> None:
    seen = bring(ada, "/items", name, content)

    assert (seen.status in (413, 422), told in seen.text) == (True, True)


def test_nobody_reaches_what_is_another_teams(house: House, ada: Visitor) -> None:
    stranger = visitor(house, "sue", role=Role.OPERATOR, team="beta")
    viewer = visitor(house, "vic", role=Role.VIEWER, team="alpha")
    bring(ada, "/items", "tides.ipynb", NOTEBOOK)
    (item,) = house.assembly.windrow.items.page(house.principal("ada")).items

    assert "tides" not in stranger.get("/items").text
    assert stranger.post(f"/items/{item.id}", {"title": "mine"}).status == 404
    assert bring(stranger, f"/items/{item.id}/content", "x.ipynb", NOTEBOOK).status == 404
    assert stranger.post(f"/items/{item.id}/delete").status == 404
    assert bring(viewer, "/items", "x.ipynb", NOTEBOOK).status == 403
    assert ("tides" in viewer.get("/items").text, viewer.get("/items").forms) == (True, [])


def test_files_of_folders_stand_beside(house: House, ada: Visitor, tmp_path: Path) -> None:
    (tmp_path / "offered.ipynb").write_bytes(NOTEBOOK)
    folders = house.assembly.shelf.folders
    object.__setattr__(folders, "folders", (tmp_path,))

    seen = ada.get("/items")

    object.__setattr__(folders, "folders", ())
    assert "In this machine's folders offered notebook" in seen.text
    assert str(tmp_path) not in seen.html
