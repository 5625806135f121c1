"""Only what can safely be followed becomes a link."""

import pytest

from windrow.formats.links import address, media_type, relation


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" https://example.org/a b ", "https://example.org/a b"),
        ("s3://bucket/key", "s3://bucket/key"),
        ("www.example.org", "http://www.example.org"),
        ("doi:10.1000/182", "https://doi.org/10.1000/182"),
        ("mailto:a@example.org", "mailto:a@example.org"),
        ("javascript:alert(1)", ""),
        ("JavaScript://example.org/%0aalert(1)", ""),
        ("data:text/html,<script>", ""),
        ("vbscript:x", ""),
        ("../data.zip", ""),
        ("n/a", ""),
        ("", ""),
    ],
)
def test_addresses(text: str, expected: str) -> None:
    assert address(text) == expected


def test_functions_and_protocols_tell_the_relation() -> None:
    assert relation("download", "") == "enclosure"
    assert relation("", "WWW:DOWNLOAD-1.0-http--download") == "enclosure"
    assert relation("information", "OGC:WMS") == "about"
    assert relation("", "OGC:WMS") == "related"


def test_only_media_types_are_media_types() -> None:
    assert media_type("image/png") == "image/png"
    assert media_type("OGC:WMS") == media_type("image/") == media_type("") == ""
