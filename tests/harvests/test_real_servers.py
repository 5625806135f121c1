"""Whole harvests of real servers, by every kind: all arrives, nothing changed is nothing written, changes are found."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from samples.generator.__main__ import write_records
from samples.generator.stac import write_catalogue
from samples.servers.nginx import Nginx
from samples.servers.pycsw import Pycsw
from samples.servers.pygeoapi import Pygeoapi
from tests.harvests.farm import BRISK, TENDER, Farm, open_farm
from tests.servers.pycsw import RECORDS
from windrow.model.runs import RunState


@pytest.fixture(params=["sqlite", "postgresql"])
def farm(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Farm]:
    """On both databases."""
    database = "" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    with open_farm(tmp_path / "farm", database=database) as farm:
        yield farm


def assert_whole_and_then_unchanged(farm: Farm, kind: str, url: str, count: int) -> None:
    source = farm.add(kind, url, policies=BRISK)
    first = farm.harvest(source)
    before = farm.resources(source)
    second = farm.harvest(source)

    assert (first.state, first.error, first.progress.counts) == (RunState.SUCCEEDED, "", {"added": count})
    assert (second.state, second.error, second.progress.counts) == (RunState.SUCCEEDED, "", {"unchanged": count})
    assert (first.progress.share, second.progress.share) == (1.0, 1.0)
    assert farm.resources(source) == before
    assert len(farm.titles(source)) == count


def test_pycsw_by_csw(farm: Farm, pycsw: Pycsw) -> None:
    assert_whole_and_then_unchanged(farm, "csw", pycsw.csw_url, 32)


def test_pycsw_by_oai_pmh(farm: Farm, pycsw: Pycsw) -> None:
    assert_whole_and_then_unchanged(farm, "oai_pmh", pycsw.oai_pmh_url, 32)


def test_pygeoapi_by_ogc_records(farm: Farm, pygeoapi: Pygeoapi) -> None:
    assert_whole_and_then_unchanged(farm, "ogc_records", pygeoapi.records_url, 250)


def test_static_stac_on_nginx(farm: Farm, tmp_path: Path, serve_folder: Callable[[Path], Nginx]) -> None:
    count = write_catalogue(tmp_path / "files", made=30)
    server = serve_folder(tmp_path / "files")
    collections = len(list((tmp_path / "files").rglob("collection.json")))

    assert_whole_and_then_unchanged(farm, "stac", f"{server.url}catalog.json", count + collections)


def test_a_web_folder_on_nginx(farm: Farm, tmp_path: Path, serve_folder: Callable[[Path], Nginx]) -> None:
    files = tmp_path / "files"
    write_records(files, 45)
    for path in files.rglob("*.xml"):
        os.utime(path, (1_700_000_000, 1_700_000_000))
    shutil.copytree(RECORDS / "apiso", files / "real")
    (files / "notes.txt").write_text("not a record")
    server = serve_folder(files)

    assert_whole_and_then_unchanged(farm, "waf", server.url, len(list(files.rglob("*.xml"))))


def test_changes_on_the_server_are_found(farm: Farm, tmp_path: Path, serve_folder: Callable[[Path], Nginx]) -> None:
    files = tmp_path / "files"
    write_records(files, 45)
    server = serve_folder(files)
    source = farm.add("waf", server.url, policies=TENDER)
    farm.harvest(source)
    first, second, third, *_ = sorted(files.rglob("*.xml"))
    first.unlink()
    second.write_bytes(third.read_bytes())
    third.write_text("<html>an error page that was saved</html>")
    shutil.copy(next((RECORDS / "apiso").glob("*.xml")), files / "new.xml")

    run = farm.harvest(source)

    assert run.state is RunState.PARTIAL
    assert run.result["counts"] == {"unchanged": 42, "changed": 1, "quarantined": 1, "added": 1, "deleted": 1}
    assert len(farm.titles(source)) == 44, "the saved error page did not replace the record"


def test_a_catalogue_that_is_changed_by_its_own_protocol(
    farm: Farm, tmp_path: Path, start_pycsw: Callable[..., Pycsw]
) -> None:
    write_records(tmp_path / "records", 12)
    catalogue = start_pycsw([tmp_path / "records"], page=5)
    source = farm.add("csw", catalogue.csw_url, policies=TENDER)
    assert farm.harvest(source).progress.counts == {"added": 12}
    gone, *_ = sorted(farm.presences(source))
    catalogue.delete(gone)
    write_records(tmp_path / "more", 1, first=100)
    catalogue.insert(next((tmp_path / "more").rglob("*.xml")).read_text())

    run = farm.harvest(source)

    counts = run.result["counts"]
    assert (run.state, counts["added"], counts["deleted"]) == (RunState.SUCCEEDED, 1, 1)
    # pycsw declares other namespaces on a record that moved to another page: that may count as a change of it.
    assert counts["unchanged"] + counts.get("changed", 0) == 11
    assert farm.presences(source)[gone] == "gone"
