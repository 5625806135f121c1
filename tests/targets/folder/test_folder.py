"""A folder has one file for each record, whole at every moment, and nothing is ever written outside of it."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import cast

import pystac
import pytest
from hypothesis import given
from hypothesis import strategies as st

from samples.servers.nginx import Nginx
from tests.harvests.farm import BRISK, open_farm
from tests.storage.record_strategies import any_texts, records
from tests.targets.items import RECORD, item
from windrow.errors import RemoteUnreachable, Unfit
from windrow.formats import json, metadata
from windrow.formats.stac import read_item
from windrow.formats.stac_writing import static_item
from windrow.formats.xml import parse
from windrow.model.records import Record
from windrow.ports.fetching import Courier
from windrow.ports.targets import TargetRequest
from windrow.targets.folder import FolderTarget, catalogues
from windrow.targets.folder.names import file_name, read_written, shelf_of

KIND = FolderTarget()
NOBODY = cast(Courier, None)
"""The courier of a kind that asks nobody."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "Öffentliche Daten"
    made.mkdir()
    return made


@pytest.fixture
def iso(folder: Path) -> TargetRequest:
    return TargetRequest(folder.as_uri())


@pytest.fixture
def stac(folder: Path) -> TargetRequest:
    return TargetRequest(folder.as_uri(), {"format": "stac"})


def files(folder: Path) -> list[str]:
    """All that lies there but the locks."""
    found = (path for path in folder.rglob("*") if not path.is_dir() and path.name != ".windrow.lock")
    return sorted(path.relative_to(folder).as_posix() for path in found)


def items_of(folder: Path) -> dict[str, pystac.Item]:
    """What a reader of STAC finds in the catalogue, all of it valid."""
    catalogue = pystac.Catalog.from_file(str(folder / "catalog.json"))
    found = {}
    for root, _, items in catalogue.walk():
        assert root.validate()
        for each in items:
            each.stac_extensions.clear()  # their schemas are on the network; the core's come with pystac
            assert each.validate()
            found[each.id] = each
    return found


def test_a_document_arrives_as_it_was(folder: Path, iso: TargetRequest) -> None:
    KIND.check(iso, NOBODY)
    written = KIND.put(iso, item("urn:a:1"), NOBODY)

    assert files(folder) == [written]
    assert written.startswith("urn-a-1-")
    assert metadata.read(parse((folder / written).read_bytes())) == replace(RECORD, identifier="urn:a:1")


def test_a_document_that_came_as_iso_goes_as_it_came(folder: Path, iso: TargetRequest) -> None:
    raw = b'<gmd:MD_Metadata xmlns:gmd="http://www.isotc211.org/2005/gmd" uuid="x"><gmd:mine/></gmd:MD_Metadata>'

    written = KIND.put(iso, item(raw=raw, media_type="application/xml"), NOBODY)

    assert metadata.identifier_of(parse((folder / written).read_bytes())) == "windrow:1"
    assert b"<gmd:mine/>" in (folder / written).read_bytes()


@pytest.mark.parametrize("kind", ["iso", "stac"])
def test_what_did_not_change_is_not_written_again(folder: Path, kind: str) -> None:
    target = TargetRequest(folder.as_uri(), {"format": kind})
    remote = KIND.put(target, item(), NOBODY)
    KIND.put(target, item("windrow:2"), NOBODY)
    before = {name: (folder / name).stat().st_ino for name in files(folder)}

    KIND.check(target, NOBODY)
    assert KIND.put(target, item(remote=remote), NOBODY) == remote
    assert KIND.put(target, item(), NOBODY) == remote
    assert {name: (folder / name).stat().st_ino for name in files(folder)} == before

    assert KIND.put(target, item(title="Seas", remote=remote), NOBODY) == remote
    assert {name for name, inode in before.items() if (folder / name).stat().st_ino != inode} == {remote}


@pytest.mark.parametrize("kind", ["iso", "stac"])
def test_it_goes_and_may_be_gone_already(folder: Path, kind: str) -> None:
    target = TargetRequest(folder.as_uri(), {"format": kind})
    other = KIND.put(target, item("windrow:2"), NOBODY)
    remote = KIND.put(target, item(), NOBODY)

    for each in (item(remote=remote), item(remote=remote), item(), item("windrow:never")):
        KIND.remove(target, each, NOBODY)

    assert [name for name in files(folder) if not name.endswith("catalog.json")] == [other]
    if kind == "stac":
        assert set(items_of(folder)) == {"windrow:2"}


