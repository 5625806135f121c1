"""A pass over a repository asks what it must, sees every record once, and ends."""

import itertools
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sources.oai_pmh.fetchers import WrittenFetcher
from tests.sources.oai_pmh.passes import KIND, harvest
from tests.sources.oai_pmh.repository import Item, Repository
from windrow.errors import BadInput, RemoteStatus, RemoteUnreadable
from windrow.ports.source_kinds import Detection, PageRequest, PassRequest

URL = "http://127.0.0.1/oai"
ANSWERED_AT = datetime(2025, 3, 14, 9, 26, 53, tzinfo=UTC)


def items(count: int, **values: Any) -> list[Item]:
    return [Item(f"oai:here:{number}", **values) for number in range(count)]


def request(since: datetime | None = None, begin: str = "", **settings: Any) -> PassRequest:
    return PassRequest(URL, {**settings, "from": begin}, since)


def lists(fetcher: WrittenFetcher) -> list[dict[str, str]]:
    return [asked for asked in fetcher.asked if asked["verb"] == "ListRecords"]


# Paging.


@given(count=st.integers(1, 60), page=st.integers(1, 20))
def test_paging_reassembles_the_list(count: int, page: int) -> None:
    found = harvest(request(), WrittenFetcher(Repository(items(count), page=page)))

    assert found.identifiers == [f"oai:here:{number}" for number in range(count)]
    assert len(found.keys) == -(-count // page)


def test_every_page_is_asked_by_its_token_alone() -> None:
    fetcher = WrittenFetcher(Repository(items(5), page=2))

    harvest(request(), fetcher)

    assert fetcher.asked == [
        {"verb": "Identify"},
        {"verb": "ListMetadataFormats"},
        {"verb": "ListRecords", "metadataPrefix": "oai_dc"},
        {"verb": "ListRecords", "resumptionToken": "metadataPrefix=oai_dc&2"},
        {"verb": "ListRecords", "resumptionToken": "metadataPrefix=oai_dc&4"},
    ]


def test_a_format_that_is_set_is_not_asked_for() -> None:
    fetcher = WrittenFetcher(Repository(items(1)))

    harvest(request(metadata_prefix="oai_dc"), fetcher)

    assert [asked["verb"] for asked in fetcher.asked] == ["Identify", "ListRecords"]


def test_each_set_is_a_walk_of_its_own_and_the_total_is_left_open() -> None:
    remote = Repository([*items(4, sets=("a",)), Item("only b", sets=("b",)), Item("neither")], page=3)

    found = harvest(request(sets=["a", "b"]), WrittenFetcher(remote))

    assert found.opening.pages == [{"prefix": "oai_dc", "set": "a"}, {"prefix": "oai_dc", "set": "b"}]
    assert sorted(found.identifiers) == [*(f"oai:here:{number}" for number in range(4)), "only b"]
    assert found.totals == [None, None, None]
    assert found.opening.listing


def test_the_size_of_the_list_is_told_where_the_server_says_it() -> None:
    assert harvest(request(), WrittenFetcher(Repository(items(5), page=3))).totals == [5, 5]
    assert harvest(request(), WrittenFetcher(Repository(items(2), page=3))).totals == [None]


def test_a_size_that_is_an_estimate_can_be_left_open() -> None:
    assert harvest(request(trust_total=False), WrittenFetcher(Repository(items(5), page=3))).totals == [None, None]


@pytest.mark.parametrize("status", [200, 404, 422])
def test_a_list_without_records_is_an_empty_success_whatever_its_status(status: int) -> None:
    found = harvest(request(), WrittenFetcher(Repository([], error_status=status)))

    assert (found.records, found.gone, len(found.keys)) == ([], [], 1)


def test_deleted_headers_are_gone() -> None:
    remote = Repository([Item("here"), Item("was here", deleted=True)])

    found = harvest(request(), WrittenFetcher(remote))

    assert (found.identifiers, found.gone) == (["here"], ["was here"])


def test_the_same_page_has_the_same_key_and_fingerprint_at_the_next_pass() -> None:
    remote = Repository(items(7), page=2)
    first = harvest(request(), WrittenFetcher(remote))

    second = harvest(request(), WrittenFetcher(replace(remote, response_date="2026-01-01T00:00:00Z")))

    assert (second.keys, second.fingerprints) == (first.keys, first.fingerprints)


# Changes only.


@pytest.mark.parametrize(
    ("granularity", "asked_from"),
    [("YYYY-MM-DDThh:mm:ssZ", "2025-03-14T09:26:52Z"), ("YYYY-MM-DD", "2025-03-13"), ("", "2025-03-13")],
)
def test_changes_are_asked_for_in_the_servers_granularity_with_an_overlap(granularity: str, asked_from: str) -> None:
    fetcher = WrittenFetcher(Repository([], granularity=granularity))

    found = harvest(request(ANSWERED_AT + timedelta(microseconds=999_999)), fetcher)

    assert [asked["from"] for asked in lists(fetcher)] == [asked_from]
    assert not found.opening.listing


def test_the_next_pass_asks_from_the_servers_own_time() -> None:
    assert harvest(request(), WrittenFetcher(Repository([]))).opening.since == ANSWERED_AT


def test_a_server_that_does_not_tell_the_time_is_listed_in_full_again() -> None:
    assert harvest(request(), WrittenFetcher(Repository([], response_date="today"))).opening.since is None


@given(
    st.lists(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)), max_size=30),  # noqa: DTZ001
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.sampled_from(["YYYY-MM-DDThh:mm:ssZ", "YYYY-MM-DD"]),
)
def test_nothing_changed_since_the_last_pass_is_missed(
    changes: Sequence[datetime], since: datetime, granularity: str
) -> None:
    form = "%Y-%m-%d" if granularity == "YYYY-MM-DD" else "%Y-%m-%dT%H:%M:%SZ"
    remote = [Item(str(number), stamp=change.strftime(form)) for number, change in enumerate(changes)]

    found = harvest(request(since), WrittenFetcher(Repository(remote, granularity=granularity)))

    later = {str(number) for number, change in enumerate(changes) if change.replace(tzinfo=UTC) >= since}
    assert later <= set(found.identifiers)


