"""Whole harvests of a feature server: what is new, unchanged, changed or gone, and what a bad answer does: nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harvests.farm import TENDER, Farm, open_farm
from tests.remotes.scripts import Script, html_page, reply, status
from tests.remotes.server import Remote as RealRemote
from tests.sources.wfs.server import capabilities, exception, feature_type
from windrow.model.runs import RunState
from windrow.sources.wfs import WfsKind
from windrow.sources.wfs.requests import ANY, capabilities_url
from windrow.testing import Life, Remote, Trial, live_through
from windrow.testing.remotes import Reply

TYPES = [feature_type(f"ws:type{number}") for number in range(30)]


def test_it_lives_through_everything_that_a_remote_does_to_it() -> None:
    asked = capabilities_url("https://ows.example/wfs", ANY)

    def answers(*types: str) -> dict[str, Reply]:
        return {asked: capabilities(*types)}

    changed = (feature_type("a"), feature_type("b", "New"), feature_type("c"))
    life = Life(
        url="https://ows.example/wfs",
        count=3,
        first=answers(feature_type("a"), feature_type("b"), feature_type("c")),
        changed=answers(*changed),
        removed=answers(*changed[:2]),
    )

    live_through(WfsKind(), life)


def test_a_trial_makes_one_request_for_each_harvest() -> None:
    asked = capabilities_url("https://ows.example/wfs", ANY)
    remote = Remote({asked: capabilities(feature_type("a"))})

    with Trial(WfsKind(), remote, "https://ows.example/wfs") as trial:
        trial.harvest()
        trial.harvest()

    assert remote.urls == [asked, asked]


@pytest.fixture
def farm(tmp_path: Path) -> Iterator[Farm]:
    with open_farm(tmp_path / "farm", kinds=(WfsKind(),)) as farm:
        yield farm


def test_types_are_followed_with_one_request_for_each_harvest(farm: Farm, remote: RealRemote) -> None:
    bodies = [
        capabilities(*TYPES),
        capabilities(*TYPES, sequence=2),
        capabilities(feature_type("ws:type0", "A new title"), *TYPES[1:28], feature_type("ws:new"), sequence=3),
    ]
    source = farm.add("wfs", remote.on("/wfs", *map(reply, bodies)), policies=TENDER)

    first, second, third = (farm.harvest(source) for _ in bodies)

    assert [(run.state, run.error) for run in (first, second, third)] == [(RunState.SUCCEEDED, "")] * 3
    assert first.progress.counts == {"added": 30}
    assert second.progress.counts == {"unchanged": 30}
    assert third.result["counts"] == {"unchanged": 27, "changed": 1, "added": 1, "deleted": 2}
    assert farm.titles(source)["ws:type0"] == "A new title"
    assert len(remote.asked("/wfs")) == 3


def test_a_server_with_validators_is_asked_whether_anything_changed(farm: Farm, remote: RealRemote) -> None:
    validated = reply(capabilities(*TYPES), headers={"ETag": '"7"'})
    source = farm.add("wfs", remote.on("/wfs", validated, status(304), validated), policies=TENDER)

    first, second = farm.harvest(source), farm.harvest(source)

    assert (first.state, second.state) == (RunState.SUCCEEDED, RunState.SUCCEEDED)
    assert [each.headers.get("if-none-match") for each in remote.asked("/wfs")] == [None, '"7"']
    assert len(farm.titles(source)) == 30


@pytest.mark.parametrize(
    "bad",
    [
        html_page(),
        reply(exception("out of order")),
        reply(capabilities(*TYPES)[:-200]),
        status(500),
        reply(capabilities()),
        reply(b'<WFS_Capabilities version="2.0.0"/>'),
    ],
    ids=["html", "exception", "truncated", "500", "empty", "without-list"],
)
def test_a_bad_answer_deletes_nothing(farm: Farm, remote: RealRemote, bad: Script) -> None:
    source = farm.add("wfs", remote.on("/wfs", reply(capabilities(*TYPES)), bad), policies=TENDER)
    farm.harvest(source)

    run = farm.harvest(source)

    assert run.state is RunState.FAILED
    assert run.error
    assert set(farm.presences(source).values()) == {"present"}
    assert len(farm.titles(source)) == 30


def test_a_type_without_a_name_waits_in_quarantine(farm: Farm, remote: RealRemote) -> None:
    broken = "<FeatureType><Title>nameless</Title></FeatureType>"
    source = farm.add("wfs", remote.on("/wfs", reply(capabilities(feature_type("a"), broken))))

    first, second = farm.harvest(source), farm.harvest(source)

    assert (first.state, first.progress.counts) == (RunState.PARTIAL, {"added": 1, "quarantined": 1})
    assert (second.state, second.progress.counts) == (RunState.PARTIAL, {"unchanged": 1, "quarantined": 1})
    assert farm.titles(source) == {"a": "a"}
