"""Whole harvests of a portal on loopback: nothing is rewritten, lost or believed that should not be."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.harvests.farm import TENDER, Farm, open_farm
from tests.remotes.scripts import Script, html_page, reply, status
from tests.remotes.server import Remote, Seen
from tests.sources.ckan.portal import ROOT, Portal, package, packages
from windrow.fetching import MemoryHosts, OutgoingPolicy, make_fetcher_maker
from windrow.model.runs import RunState
from windrow.model.sources import Credential, CredentialKind, Policies, Source
from windrow.ports.fetching import Manners
from windrow.ports.source_kinds import PageRequest, PassRequest
from windrow.sources.ckan import CkanKind
from windrow.testing import Life, live_through
from windrow.testing.remotes import Reply

ONCE = Policies(requests_per_second=0, full_every=TENDER.full_every, guard_share=1.0, page_attempts=1)


@dataclass
class Server:
    """The portal on a scripted remote; `spoil` may answer a page instead of it."""

    remote: Remote
    portal: Portal
    spoil: Callable[[Mapping[str, str]], Script | None] = lambda query: None

    def __post_init__(self) -> None:
        for action in ("package_search", "status_show"):
            self.remote.answer(f"/api/3/action/{action}", self._choose)
        self.url = self.remote.url("/")

    def _choose(self, seen: Seen) -> Script:
        script = self.spoil(seen.query)
        if script is not None:
            return script
        code, content = self.portal.answer(seen.path, seen.query)
        body = content if isinstance(content, bytes) else orjson.dumps(content)
        headers = {"Date": self.portal.date}
        return reply(body, status=code, media_type="application/json", headers=headers)

    def on_page(self, start: int, script: Script) -> None:
        self.spoil = lambda query: (
            script if query.get("start") == str(start) and query.get("sort") == "id asc" else None
        )


@pytest.fixture
def farm(tmp_path: Path) -> Iterator[Farm]:
    with open_farm(tmp_path / "farm", kinds=(CkanKind(),)) as farm:
        maker: Any = farm.assembly.fetcher_maker
        maker.changes = {"read_timeout": 20.0, "attempts": 1}  # nothing hangs here, but a page may be slow to write
        yield farm


@pytest.fixture
def server(remote: Remote) -> Server:
    return Server(remote, Portal(packages(12)))


@pytest.fixture
def source(farm: Farm, server: Server) -> Source:
    return farm.add("ckan", server.url, policies=ONCE, settings={"page_size": 5})


def test_a_second_harvest_rewrites_nothing(farm: Farm, server: Server, source: Source) -> None:
    first = farm.harvest(source)
    asked = len(server.remote.seen)
    second = farm.harvest(source)

    assert (first.state, first.progress.counts) == (RunState.SUCCEEDED, {"added": 12})
    assert (second.state, second.progress.counts) == (RunState.SUCCEEDED, {"unchanged": 12})
    assert asked == 4  # the count and three pages; no package is asked for by itself
    assert farm.titles(source)["p003"] == "Title of p003"


def test_changed_added_and_removed_packages_are_told_apart(farm: Farm, server: Server, source: Source) -> None:
    farm.harvest(source)
    server.portal.packages = [package("p000", title="New title"), *packages(12)[1:11], package("q")]

    run = farm.harvest(source)

    assert run.progress.counts == {"unchanged": 10, "changed": 1, "added": 1, "deleted": 1}
    assert farm.presences(source)["p011"] == "gone"
    assert farm.titles(source)["p000"] == "New title"


def test_only_changes_are_asked_for_between_full_passes(farm: Farm, server: Server) -> None:
    source = farm.add("ckan", server.url, policies=Policies(requests_per_second=0), settings={"page_size": 5})
    farm.harvest(source)
    server.portal.packages[4] = package("p004", "2025-03-14T09:00:00.000000", title="Changed")
    asked = len(server.remote.seen)

    run = farm.harvest(source)

    # Those that were modified in the hour before the newest of the last pass are asked for again.
    assert run.progress.counts == {"changed": 1, "unchanged": 11}
    assert run.result["incremental"] is True
    assert len(server.remote.seen) - asked == 4
    later = farm.harvest(source)
    assert later.progress.counts == {"unchanged": 1}


@pytest.mark.parametrize(
    ("script", "told"),
    [
        (status(500), "answered 500"),
        (html_page(), "HTML page instead of JSON"),
        (
            reply(b'{"success": false, "error": {"message": "Solr is away"}}', media_type="application/json"),
            "Solr is away",
        ),
        (
            reply(b'{"success": true, "result": {"count": 12, "results": []}}', media_type="application/json"),
            "although 12 are announced",
        ),
        (reply(b'{"success": true, "result": {"count": 12, "resu', media_type="application/json"), "Truncated JSON"),
    ],
    ids=["status", "html", "error", "empty", "truncated"],
)
def test_one_bad_page_deletes_nothing(farm: Farm, server: Server, source: Source, script: Script, told: str) -> None:
    farm.harvest(source)
    server.on_page(5, script)

    run = farm.harvest(source)

    assert (run.state, run.progress.counts) == (RunState.PARTIAL, {"unchanged": 7})
    assert told in run.error
    assert set(farm.presences(source).values()) == {"present"}


def test_a_portal_that_lost_its_index_looks_empty_and_is_not_believed(
    farm: Farm, server: Server, source: Source
) -> None:
    farm.harvest(source)
    server.portal.packages = []

    run = farm.harvest(source)

    assert run.state is not RunState.SUCCEEDED
    assert "listed nothing, although 12 resources are known" in run.error
    assert set(farm.presences(source).values()) == {"present"}


def test_a_package_that_cannot_be_read_is_quarantined_alone(farm: Farm, server: Server, source: Source) -> None:
    server.portal.packages = [*packages(3), package("p" * 1001)]

    run = farm.harvest(source)

    assert (run.state, run.progress.counts) == (RunState.PARTIAL, {"added": 3, "quarantined": 1})


@pytest.mark.parametrize("name", ["Authorization", "X-CKAN-API-Key"])
def test_the_key_of_a_private_portal_goes_along_in_the_header_that_it_wants(server: Server, name: str) -> None:
    maker = make_fetcher_maker(MemoryHosts(), OutgoingPolicy(allow=("127.0.0.0/8",)), user_agent="Windrow/test")
    key = Credential(CredentialKind.HEADER, "eyJhbGciOi.x.y", name)
    fetcher = maker(Manners(requests_per_second=0), origin=server.url, credential=key, check=lambda: None)

    opening = CkanKind().open(PassRequest(server.url, {}), fetcher)
    maker.close()

    assert opening.total == 12
    assert server.remote.seen[0].headers[name.lower()] == "eyJhbGciOi.x.y"


def test_it_lives_through_everything_that_a_remote_does_to_it() -> None:
    request = PassRequest(ROOT, {"page_size": 2, "incremental": False})
    first = [package("a"), package("b"), package("c")]
    portals = [Portal(first), Portal([first[0], package("b", title="New"), first[2]])]
    portals.append(Portal(portals[1].packages[:2]))
    for portal in portals:
        opening = CkanKind().open(request, portal)
        for key in [*opening.pages, {"start": 2, "size": 2, "last": True}]:
            CkanKind().load(request, PageRequest(key), portal)

    def answers(portal: Portal) -> dict[str, Reply]:
        return {url: portal.get(url).body for url in list(portal.asked)}

    found = [answers(each) for each in portals]
    life = Life(
        url=ROOT,
        count=3,
        first=found[0],
        changed=found[1],
        removed=found[2],
        page=portals[0].asked[2],
        settings=request.settings,
    )

    live_through(CkanKind(), life)
