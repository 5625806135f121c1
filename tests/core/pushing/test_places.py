"""A folder is pushed to only where the settings allow it, whatever dots and links there are on the way."""

from pathlib import Path

import pytest

from tests.core.pushing.conftest import Yard, counts
from windrow.core.pushing.asking import Homebody
from windrow.core.pushing.places import Places
from windrow.core.targets import TargetDraft
from windrow.errors import BadInput, RemoteForbidden
from windrow.model.runs import RunState
from windrow.settings import load_settings


@pytest.fixture
def allowed(tmp_path: Path) -> Path:
    folder = tmp_path / "allowed"
    folder.mkdir()
    return folder


def refused(places: Places, url: str) -> str:
    with pytest.raises(BadInput) as caught:
        places.check(url)
    (problem,) = caught.value.problems
    assert problem.field == "url"
    return problem.problem


def test_a_folder_below_an_allowed_one_is_taken_whether_it_is_there_or_not(allowed: Path) -> None:
    places = Places([allowed])

    assert places.check(f"file://{allowed}/iso") == f"file://{allowed}/iso"
    assert places.check(f" FILE://localhost{allowed}/a%20b/ ") == f"file://{allowed}/a%20b"
    assert places.check(f"file://{allowed}") == f"file://{allowed}"
    assert places.really(f"file://{allowed}/iso") == f"file://{allowed}/iso"


@pytest.mark.parametrize(
    "path", ["/", "/etc", "{}x", "{}/../elsewhere", "{}/%2e%2e/elsewhere", "{}/./../../etc", "{}/a/../../x"]
)
def test_anything_else_is_refused(allowed: Path, path: str) -> None:
    assert refused(Places([allowed]), f"file://{path.format(allowed)}")


@pytest.mark.parametrize(
    "url", ["file:relative", "file://server/share", "file:", "file:///a%00b", "file:///a?b", "file:///a#b"]
)
def test_what_names_no_folder_of_this_machine_is_refused(allowed: Path, url: str) -> None:
    assert refused(Places([allowed, Path("/")]), url)


def test_a_link_that_leads_out_is_refused_and_one_that_stays_inside_is_not(allowed: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (allowed / "out").symlink_to(outside)
    (allowed / "in").symlink_to(allowed / "real")
    (allowed / "loop").symlink_to(allowed / "loop")
    places = Places([allowed])

    assert "lies outside of the folders" in refused(places, f"file://{allowed}/out")
    assert "lies outside of the folders" in refused(places, f"file://{allowed}/out/deeper")
    assert refused(places, f"file://{allowed}/loop/x")
    assert places.check(f"file://{allowed}/in") == f"file://{allowed}/in"
    assert places.really(f"file://{allowed}/in/x") == f"file://{allowed}/real/x"


def test_an_allowed_folder_may_itself_be_a_link(allowed: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(allowed)

    assert Places([link]).check(f"file://{link}/iso") == f"file://{link}/iso"
    assert Places([link]).check(f"file://{allowed}/iso") == f"file://{allowed}/iso"


def test_web_addresses_are_taken_as_always(allowed: Path) -> None:
    assert Places([]).check(" https://ckan.example.org/ ") == "https://ckan.example.org/"
    assert "whole http or https URL" in refused(Places([allowed]), "ftp://example.org/")


def test_a_folder_is_looked_at_again_before_each_push(yard: Yard, tmp_path: Path) -> None:
    targets = tmp_path / "farm" / "targets"
    targets.mkdir()
    source = yard.source("a")
    target = yard.target(source, "folder", f"file://{targets}/iso")
    assert counts(yard.push(source)) == {"pushed": 1}
    assert isinstance(yard.depot.couriers[0], Homebody)

    (targets / "iso").symlink_to(tmp_path)
    yard.harvest(source, "a", "b")
    run = yard.push(source)

    assert (run.state, counts(run)) == (RunState.PARTIAL, {"unchanged": 1, "failed": 1})
    assert "lies outside of the folders" in run.result["targets"][0]["error"]
    with pytest.raises(BadInput, match="lies outside"):
        yard.farm.assembly.windrow.targets.check(yard.farm.principal, source.id, target.id)


def test_a_folder_elsewhere_is_refused_when_it_is_added(yard: Yard, tmp_path: Path) -> None:
    draft = TargetDraft("folder", "depot", f"file://{tmp_path}")

    with pytest.raises(BadInput, match="target_folders"):
        yard.farm.assembly.windrow.targets.create(yard.farm.principal, yard.source().id, draft)


def test_the_courier_of_a_folder_goes_nowhere() -> None:
    courier = Homebody()

    with pytest.raises(RemoteForbidden, match="is a folder"):
        courier.get("file:///srv")
    with pytest.raises(RemoteForbidden, match="is a folder"):
        courier.post("file:///srv", b"", media_type="")
    with pytest.raises(RemoteForbidden, match="is a folder"):
        courier.send("PUT", "file:///srv")


def test_the_setting_names_absolute_folders(tmp_path: Path) -> None:
    settings = load_settings({"data": tmp_path, "target_folders": "/srv/one, /srv/two"})

    assert settings.target_folders == ("/srv/one", "/srv/two")
    with pytest.raises(BadInput, match="no absolute folder"):
        load_settings({"data": tmp_path, "target_folders": "srv"})