def test_a_server_whose_dates_tell_nothing_can_be_listed_in_full_each_time() -> None:
    fetcher = WrittenFetcher(Repository(items(1)))

    found = harvest(request(ANSWERED_AT, incremental=False), fetcher)

    assert "from" not in lists(fetcher)[0]
    assert (found.opening.listing, found.opening.since) == (True, None)


@pytest.mark.parametrize(
    ("granularity", "until"), [("YYYY-MM-DDThh:mm:ssZ", "2024-01-31T23:59:59Z"), ("YYYY-MM-DD", "2024-01-31")]
)
def test_a_span_of_days_is_asked_for_to_the_end_of_its_last_day(granularity: str, until: str) -> None:
    fetcher = WrittenFetcher(Repository([], granularity=granularity))

    found = harvest(request(until="2024-01-31"), fetcher)

    assert lists(fetcher) == [{"verb": "ListRecords", "metadataPrefix": "oai_dc", "until": until}]
    assert not found.opening.listing


def test_the_later_of_two_beginnings_counts() -> None:
    fetcher = WrittenFetcher(Repository([]))

    harvest(request(ANSWERED_AT, begin="2020-01-01"), fetcher)
    harvest(request(ANSWERED_AT, begin="2025-06-01T10:00:00Z"), fetcher)

    assert [asked["from"] for asked in lists(fetcher)] == ["2025-03-14T09:26:52Z", "2025-06-01T10:00:00Z"]


def test_a_span_that_is_over_is_not_asked_for() -> None:
    fetcher = WrittenFetcher(Repository(items(3)))

    found = harvest(request(ANSWERED_AT, until="2024-12-31"), fetcher)

    assert (found.opening.unchanged, found.opening.pages, lists(fetcher)) == (True, [], [])


def test_dates_that_are_none_are_named_before_anything_is_asked() -> None:
    fetcher = WrittenFetcher(Repository([]))

    with pytest.raises(BadInput) as refused:
        harvest(request(begin="yesterday", until="31.1.2024"), fetcher)

    assert [each.field for each in refused.value.problems] == ["settings.from", "settings.until"]
    assert fetcher.asked == []


# Tokens that go wrong.


def test_an_expired_token_begins_the_walk_again_and_misses_nothing() -> None:
    remote = Repository(items(6), page=2, expired={"metadataPrefix=oai_dc&4"})
    fetcher = WrittenFetcher(remote)
    opening = KIND.open(request(), fetcher)
    [first] = opening.pages
    second, third = {**first, "token": "metadataPrefix=oai_dc&2"}, {**first, "token": "metadataPrefix=oai_dc&4"}

    loaded = KIND.load(request(), PageRequest(third), fetcher)
    reading = KIND.read(request(), PageRequest(third), loaded)

    assert (reading.records, reading.next) == ((), [{**first, "restarts": 1}])
    assert second not in reading.next


def test_a_token_refused_with_a_4xx_status_begins_again_too() -> None:
    remote = Repository(items(6), page=2, expired={"metadataPrefix=oai_dc&2"}, error_status=422)

    with pytest.raises(RemoteUnreadable, match="beginning again 5 times"):
        harvest(request(), WrittenFetcher(remote))


