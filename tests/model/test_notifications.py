"""Of an address nothing is shown but its scheme and host, and not that where it is a secret."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from windrow.errors import BadInput
from windrow.model.notifications import LEAST_INTERVAL, check_interval, hide_address, shown_address


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://chat.example.org/hooks/s3cret?token=s3cret", "https://chat.example.org"),
        ("http://localhost:8080/s3cret", "http://localhost:8080"),
        ("http://[::1]:8080/s3cret", "http://[::1]:8080"),
        ("mailto://s3cret:s3cret@example.org?to=s3cret", "mailto://example.org"),
        ("json://127.0.0.1:99/s3cret", "json://127.0.0.1:99"),
        ("tgram://123456:s3cret/chat", "tgram://***"),
        ("slack://s3cret/s3cret/s3cret/#general", "slack://***"),
        ("ntfy://s3cret.with.dots", "ntfy://***"),
    ],
)
def test_an_address_is_shown_by_scheme_and_host(address: str, shown: str) -> None:
    assert shown_address(address) == shown


@pytest.mark.parametrize(
    "text",
    [
        "https://chat.example.org/hooks/s3c%20ret answered 500.",
        "chat.example.org/hooks/s3c ret is away",
        "no such path: /hooks/s3c%20ret",
        "the token s3c ret is wrong",
    ],
)
def test_errors_hold_nothing_more_of_it(text: str) -> None:
    hidden = hide_address(text, "https://chat.example.org/hooks/s3c%20ret")

    assert "s3c" not in hidden
    assert hide_address("chat.example.org answered 500.", "https://chat.example.org/x") == (
        "chat.example.org answered 500."
    )


WORDS = some.text(alphabet="abcdefghijkmnpqrstuvwxyz0123456789", min_size=6, max_size=20)


@given(password=WORDS, path=WORDS, host=WORDS)
def test_whatever_the_parts_are_none_is_told(password: str, path: str, host: str) -> None:
    address = f"jsons://user:{password}@{host}.example.org/{path}?key={password}"

    hidden = hide_address(f"POST {address} failed: {path}, {password}", address)

    assert all(each not in hidden.replace(f"{host}.example.org", "") for each in (password, path))


def test_digests_come_neither_all_the_time_nor_never() -> None:
    assert check_interval(LEAST_INTERVAL) == LEAST_INTERVAL
    with pytest.raises(BadInput, match="digest_seconds"):
        check_interval(LEAST_INTERVAL / 2)
