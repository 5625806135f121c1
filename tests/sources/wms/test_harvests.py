"""Whole harvests of a map server: what is new, unchanged, changed or gone, and what a bad answer does: nothing."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from samples.servers.nginx import Nginx
from tests.harvests.farm import TENDER, Farm, open_farm, wait_for
from tests.remotes.scripts import Script, html_page, reply, status
from tests.remotes.server import Remote as RealRemote
from tests.sources.wms.server import capabilities, exception, layer, saved
from windrow.model.runs import RunState
from windrow.sources.wms import WmsKind
from windrow.sources.wms.requests import NEWEST, capabilities_url
from windrow.testing import Life, Remote, Trial, live_through
from windrow.testing.remotes import Reply

LAYERS = [layer(f"ws:layer{number}") for number in range(30)]


def test_it_lives_through_everything_that_a_remote_does_to_it() -> None:
    asked = capabilities_url("https://ows.example/wms", NEWEST)

    def answers(*layers: str) -> dict[str, Reply]:
        return {asked: capabilities(*layers)}

    changed = (layer("a"), layer("b", "New"), layer("c"))
    life = Life(
        url="https://ows.example/wms",
        count=3,
        first=answers(layer("a"), layer("b"), layer("c")),
        changed=answers(*changed),
        removed=answers(*changed[:2]),
    )

    live_through(WmsKind(), life)


def test_a_trial_makes_one_request_for_each_harvest() -> None:
    asked = capabilities_url("https://ows.example/wms", NEWEST)
    remote = Remote({asked: capabilities(layer("a"))})

    with Trial(WmsKind(), remote, "https://ows.example/wms") as trial:
        trial.harvest()
        trial.harvest()

    assert remote.urls == [asked, asked]


@pytest.fixture
def farm(tmp_path: Path) -> Iterator[Farm]:
    with open_farm(tmp_path / "farm", kinds=(WmsKind(),)) as farm:
        yield farm


def test_layers_are_followed_with_one_request_for_each_harvest(farm: Farm, remote: RealRemote) -> None:
    bodies = [
        capabilities(*LAYERS),
        capabilities(*LAYERS, sequence=2),
        capabilities(layer("ws:layer0", "A new title"), *LAYERS[1:28], layer("ws:new"), sequence=3),
    ]
    source = farm.add("wms", remote.on("/wms", *map(reply, bodies)), policies=TENDER)

    first, second, third = (farm.harvest(source) for _ in bodies)

    assert [(run.state, run.error) for run in (first, second, third)] == [(RunState.SUCCEEDED, "")] * 3
    assert first.progress.counts == {"added": 30}
    assert second.progress.counts == {"unchanged": 30}
    assert third.result["counts"] == {"unchanged": 27, "changed": 1, "added": 1, "deleted": 2}
    assert farm.titles(source)["ws:layer0"] == "A new title"
    assert len(farm.titles(source)) == 29
    assert len(remote.asked("/wms")) == 3


def test_a_server_with_validators_is_asked_whether_anything_changed(farm: Farm, remote: RealRemote) -> None:
    validated = reply(capabilities(*LAYERS), headers={"ETag": '"7"'})
    source = farm.add("wms", remote.on("/wms", validated, status(304), validated), policies=TENDER)

    first, second = farm.harvest(source), farm.harvest(source)

    assert (first.state, second.state) == (RunState.SUCCEEDED, RunState.SUCCEEDED)
    assert [each.headers.get("if-none-match") for each in remote.asked("/wms")] == [None, '"7"']
    assert len(farm.titles(source)) == 30


def test_capabilities_in_a_file_on_nginx(farm: Farm, tmp_path: Path, serve_folder: Callable[[Path], Nginx]) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "wms.xml").write_bytes(saved("geoserver_1_3_0"))
    os.utime(tmp_path / "files" / "wms.xml", (1_700_000_000, 1_700_000_000))
    server = serve_folder(tmp_path / "files")
    source = farm.add("wms", f"{server.url}wms.xml", policies=TENDER)

    first, second = farm.harvest(source), farm.harvest(source)

    assert (first.state, first.progress.counts) == (RunState.SUCCEEDED, {"added": 3})
    assert second.state is RunState.SUCCEEDED
    wait_for(lambda: [each.rpartition(" ")[2] for each in server.requests()] == ["200", "304"])
    assert len(farm.titles(source)) == 3


@pytest.mark.parametrize(
    "bad",
    [
        html_page(),
        reply(exception("out of order")),
        reply(capabilities(*LAYERS)[:-200]),
        status(500),
        reply(capabilities()),
        reply(b'<WMS_Capabilities version="1.3.0"/>'),
    ],
    ids=["html", "exception", "truncated", "500", "empty", "without-capability"],
)
def test_a_bad_answer_deletes_nothing(farm: Farm, remote: RealRemote, bad: Script) -> None:
    source = farm.add("wms", remote.on("/wms", reply(capabilities(*LAYERS)), bad), policies=TENDER)
    farm.harvest(source)

    run = farm.harvest(source)

    assert run.state is RunState.FAILED
    assert run.error
    assert set(farm.presences(source).values()) == {"present"}
    assert len(farm.titles(source)) == 30


def test_the_filter_of_titles_counts_what_it_leaves_out(farm: Farm, remote: RealRemote) -> None:
    url = remote.on("/wms", reply(capabilities(layer("a", "Roads"), layer("b", "Lakes"))))
    source = farm.add("wms", url, settings={"dataset_title_filter": "road"})

    run = farm.harvest(source)

    assert (run.state, run.progress.counts) == (RunState.SUCCEEDED, {"added": 1, "left_out": 1})
    assert farm.titles(source) == {"a": "Roads"}


def test_a_layer_that_stands_in_two_places_is_one(farm: Farm, remote: RealRemote) -> None:
    source = farm.add("wms", remote.on("/wms", reply(capabilities(layer("a"), layer("b"), layer("a")))))

    run = farm.harvest(source)

    assert (run.state, run.error) == (RunState.SUCCEEDED, "")
    assert sorted(farm.titles(source)) == ["a", "b"]


def test_a_name_that_cannot_be_kept_holds_up_no_other_layer(farm: Farm, remote: RealRemote) -> None:
    source = farm.add("wms", remote.on("/wms", reply(capabilities(layer("n" * 1500), layer("b")))))

    run = farm.harvest(source)

    assert (run.state, run.progress.counts) == (RunState.PARTIAL, {"added": 1, "quarantined": 1})
    assert list(farm.titles(source)) == ["b"]
