"""However many there are, however they are paged, and whatever a stranger answers: a walk ends, and tells the truth."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sources.geonode.passes import KIND
from tests.sources.geonode.resources import dataset, old_shape, some
from tests.sources.geonode.site import Asked, Site, brief, serving
from windrow.errors import RemoteStatus, RemoteUnreadable
from windrow.fetching import MemoryHosts, OutgoingPolicy, make_fetcher_maker
from windrow.model.sources import Credential, CredentialKind
from windrow.ports.fetching import Answer, Manners, Validators
from windrow.ports.source_kinds import Loaded, PageKey, PageRequest, PassRequest, Reference
from windrow.sources.geonode import legacy, pages
from windrow.sources.geonode.settings import Settings

ROOT = "https://maps.example.org"


@dataclass
class Direct:
    """Asks a site without a network, so that it can be asked often."""

    site: Site

    def get(
        self,
        url: str,
        *,
        parameters: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
        validators: Validators | None = None,
    ) -> Answer:
        parts = urlsplit(url)
        query = [*parse_qsl(parts.query), *((name, str(value)) for name, value in (parameters or {}).items())]
        reply = self.site.answer(Asked(parts.path, query, {"host": parts.netloc}))
        if reply.status != 200:
            raise RemoteStatus(f"{url} answered {reply.status}.", status=reply.status)
        return Answer(url, 200, {"content-type": reply.media_type}, reply.body)

    def post(self, url: str, body: bytes, *, media_type: str, headers: Mapping[str, str] | None = None) -> Answer:
        raise AssertionError("a GeoNode is asked by GET")


def listed(site: Site, size: int) -> tuple[list[str], list[PageKey]]:
    """What a walk along the lists names, and the pages it took; nothing is fetched one by one."""
    request, fetcher = PassRequest(ROOT, {"page_size": size}), Direct(site)
    waiting = list(KIND.open(request, fetcher).pages)
    keys: list[PageKey] = []
    names: list[str] = []
    while waiting:
        page = PageRequest(waiting.pop(0))
        reading = KIND.read(request, page, KIND.load(request, page, fetcher))
        names += [each.identifier for each in reading.references] + [each.identifier for each in reading.records]
        keys.append(page.key)
        waiting += reading.next
        assert len(keys) <= 300
    return names, keys


@given(st.integers(0, 60), st.integers(1, 40), st.integers(1, 40), st.sampled_from(["v2", "legacy"]), st.booleans())
def test_every_resource_is_named_once_however_it_is_paged(
    total: int, size: int, most: int, api: str, sorts: bool
) -> None:
    site = Site(some(total), api=api, most=most, sorts=sorts, row=("pk", "title", "resource_type"))

    names, keys = listed(site, size)

    assert Counter(names) == Counter(str(each) for each in range(1, total + 1))
    assert len(keys) <= 4 + -(-total // min(size, most)) * (1 if api == "v2" else 2)


@pytest.mark.parametrize("api", ["v2", "legacy"])
def test_the_same_pages_have_the_same_keys_at_the_next_pass(api: str) -> None:
    site = Site(some(30), api=api, most=7)

    assert listed(site, 10)[1] == listed(site, 10)[1]


def test_private_resources_are_seen_with_the_sources_credential_only() -> None:
    maker = make_fetcher_maker(MemoryHosts(), OutgoingPolicy(allow=("127.0.0.0/8",)), user_agent="Windrow/test")
    manners = Manners(requests_per_second=0, attempts=1)
    found = {}
    with serving(brief(some(4), private={"2"})) as url:
        for credential in (None, Credential(CredentialKind.BASIC, "ada", "secret")):
            fetcher = maker(manners, origin=url, credential=credential, check=lambda: None)
            request = PassRequest(url, {})
            (key,) = KIND.open(request, fetcher).pages
            page = PageRequest(key)
            references = KIND.read(request, page, KIND.load(request, page, fetcher)).references
            documents = PageRequest({}, references)
            reading = KIND.read(request, documents, KIND.load(request, documents, fetcher))
            found[credential is not None] = [each.identifier for each in reading.records]
    maker.close()

    assert found == {False: ["1", "3", "4"], True: ["1", "2", "3", "4"]}


# Strangers.

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 10**13) | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
ROWS = st.lists(ANYTHING | st.just(dataset(1)) | st.just({"pk": 2}) | st.just(old_shape(dataset(3))), max_size=4)
SETTINGS = Settings.of({"page_size": 3})


def answer(value: Any) -> Answer:
    return Answer(f"{ROOT}/api/v2/resources/", 200, {}, orjson.dumps(value))


@given(ROWS | ANYTHING, st.integers(0, 5) | ANYTHING, st.none() | st.integers(0, 2) | ANYTHING)
def test_any_page_of_a_list_is_read_or_refused(rows: Any, total: Any, page: Any) -> None:
    key = pages.first_key(ROOT, size=3, sort=True)
    try:
        reading = pages.read_page(key, answer({"resources": rows, "total": total, "page": page}), SETTINGS)
    except RemoteUnreadable:
        return
    parts = (reading.records, reading.references, reading.broken, reading.left_out)
    assert reading.total is None or sum(map(len, parts)) == min(3, total) or sum(map(len, parts)) == total


@given(ROWS | ANYTHING, st.integers(0, 5) | ANYTHING)
def test_any_page_of_a_legacy_list_is_read_or_refused(rows: Any, total: Any) -> None:
    (key,) = legacy.keys_for(ROOT, [legacy.Counted("layers", 3)], 3)
    try:
        reading = legacy.read_page(key, answer({"objects": rows, "meta": {"total_count": total}}), SETTINGS)
    except RemoteUnreadable:
        return
    given = len(reading.references) + len(reading.broken)
    assert given + sum(int(each["size"]) for each in reading.next) == min(3, total)


@given(st.binary(max_size=60) | ANYTHING.map(orjson.dumps), st.binary(max_size=60))
def test_any_document_is_read_or_fails_for_itself(body: bytes, iso: bytes) -> None:
    references = [Reference("1", f"{ROOT}/api/v2/datasets/1/"), Reference("3", f"{ROOT}/api/layers/3/")]
    old = orjson.dumps(old_shape(dataset(3)))
    loaded = Loaded([Answer(ROOT, 200, {}, body), legacy.LegacyAnswer(ROOT, 200, {}, old, iso)])

    reading = KIND.read(PassRequest(ROOT, {}), PageRequest({}, references), loaded)

    assert [name for name, _ in reading.failed] == ["1", "3"]
