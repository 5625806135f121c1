"""The trials of kinds notice what a careless kind does, and take a careful one through everything."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

import pytest

from windrow.errors import RemoteError, RemoteUnreachable, RemoteUnreadable
from windrow.formats import json
from windrow.model.records import Record
from windrow.model.resources import RemoteRecord
from windrow.model.runs import RunState
from windrow.ports.fetching import Answer, Fetcher, Validators
from windrow.ports.source_kinds import Detection, Loaded, Opening, PageRequest, PassRequest, Reading
from windrow.sources.waf import WafKind
from windrow.testing import Asked, Life, Remote, Trial, live_through
from windrow.testing.remotes import ScriptedFetcher

URL = "https://example.org/all"
FIRST, SECOND = f"{URL}/1", f"{URL}/2"


class Careful:
    """Two pages of names."""

    name: ClassVar[str] = "careful"
    title: ClassVar[str] = "Careful"
    schema: ClassVar[Mapping[str, Any]] = {"type": "object", "additionalProperties": False, "properties": {}}

    def detect(self, url: str, first: Answer | None, fetcher: Fetcher) -> Detection | None:
        return None

    def open(self, request: PassRequest, fetcher: Fetcher) -> Opening:
        return Opening(pages=[{"page": "1"}, {"page": "2"}])

    def load(self, request: PassRequest, page: PageRequest, fetcher: Fetcher) -> Loaded:
        return Loaded([fetcher.get(f"{request.url}/{page.key['page']}")])

    def read(self, request: PassRequest, page: PageRequest, loaded: Loaded) -> Reading:
        (answer,) = loaded.answers
        assert isinstance(answer, Answer)
        names = json.parse(answer.body)
        if not isinstance(names, list):
            raise RemoteUnreadable("No list of names.")
        return Reading(records=[self.record(each) for each in names])

    def record(self, name: str) -> RemoteRecord:
        identifier = name.partition(" ")[0]
        raw = json.serialise(name)
        return RemoteRecord(identifier, json.fingerprint(name), raw, "application/json", Made(identifier, name))

    def page_fingerprint(self, loaded: Loaded) -> bytes | None:
        return None


class Made:
    """A record that survives being sent to another process."""

    def __init__(self, identifier: str, title: str) -> None:
        self.identifier, self.title = identifier, title

    def __call__(self) -> Record:
        return Record(self.identifier, self.title)


class Restless(Careful):
    """Every record is new each time."""

    count = 0

    def record(self, name: str) -> RemoteRecord:
        Restless.count += 1
        return super().record(name)._replace(fingerprint=Restless.count.to_bytes(16, "big"))


class Credulous(Careful):
    """Takes trouble for an empty page."""

    def load(self, request: PassRequest, page: PageRequest, fetcher: Fetcher) -> Loaded:
        try:
            return super().load(request, page, fetcher)
        except RemoteError:
            return Loaded([Answer("", 200, {}, b"[]")])


def names(*found: str) -> bytes:
    return json.serialise(list(found))


LIFE = Life(
    url=URL,
    count=4,
    first={FIRST: names("a", "b"), SECOND: names("c", "d")},
    changed={FIRST: names("a", "b"), SECOND: names("c", "d changed")},
    removed={FIRST: names("a"), SECOND: names("c", "d changed")},
    page=SECOND,
)


def test_a_careful_kind_lives_through_everything() -> None:
    live_through(Careful(), LIFE)


@pytest.mark.parametrize(
    ("kind", "life", "said"),
    [
        (Restless(), LIFE, r"an unchanged harvest: succeeded with \{'changed': 4\}, where it should have"),
        (Credulous(), LIFE, r"one bad page: succeeded with .* where it should have failed and said why"),
        (Careful(), replace(LIFE, count=5), r"the first harvest: succeeded with \{'added': 4\}"),
        (Careful(), replace(LIFE, changed=LIFE.first), r"a harvest with one change: succeeded with"),
        (Careful(), replace(LIFE, removed=LIFE.changed), r"a harvest with one removal: succeeded with"),
    ],
    ids=["restless", "credulous", "miscounted", "nothing changed", "nothing removed"],
)
def test_what_goes_wrong_is_told_by_the_act(kind: Careful, life: Life, said: str) -> None:
    with pytest.raises(AssertionError, match=said):
        live_through(kind, life)


LISTING = """<html><head><title>Index of /all/</title></head><body><h1>Index of /all/</h1><pre>{}</pre></body></html>"""
ENTRY = '<a href="{0}.xml">{0}.xml</a>  {1} 10:00  1.0K\n'
DUBLIN_CORE = '<dc xmlns="http://purl.org/dc/elements/1.1/"><identifier>{}</identifier><title>{}</title></dc>'


def folder(*files: str, changed: str = "") -> dict[str, str | bytes]:
    """A web folder; a changed file has a later date and another title."""
    dates = {name: "2024-05-05" if name == changed else "2024-01-01" for name in files}
    listed = "".join(ENTRY.format(name, date) for name, date in dates.items())
    documents = {f"{URL}/{name}.xml": DUBLIN_CORE.format(name, f"{name} {date}") for name, date in dates.items()}
    return {f"{URL}/": LISTING.format(listed), **documents}


def test_a_kind_that_fetches_documents_one_by_one_lives_through_everything_too() -> None:
    first = folder("a", "b", "c")
    later = folder("a", "b", "c", changed="b")

    live_through(WafKind(), Life(f"{URL}/", 3, first, later, folder("b", "c", changed="b"), page=f"{URL}/"))


def test_a_trial_never_meets_a_real_installation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WINDROW_DATABASE_URL", "postgresql://nobody@127.0.0.1:9/real")
    monkeypatch.setenv("WINDROW_QUEUES", "elsewhere")

    with Trial(Careful(), Remote(LIFE.first), URL) as trial:
        assert trial.harvest().state is RunState.SUCCEEDED
        assert trial.present() == {"a", "b", "c", "d"}


def test_a_remote_says_what_it_was_told() -> None:
    dated = Answer(FIRST, 200, {"etag": '"1"'}, b"body")
    remote = Remote({FIRST: dated, SECOND: lambda asked: asked.url, "https://x/?a=1": RemoteUnreachable("away")})
    fetcher = ScriptedFetcher(remote)

    assert fetcher.get(FIRST) == dated
    assert fetcher.get(FIRST, validators=Validators('"1"')).not_modified
    assert not fetcher.get(FIRST, validators=Validators('"2"')).not_modified
    assert fetcher.get(SECOND).body == SECOND.encode()
    with pytest.raises(RemoteUnreachable):
        fetcher.get("https://x/", parameters={"a": 1})
    with pytest.raises(RemoteError, match="404"):
        fetcher.post(URL, b"query", media_type="text/plain")
    assert remote.asked[-1] == Asked("POST", URL, b"query", {"Content-Type": "text/plain"})
    assert remote.urls[0] == FIRST
