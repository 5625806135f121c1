"""What real servers answered gives up every record: stac-fastapi on pgstac, and rustac."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.sources.stac.fetchers import answer_of
from tests.sources.stac.passes import KIND, as_stored, harvest
from windrow.errors import RemoteStatus
from windrow.ports.fetching import Answer, Validators
from windrow.ports.source_kinds import PageRequest, PassRequest, Reading

ANSWERS = Path(__file__).parent / "answers"
SERVERS = ("pgstac", "rustac")
SCENES = [f"cool/scene-{number}" for number in range(5)]
SINCE = datetime(2020, 12, 12, 1, tzinfo=UTC)


@dataclass
class SavedServer:
    """Answers what it was asked when its answers were saved, and nothing else."""

    name: str
    answers: dict[Any, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for each in orjson.loads((ANSWERS / f"{self.name}.json").read_bytes()):
            self.answers[each["method"], each["url"], orjson.dumps(each["body"])] = each["answer"]

    @property
    def url(self) -> str:
        return f"https://{self.name}.example/"

    def get(
        self,
        url: str,
        *,
        parameters: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
        validators: Validators | None = None,
    ) -> Answer:
        return self._answer("GET", url, b"null")

    def post(self, url: str, body: bytes, *, media_type: str, headers: Mapping[str, str] | None = None) -> Answer:
        return self._answer("POST", url, body)

    def _answer(self, method: str, url: str, body: bytes) -> Answer:
        if (method, url, body) not in self.answers:
            raise RemoteStatus(f"{method} {url} {body!r} was not asked then.", status=404)
        return answer_of(url, self.answers[method, url, body])


@pytest.mark.parametrize("name", SERVERS)
def test_everything_arrives(name: str) -> None:
    server = SavedServer(name)

    found = harvest(server, server.url, page_size=2)

    assert found.identifiers == ["cool", *SCENES]
    assert (found.broken, found.failed, len(found.keys)) == ([], [], 4)
    records = {each.identifier: each.read() for each in found.records}
    assert records["cool"].title == "Cool"
    assert records["cool/scene-3"].time_start == datetime(2020, 12, 13, 22, 38, 32, tzinfo=UTC)
    assert {link.media_type for link in records["cool/scene-3"].links} >= {"image/png"}


@pytest.mark.parametrize("name", SERVERS)
def test_everything_arrives_by_post(name: str) -> None:
    server = SavedServer(name)
    key = {"page": "items", "url": f"{server.url}search", "body": {"limit": 2, "collections": ["cool"]}}

    readings: list[Reading] = []
    while key:
        page = PageRequest(as_stored(key))
        request = PassRequest(server.url, {})
        readings.append(KIND.read(request, page, KIND.load(request, page, server)))
        key = dict(readings[-1].next[0]) if readings[-1].next else {}

    assert sorted(each.identifier for reading in readings for each in reading.records) == SCENES
    assert len(readings) == 3


def test_pgstac_tells_changes() -> None:
    server = SavedServer("pgstac")

    found = harvest(server, server.url, page_size=2, since=SINCE)

    assert found.identifiers == ["cool", "cool/scene-3", "cool/scene-4"]
    assert (found.opening.listing, found.opening.since is None) == (False, False)


def test_rustac_does_not_and_is_asked_for_everything() -> None:
    server = SavedServer("rustac")

    found = harvest(server, server.url, page_size=2, since=SINCE)

    assert found.identifiers == ["cool", *SCENES]
    assert (found.opening.listing, found.opening.since) == (True, None)


@pytest.mark.parametrize("name", SERVERS)
def test_it_is_recognised(name: str) -> None:
    server = SavedServer(name)

    found = KIND.detect(server.url, server.get(server.url), server)

    assert found is not None
    assert (found.kind, found.url, found.certainty) == ("stac", server.url, 1.0)
