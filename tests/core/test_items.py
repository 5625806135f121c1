import io
import json
from pathlib import Path

import pytest

from windrow.assembly import Assembly
from windrow.core.authentication import principal_of
from windrow.core.items import Items
from windrow.errors import BadInput, Conflict, NotAllowed, NotFound
from windrow.model.accounts import Principal, Role, Tenant, User
from windrow.model.identity import new_id
from windrow.model.items import ItemType
from windrow.ports.clocks import system_clock
from windrow.settings import Settings

NOTEBOOK = json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


@pytest.fixture(scope="module")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    folder = tmp_path_factory.mktemp("items")
    for name in ("a.ipynb", "deeper/b.ipynb", "deeper/c.pipeline.json", "notes.txt", ".hidden/d.ipynb"):
        path = folder / "offered" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(NOTEBOOK)
    (folder / "secret.ipynb").write_bytes(NOTEBOOK)
    (folder / "offered" / "link.ipynb").symlink_to(folder / "secret.ipynb")
    offered = (str(folder / "offered"),)
    return Assembly(Settings.model_construct(data=folder / "data", item_folders=offered), durable=False)


@pytest.fixture
def items(assembly: Assembly) -> Items:
    return assembly.windrow.items


@pytest.fixture
def ada(assembly: Assembly) -> Principal:
    return somebody(assembly, Role.OPERATOR)


def somebody(assembly: Assembly, role: Role) -> Principal:
    now, name = system_clock(), new_id()[-12:]
    tenant = Tenant(new_id(), f"team {name}", now)
    user = User(new_id(), f"ada-{name}", role, tenant.id, now)
    assembly.store.accounts.add_tenant(tenant)
    assembly.store.accounts.add_user(user, "")
    return principal_of(user)


def content(items: Items, principal: Principal, item_id: str) -> bytes:
    with items.open(principal, item_id) as (_, file):
        return file.read()


def test_an_uploaded_file_is_read_back(items: Items, ada: Principal) -> None:
    item = items.add(ada, "Tides of today.ipynb", io.BytesIO(NOTEBOOK))

    assert (item.title, item.type, item.size) == ("Tides of today", ItemType.NOTEBOOK, len(NOTEBOOK))
    assert content(items, ada, item.id) == NOTEBOOK
    assert items.page(ada).items == [item]


def test_another_content_takes_its_place_and_the_old_one_goes(items: Items, ada: Principal, assembly: Assembly) -> None:
    item = items.add(ada, "a.ipynb", io.BytesIO(NOTEBOOK))

    changed = items.replace(ada, item.id, io.BytesIO(NOTEBOOK + b" "))

    assert content(items, ada, item.id) == NOTEBOOK + b" "
    assert changed.sha256 != item.sha256
    with pytest.raises(NotFound):
        assembly.blobs.open(item.blob)
    items.delete(ada, item.id)
    with pytest.raises(NotFound):
        items.get(ada, item.id)
    with pytest.raises(NotFound):
        assembly.blobs.open(changed.blob)


@pytest.mark.parametrize(
    ("name", "given", "field"),
    [
        ("a.py", NOTEBOOK, "name"),
        ("a.ipynb", b"print()", "content"),
        ("a.ipynb", b"[1]", "content"),
        ("a.ipynb", b'{"cells": [], "nbformat": 3}', "content"),
        ("a.pipeline.json", b'{"step": []}', "content"),
        (" .ipynb", NOTEBOOK, "title"),
        ("a.ipynb", b"[" * 100_000, "content"),
    ],
)
def test_what_is_no_item_is_refused(items: Items, ada: Principal, name: str, given: bytes, field: str) -> None:
    with pytest.raises(BadInput) as caught:
        items.add(ada, name, io.BytesIO(given))

    assert [each.field for each in caught.value.problems] == [field]
    assert items.page(ada).items == []


def test_files_of_the_folders_are_everybodys_and_stay_as_they_are(items: Items, ada: Principal) -> None:
    found = items.in_folders(ada)

    assert [each.title for each in found] == ["a", "deeper/b", "deeper/c"]
    assert items.get(ada, found[0].id) == found[0]
    assert content(items, ada, found[0].id) == NOTEBOOK
    for attempt in (
        lambda: items.rename(ada, found[0].id, "mine"),
        lambda: items.replace(ada, found[0].id, io.BytesIO(NOTEBOOK)),
        lambda: items.delete(ada, found[0].id),
    ):
        with pytest.raises(Conflict, match="folder"):
            attempt()


def test_a_file_that_is_gone_or_leads_elsewhere_since_is_not_read(items: Items, ada: Principal) -> None:
    (item,) = (each for each in items.in_folders(ada) if each.title == "deeper/b")
    path = Path(item.path)
    path.unlink()
    path.symlink_to(path.parents[2] / "secret.ipynb")

    with pytest.raises(NotFound):
        items.shelf.folders.open(item)


def test_teams_and_viewers_are_kept_apart(items: Items, ada: Principal, assembly: Assembly) -> None:
    item = items.add(ada, "a.ipynb", io.BytesIO(NOTEBOOK))
    other, viewer = somebody(assembly, Role.OPERATOR), somebody(assembly, Role.VIEWER)

    with pytest.raises(NotFound):
        items.get(other, item.id)
    with pytest.raises(NotAllowed):
        items.add(viewer, "a.ipynb", io.BytesIO(NOTEBOOK))


def test_an_item_is_known_by_its_identifier_without_dashes_too(items: Items, ada: Principal) -> None:
    item = items.add(ada, "tides.ipynb", io.BytesIO(NOTEBOOK))

    assert items.get(ada, item.id.replace("-", "").upper()) == item
    with pytest.raises(NotFound):
        items.get(ada, item.id.replace("-", "", 1))