def test_another_format_leaves_no_file_of_the_old_one(folder: Path, iso: TargetRequest, stac: TargetRequest) -> None:
    remote = KIND.put(iso, item(), NOBODY)
    written = KIND.put(stac, item(remote=remote), NOBODY)

    assert [name for name in files(folder) if not name.endswith("catalog.json")] == [written]
    KIND.put(iso, item(remote=written), NOBODY)
    assert items_of(folder) == {}


def test_a_catalogue_lists_every_item(folder: Path, stac: TargetRequest) -> None:
    for number in range(60):
        KIND.put(stac, item(f"windrow:{number}"), NOBODY)

    found = items_of(folder)
    assert set(found) == {f"windrow:{number}" for number in range(60)}
    # More than one in some sub-catalogue, and the root has no items of its own.
    assert len(list(folder.glob("*/catalog.json"))) < 60


def test_an_item_says_what_the_record_does(folder: Path, stac: TargetRequest) -> None:
    remote = KIND.put(stac, item(), NOBODY)

    found = read_item(json.parse_object((folder / remote).read_bytes()))
    same = ("title", "abstract", "keywords", "contacts", "bbox", "time_start", "time_end", "created", "modified")
    for name in (*same, "language"):
        assert getattr(found, name) == getattr(RECORD, name), name
    assert {each.href for each in RECORD.links} <= {each.href for each in found.links}


@given(records())
def test_whatever_a_record_says_its_item_is_valid(record: Record) -> None:
    geometry = {"type": "Point", "coordinates": [1.0, 2.0]} if record.geometry else None
    document = static_item(replace(record, geometry=geometry), "x")
    if "datetime" in document["properties"]:
        made = pystac.Item.from_dict({**document, "stac_extensions": []})

        assert made.validate()


def test_a_stac_item_goes_as_it_came(folder: Path, stac: TargetRequest) -> None:
    raw = json.serialise(
        {
            "type": "Feature",
            "stac_version": "1.0.0",
            "id": "scene",
            "collection": "scenes",
            "geometry": None,
            "properties": {"datetime": "2020-01-01T00:00:00Z", "eo:cloud_cover": 4},
            "links": [{"rel": "self", "href": "https://example.org/a/scene.json"}, {"rel": "item", "href": "./b"}],
            "assets": {"red": {"href": "./red.tif"}},
        }
    )
    item_there = item(
        raw=raw,
        media_type="application/geo+json",
        record=read_item(json.parse_object(raw), "https://example.org/a/scene.json"),
    )

    KIND.put(stac, item_there, NOBODY)

    found = items_of(folder)["windrow:1"]
    assert found.properties["eo:cloud_cover"] == 4
    assert found.properties["windrow:collection"] == "scenes"
    assert found.assets["red"].href == "https://example.org/a/red.tif"
    assert [(each.rel, each.href) for each in found.links if each.rel == "via"] == [
        ("via", "https://example.org/a/scene.json")
    ]
    assert found.collection_id is None


def test_a_record_without_any_date_is_no_item(stac: TargetRequest, folder: Path) -> None:
    with pytest.raises(Unfit, match="needs a date"):
        KIND.put(stac, item(record=Record("a", "b")), NOBODY)
    assert files(folder) == []


def test_many_writers_lose_no_link(folder: Path, stac: TargetRequest) -> None:
    # All of these are in two sub-catalogues, so that the writers meet.
    names = [name for name in (f"windrow:{number}" for number in range(5_000)) if shelf_of(name) in ("00", "01")]
    processes = [get_context("spawn").Process(target=put_all, args=(stac, names[start::6])) for start in (4, 5)]

    for each in processes:
        each.start()
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(partial(put_all, stac), (names[start::6] for start in range(4))))
    for each in processes:
        each.join()

    assert [each.exitcode for each in processes] == [0, 0]
    assert set(items_of(folder)) == set(names)


def put_all(target: TargetRequest, names: list[str]) -> None:
    for name in names:
        KIND.put(target, item(name), NOBODY)


