"""What people read: redacted URLs, short excerpts, and what a server's headers mean."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from windrow.errors import BadInput
from windrow.fetching import MemoryHosts, OutgoingPolicy, make_fetcher_maker, name_ourselves
from windrow.fetching.redaction import is_secret_name, redact_urls
from windrow.fetching.saying import EXCERPT, excerpt, explain_status, read_retry_after

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://h/csw?service=CSW&token=abc", "https://h/csw?service=CSW&token=***"),
        ("https://h/?api_key=a%20b&x=1#f", "https://h/?api_key=***&x=1#f"),
        ("https://h/?APIKEY=a&Access-Token=b", "https://h/?APIKEY=***&Access-Token=***"),
        ("https://h/?X-Amz-Signature=a&X-Amz-Credential=b", "https://h/?X-Amz-Signature=***&X-Amz-Credential=***"),
        ("https://h/?api%5Fkey=a", "https://h/?api%5Fkey=***"),
        ("https://u:p@h/", "https://***@h/"),
        ("https://u:p@q@h/", "https://***@h/"),
        ("see https://u@h/a and http://v:w@h/b?key=1", "see https://***@h/a and http://***@h/b?key=***"),
        ("https://h/?author=ann&keyword=sea&q=a@b", "https://h/?author=ann&keyword=sea&q=a@b"),
        ("https://h/?key=", "https://h/?key="),
        ("ask ann@example.org", "ask ann@example.org"),
    ],
)
def test_urls_are_shown_without_their_secrets(text: str, shown: str) -> None:
    assert redact_urls(text) == shown


@given(st.dictionaries(st.sampled_from(["token", "api_key", "password", "sig"]), st.text(min_size=1), min_size=1))
def test_no_secret_survives_whatever_it_is(query: dict[str, str]) -> None:
    shown = redact_urls("https://h/csw?" + urlencode(query))

    assert shown == "https://h/csw?" + "&".join(f"{name}=***" for name in query)


@pytest.mark.parametrize("name", ["key", "apiKey", "api-key", "access_token", "client_secret", "sig", "requestor_id"])
def test_telltale_names(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize("name", ["keyword", "author", "service", "outputSchema", "resumption", "design"])
def test_innocent_names(name: str) -> None:
    assert not is_secret_name(name)


@pytest.mark.parametrize(
    ("media_type", "body", "words"),
    [
        (
            "text/html",
            b"<html><head><title>T</title></head><body><h1>No</h1>\n<p>Go&nbsp;away &lt;now&gt;",
            "No Go away <now>",
        ),
        ("text/html", b"<script>var a = '<p>x</p>';</script>Down<!-- secret plan -->", "Down"),
        ("text/html; charset=latin-1", "Größe".encode("latin-1"), "Größe"),
        ("text/html; charset=klingon", "Größe".encode(), "Größe"),
        ("application/json", b'{"detail": "no such\\nrecord"}', '{"detail": "no such\\nrecord"}'),
        ("image/png", bytes(range(256)) * 4, ""),
        ("", b"", ""),
        ("text/plain", b"see http://a:b@h/?token=x", "see http://***@h/?token=***"),
    ],
)
def test_an_excerpt_is_plain_words(media_type: str, body: bytes, words: str) -> None:
    assert excerpt(media_type, body) == words


@given(st.text(max_size=40), st.binary(max_size=3000))
def test_an_excerpt_is_short_and_printable_whatever_came(media_type: str, body: bytes) -> None:
    words = excerpt(media_type, body)

    assert len(words) <= EXCERPT + len(" …") + len("***@") * EXCERPT
    assert words.isprintable()


@pytest.mark.timeout(10)
@pytest.mark.parametrize("piece", [b"<", b"<!--", b"<script>", b"//", b"?a=", b"&#", b"//@"])
def test_no_body_makes_the_excerpt_slow(piece: bytes) -> None:
    assert len(excerpt("text/html", piece * 100_000)) <= 5 * EXCERPT


def test_a_status_is_named_and_the_secrets_hidden_in_what_was_said() -> None:
    said = explain_status(401, "", {"content-type": "text/plain"}, b"Bad key hunter2!", ["hunter2"])

    assert said == "401 Unauthorized: Bad key ***!"


def test_an_unknown_status_has_the_servers_phrase() -> None:
    assert explain_status(520, "Web server is\x07 odd", {}, b"", []) == "520 Web server is odd"


@given(st.integers(0, 10**6))
def test_retry_after_reads_seconds_and_dates_alike(seconds: int) -> None:
    date = format_datetime(NOON + timedelta(seconds=seconds), usegmt=True)
    bound = min(seconds, 7 * 86400)

    assert read_retry_after({"retry-after": str(seconds)}, NOON) == bound
    assert read_retry_after({"retry-after": date}, NOON) == bound
    assert read_retry_after({"retry-after": date, "date": date}, NOON) == 0


@given(st.text())
def test_retry_after_reads_anything_without_breaking(value: str) -> None:
    seconds = read_retry_after({"retry-after": value, "date": value}, NOON)

    assert seconds is None or 0 <= seconds <= 7 * 86400


def test_we_say_who_we_are() -> None:
    assert name_ourselves("0.1", "https://portal.test/contact") == "Windrow/0.1 (+https://portal.test/contact)"
    assert name_ourselves("0.1", "") == "Windrow/0.1"


@pytest.mark.parametrize("agent", ["", "a\r\nX: y", "Größe"])
def test_a_user_agent_that_no_header_can_carry_is_refused(agent: str) -> None:
    with pytest.raises(BadInput, match=r"outgoing\.user_agent"):
        make_fetcher_maker(MemoryHosts(), OutgoingPolicy(), user_agent=agent)
