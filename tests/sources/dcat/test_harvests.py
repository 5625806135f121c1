"""Whole harvests of a catalogue on loopback: nothing is rewritten, lost or believed that should not be."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.harvests.farm import TENDER, Farm, open_farm
from tests.remotes.scripts import Script, entity_bomb, html_page, reply, status
from tests.remotes.server import Remote, Seen
from tests.sources.dcat.catalogue import MEDIA_TYPES, ROOT, Catalogue, Dataset, datasets
from windrow.model.runs import RunState
from windrow.model.sources import Policies, Source
from windrow.ports.fetching import Answer
from windrow.sources.dcat import DcatKind
from windrow.testing import Asked, Life, live_through
from windrow.testing.remotes import Reply

ONCE = Policies(requests_per_second=0, full_every=TENDER.full_every, guard_share=1.0, page_attempts=1)
HUB = (Path(__file__).parent / "answers" / "esri-hub.json").read_bytes()


@dataclass
class Server:
    """The catalogue on a scripted remote; `spoilt` are answers to pages instead of its own."""

    remote: Remote
    catalogue: Catalogue
    spoilt: dict[str, Script] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.url = self.remote.answer("/catalog", self._choose)
        self.catalogue.root = self.url

    def _choose(self, seen: Seen) -> Script:
        page = seen.query.get("page", "1")
        if page in self.spoilt and not (page == "1" and "range" in seen.headers):
            return self.spoilt[page]
        code, media_type, body = self.catalogue.answer(f"{self.url}?page={page}")
        return reply(body, status=code, media_type=media_type)

    def name(self, number: int) -> str:
        return f"{self.url}/d{number:03}"


@pytest.fixture
def farm(tmp_path: Path) -> Iterator[Farm]:
    with open_farm(tmp_path / "farm", kinds=(DcatKind(),)) as farm:
        maker: Any = farm.assembly.fetcher_maker
        maker.changes = {"read_timeout": 20.0, "attempts": 1}  # nothing hangs here, but a page may be slow to write
        yield farm


@pytest.fixture
def server(remote: Remote) -> Server:
    return Server(remote, Catalogue(datasets(12)))


@pytest.fixture
def source(farm: Farm, server: Server) -> Source:
    return farm.add("dcat", server.url, policies=ONCE)


@pytest.mark.parametrize("notation", sorted(MEDIA_TYPES))
def test_a_second_harvest_in_another_order_rewrites_nothing(
    farm: Farm, server: Server, source: Source, notation: str
) -> None:
    server.catalogue.notation = notation
    first = farm.harvest(source)
    asked = len(server.remote.seen)
    second = farm.harvest(source)

    assert (first.state, first.progress.counts) == (RunState.SUCCEEDED, {"added": 12})
    assert (second.state, second.progress.counts) == (RunState.SUCCEEDED, {"unchanged": 12})
    assert asked == 3  # the pages
    assert farm.titles(source)[server.name(3)] == "Title of d003"


def test_another_notation_rewrites_nothing(farm: Farm, server: Server, source: Source) -> None:
    farm.harvest(source)
    server.catalogue.notation = "json-ld"

    assert farm.harvest(source).progress.counts == {"unchanged": 12}


def test_changed_added_and_removed_datasets_are_told_apart(farm: Farm, server: Server, source: Source) -> None:
    farm.harvest(source)
    server.catalogue.datasets = [Dataset("d000", title="New title"), *datasets(12)[1:11], Dataset("q")]

    run = farm.harvest(source)

    assert run.progress.counts == {"unchanged": 10, "changed": 1, "added": 1, "deleted": 1}
    assert farm.presences(source)[server.name(11)] == "gone"
    assert farm.titles(source)[server.name(0)] == "New title"


@pytest.mark.parametrize(
    ("script", "told"),
    [
        (status(500), "answered 500"),
        (html_page(), "HTML page instead of an RDF document"),
        (reply(b"@prefix dcat: <http://www.w3.org/ns/dcat#> . <x> a dcat:Data", media_type="text/turtle"), "Malformed"),
        (reply(b'{"@graph": []}', media_type="application/ld+json"), "No catalogue"),
        (entity_bomb(), "entit"),
    ],
    ids=["status", "html", "truncated", "nothing", "entities"],
)
def test_one_bad_page_deletes_nothing(farm: Farm, server: Server, source: Source, script: Script, told: str) -> None:
    farm.harvest(source)
    server.spoilt["2"] = script

    run = farm.harvest(source)

    assert (run.state, run.progress.counts) == (RunState.PARTIAL, {"unchanged": 5})
    assert told in run.error
    assert set(farm.presences(source).values()) == {"present"}


def test_a_catalogue_that_gives_less_than_it_says_deletes_nothing(farm: Farm, server: Server, source: Source) -> None:
    farm.harvest(source)
    server.catalogue.datasets, server.catalogue.total = datasets(8), 12

    run = farm.harvest(source)

    assert run.state is RunState.PARTIAL
    assert "announced 12 records and gave 8" in run.error
    assert set(farm.presences(source).values()) == {"present"}


def test_a_data_json_is_harvested_and_one_bad_dataset_is_quarantined(farm: Farm, remote: Remote) -> None:
    document = orjson.loads(HUB)
    scripts = [reply(HUB, media_type="application/json")] * 2
    document["dataset"][0]["title"] = "Trees"
    scripts.append(reply(orjson.dumps(document), media_type="application/json"))
    source = farm.add("dcat", remote.on("/data.json", *scripts), policies=ONCE)

    runs = [farm.harvest(source) for _ in range(3)]

    assert [each.progress.counts for each in runs] == [
        {"added": 2, "quarantined": 1},
        {"unchanged": 2, "quarantined": 1},
        {"changed": 1, "unchanged": 1, "quarantined": 1},
    ]


@pytest.mark.parametrize("parts", [True, False])
def test_it_lives_through_everything_that_a_remote_does_to_it(parts: bool) -> None:
    def answers(*found: Dataset) -> dict[str, Reply]:
        catalogue = Catalogue(found, size=2, parts=parts)
        return {url: partial(_answered, catalogue) for url in (ROOT, f"{ROOT}?page=2")}

    changed = (Dataset("a"), Dataset("b", title="New"), Dataset("c"))
    life = Life(
        url=ROOT,
        count=3,
        first=answers(Dataset("a"), Dataset("b"), Dataset("c")),
        changed=answers(*changed),
        removed=answers(*changed[:2]),
        page=f"{ROOT}?page=2",
    )

    live_through(DcatKind(), life)


def _answered(catalogue: Catalogue, asked: Asked) -> Answer:
    return catalogue.get(asked.url, headers={name.title(): value for name, value in asked.headers.items()})