def test_a_writer_that_died_before_the_list_is_made_up_for(
    folder: Path, stac: TargetRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(catalogues, "_list_items", die)
        with pytest.raises(KeyboardInterrupt):
            KIND.put(stac, item(), NOBODY)

    KIND.put(stac, item(), NOBODY)
    assert set(items_of(folder)) == {"windrow:1"}


def test_a_write_that_failed_leaves_the_old_file_and_nothing_else(
    folder: Path, iso: TargetRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    remote = KIND.put(iso, item(), NOBODY)
    before = (folder / remote).read_bytes()

    def is_full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("windrow.targets.folder.shelves.os.fsync", is_full)
    with pytest.raises(RemoteUnreachable, match="No space left") as caught:
        KIND.put(iso, item(title="Seas"), NOBODY)

    assert caught.value.retryable
    assert files(folder) == [remote]
    assert (folder / remote).read_bytes() == before


def test_what_a_dead_writer_left_is_tidied_away_in_time(folder: Path, iso: TargetRequest) -> None:
    old, new = folder / ".windrow-0123", folder / ".windrow-4567"
    for path in (old, new):
        path.write_bytes(b"half")
    os.utime(old, (0, 0))

    KIND.check(iso, NOBODY)

    assert files(folder) == [new.name]


def test_links_lead_nowhere(tmp_path: Path, folder: Path, iso: TargetRequest, stac: TargetRequest) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").write_text("kept")
    (folder / file_name("windrow:1", "xml")).symlink_to(outside / "kept")
    (folder / shelf_of("windrow:1")).symlink_to(outside)
    (folder / "catalog.json").symlink_to(outside / "kept")

    KIND.put(iso, item(), NOBODY)
    with pytest.raises(RemoteUnreachable):
        KIND.put(stac, item(), NOBODY)
    with pytest.raises(RemoteUnreachable):
        KIND.remove(stac, item(), NOBODY)
    (folder / shelf_of("windrow:1")).unlink()
    KIND.put(stac, item(), NOBODY)
    KIND.remove(iso, item(), NOBODY)

    assert [path.name for path in outside.iterdir()] == ["kept"]
    assert (outside / "kept").read_text() == "kept"
    assert not any(path.is_symlink() for path in folder.rglob("*"))


def test_a_lock_that_is_a_link_is_not_followed(tmp_path: Path, folder: Path, iso: TargetRequest) -> None:
    (folder / ".windrow.lock").symlink_to(tmp_path / "made")

    with pytest.raises(RemoteUnreachable):
        KIND.check(iso, NOBODY)
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize("identifier", ["../../etc/passwd", "/etc/passwd", "..", ".", "", "a\0b", "\ud800", "ä" * 500])
@pytest.mark.parametrize("kind", ["iso", "stac"])
def test_no_identifier_leads_outside(tmp_path: Path, folder: Path, kind: str, identifier: str) -> None:
    target = TargetRequest(folder.as_uri(), {"format": kind})
    try:
        written = KIND.put(target, item(identifier), NOBODY)
    except Unfit:
        assert (kind, identifier) == ("stac", "\ud800")
    else:
        assert (folder / written).is_file()
    assert [path.name for path in tmp_path.iterdir()] == [folder.name]


@pytest.mark.parametrize("remote", ["../kept", "/kept", "00/../../kept", "catalog.json/x", "kept", "..", "a/b.xml"])
def test_no_foreign_name_is_deleted(tmp_path: Path, folder: Path, iso: TargetRequest, remote: str) -> None:
    kept = [tmp_path / "kept", folder / "kept"]
    for path in kept:
        path.write_text("kept")

    KIND.remove(iso, item(remote=remote), NOBODY)

    assert all(path.exists() for path in kept)


@given(any_texts)
def test_names_of_files_are_safe_and_known_again(identifier: str) -> None:
    name = file_name(identifier, "json")

    assert len(name) < 100
    assert read_written(name) == ("", name)
    assert name == file_name(identifier, "json")


@given(st.lists(any_texts, unique=True, min_size=2))
def test_names_of_files_differ_where_identifiers_do(identifiers: list[str]) -> None:
    assert len({file_name(each, "xml") for each in identifiers}) == len(identifiers)


@pytest.mark.parametrize(
    "url", ["file:///no/such/folder", "file://elsewhere/srv", "http://example.org/", "file:relative", ""]
)
def test_a_folder_that_is_not_there_is_named(url: str) -> None:
    for act in (KIND.check, lambda target, courier: KIND.put(target, item(), courier)):
        with pytest.raises(RemoteUnreachable, match="folder"):
            act(TargetRequest(url), NOBODY)


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(RemoteUnreachable, match="Not a directory"):
        KIND.check(TargetRequest((tmp_path / "file").as_uri()), NOBODY)


@pytest.mark.parametrize(("kind", "source"), [("iso", "waf"), ("stac", "stac")])
def test_our_own_sources_harvest_what_was_written(
    tmp_path: Path, serve_folder: Callable[[Path], Nginx], kind: str, source: str
) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    target = TargetRequest(folder.as_uri(), {"format": kind})
    for number in range(5):
        KIND.put(target, item(f"windrow:{number}", title=f"Title {number}"), NOBODY)
    server = serve_folder(folder)

    with open_farm(tmp_path / "farm") as farm:
        made = farm.add(source, server.url + ("catalog.json" if kind == "stac" else ""), policies=BRISK)
        run = farm.harvest(made)

        assert (run.error, run.progress.counts) == ("", {"added": 5})
        assert farm.titles(made) == {f"windrow:{number}": f"Title {number}" for number in range(5)}