def test_a_token_that_expires_once_costs_a_second_walk() -> None:
    remote = Repository(items(6), page=2, expired={"metadataPrefix=oai_dc&2"})

    def answer(arguments: dict[str, str]) -> bytes | tuple[int, bytes]:
        given = remote(arguments)
        if "resumptionToken" in arguments:
            remote.expired.clear()
        return given

    found = harvest(request(), WrittenFetcher(answer))

    assert sorted(set(found.identifiers)) == [f"oai:here:{number}" for number in range(6)]
    assert [key.get("restarts", 0) for key in found.keys] == [0, 0, 1, 1, 1]


def test_a_token_that_leads_to_itself_is_found_out() -> None:
    remote = Repository(items(9), token=lambda arguments, offset: "again", offset=lambda token: 0)

    with pytest.raises(RemoteUnreadable, match="came before"):
        harvest(request(), WrittenFetcher(remote))


def test_new_tokens_for_the_same_page_are_found_out() -> None:
    fresh = itertools.count()
    remote = Repository(items(9), token=lambda arguments, offset: f"new {next(fresh)}", offset=lambda token: 0)
    remote.needs_all = True

    with pytest.raises(RemoteUnreadable, match="same page of records came back"):
        harvest(request(), WrittenFetcher(remote))


@given(count=st.integers(1, 30), page=st.integers(1, 10))
def test_a_server_that_wants_all_arguments_beside_the_token_gets_them(count: int, page: int) -> None:
    remote = [Item(f"in {number}", sets=("a",)) for number in range(count)] + items(3)
    fetcher = WrittenFetcher(Repository(remote, page=page, needs_all=True, token=lambda arguments, end: f"&{end}"))

    found = harvest(request(sets=["a"]), fetcher)

    assert found.identifiers == [f"in {number}" for number in range(count)]
    pages = -(-count // page)
    assert len(lists(fetcher)) == pages + (pages > 1)  # the token alone is tried once


# Servers that are something else.


def test_errors_of_the_protocol_fail_the_page() -> None:
    fetcher = WrittenFetcher(Repository(items(1)))
    page = PageRequest({"prefix": ""})

    with pytest.raises(RemoteUnreadable, match="badArgument: metadataPrefix is missing"):
        KIND.read(request(), page, KIND.load(request(), page, fetcher))


def test_a_status_without_a_word_of_the_protocol_stays_what_it_is() -> None:
    with pytest.raises(RemoteStatus) as refused:
        KIND.open(request(), WrittenFetcher(lambda arguments: (404, b"<html>Not found</html>")))

    assert refused.value.status == 404


def test_a_html_page_in_place_of_identify_fails_the_opening() -> None:
    page = b"<!DOCTYPE html><html><head><title>Maintenance</title></head></html>"

    with pytest.raises(RemoteUnreadable, match="Maintenance"):
        KIND.open(request(), WrittenFetcher(lambda arguments: page))


# Detection.


@pytest.mark.parametrize(
    ("url", "base", "settings", "certainty"),
    [
        (URL, URL, {}, 0.9),
        (f"{URL}?verb=Identify", URL, {}, 1.0),
        (
            f"{URL}?verb=ListRecords&metadataPrefix=oai_dc&set=a%3Ab&from=2024-01-01",
            URL,
            {"metadata_prefix": "oai_dc", "sets": ["a:b"], "from": "2024-01-01"},
            1.0,
        ),
        (f"{URL}?verb=ListRecords&resumptionToken=x", URL, {}, 1.0),
        (f"{URL}?mode=oaipmh", f"{URL}?mode=oaipmh", {}, 1.0),
        (f"{URL}?mode=oaipmh&verb=Identify#top", f"{URL}?mode=oaipmh", {}, 1.0),
    ],
)
def test_a_repository_is_recognised_by_any_of_its_urls(
    url: str, base: str, settings: dict[str, Any], certainty: float
) -> None:
    fetcher = WrittenFetcher(Repository([]))

    found = KIND.detect(url, None, fetcher)

    assert found == Detection("oai_pmh", base, "Small repository", settings, certainty)
    assert len(fetcher.asked) == 1
    jsonschema.validate(settings, KIND.schema)


def test_a_base_url_that_answers_in_the_protocol_is_certain() -> None:
    fetcher = WrittenFetcher(Repository([]))

    found = KIND.detect(URL, fetcher.get(URL), fetcher)

    assert found is not None
    assert found.certainty == 1.0


@pytest.mark.parametrize("answer", [b"<html></html>", b"{}", (404, b""), (500, b"<OAI-PMH/>")])
def test_anything_else_is_not_recognised(answer: bytes | tuple[int, bytes]) -> None:
    assert KIND.detect(URL, None, WrittenFetcher(lambda arguments: answer)) is None


def test_every_setting_explains_itself() -> None:
    jsonschema.Draft202012Validator.check_schema(KIND.schema)

    for name, setting in KIND.schema["properties"].items():
        assert {"title", "description", "default"} <= set(setting), name
        jsonschema.validate({name: setting["default"]}, KIND.schema)
