"""Requests that people may see later hold no named secret, and nothing that is called like one."""

import json

import pytest

from windrow.work.sequence.sending import Asked
from windrow.work.sequence.showing import LARGEST, asked_to_json

SECRET = "S3CR3T-of-the-portal"


def test_what_is_secret_is_left_out_and_all_else_stands() -> None:
    body = {"user": "ann", "password": "PA55", "inner": [{"apiKey": "K3Y", "n": 1, "told": f"by {SECRET}"}]}
    asked = Asked(
        "POST",
        f"https://ann:PA55@a.example/t/{SECRET}?q=roads&access_token=T0K3N#end",
        {"Authorization": "Bearer T0K3N", "X-Kind": f"of {SECRET}", "Accept": "text/plain"},
        json.dumps(body).encode(),
        "application/json",
        secrets=(SECRET,),
    )

    assert asked_to_json(asked) == {
        "method": "POST",
        "url": "https://a.example/t/***?q=roads&access_token=***",
        "headers": {"Authorization": "***", "X-Kind": "of ***", "Accept": "text/plain"},
        "bytes": len(asked.body or b""),
        "media_type": "application/json",
        "body": {"user": "ann", "password": "***", "inner": [{"apiKey": "***", "n": 1, "told": "by ***"}]},
    }


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (b"user=ann&password=PA55", "user=ann&password=***"),
        (b"\xff\xfe", "2 bytes that are no text"),
        (f"by {SECRET}".encode(), "by ***"),
    ],
)
def test_bodies_that_are_no_json(body: bytes, shown: str) -> None:
    assert (
        asked_to_json(Asked("POST", "https://a.example/", {}, body, "text/plain", secrets=(SECRET,)))["body"] == shown
    )


def test_a_large_body_is_told_by_its_size() -> None:
    shown = asked_to_json(Asked("PUT", "https://[a.example/", {}, b"x" * (LARGEST + 1), "text/plain"))

    assert (shown["bytes"], "body" in shown, shown["url"]) == (LARGEST + 1, False, "an unusable address")
