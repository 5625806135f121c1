"""One document has one spelling of its address, whoever links to it and however."""

from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from windrow.sources.stac.hrefs import folder_of, is_endless, is_followed, name_of, normalise
from windrow.sources.stac.settings import Follow

SEGMENTS = st.lists(st.sampled_from(["a", "b c", "%7euser", "ü", ".", "..", "x.json", ""]), max_size=6)


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("HTTP://Host.Example:80/a", "http://host.example/a"),
        ("https://host.example:443", "https://host.example/"),
        ("https://host.example:8443/a#top", "https://host.example:8443/a"),
        ("https://user:secret@host.example/a", "https://host.example/a"),
        ("https://[2001:DB8::1]:443/a", "https://[2001:db8::1]/a"),
        ("https://host.example/a/./b/../c.json", "https://host.example/a/c.json"),
        ("https://host.example/a/..", "https://host.example/"),
        ("https://host.example/../../a/.", "https://host.example/a/"),
        ("https://host.example/%7Euser/%c3%bc", "https://host.example/~user/%C3%BC"),
        ("https://host.example/ü b?x=ä&y=%2f", "https://host.example/%C3%BC%20b?x=%C3%A4&y=%2F"),
        ("https://host.example/a%2Fb", "https://host.example/a%2Fb"),
        ("https://host.example//a//b", "https://host.example//a//b"),
    ],
)
def test_an_address_has_one_spelling(href: str, expected: str) -> None:
    assert normalise(href) == expected


@pytest.mark.parametrize(
    "href", ["s3://bucket/key", "ftp://x/y", "/no/base", "", "http://", "http://h:x/", "http://[::1"]
)
def test_what_is_no_http_address_is_refused(href: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - urllib's own messages
        normalise(href)


@given(segments=SEGMENTS)
def test_spelling_it_again_changes_nothing(segments: list[str]) -> None:
    once = normalise("https://host.example/" + "/".join(segments))

    assert normalise(once) == once
    assert not {".", ".."} & set(urlsplit(once).path.split("/"))


@given(segments=SEGMENTS, root=st.sampled_from(["https://host.example/", "https://host.example/deep/er/"]))
def test_a_name_leads_back_to_its_document(segments: list[str], root: str) -> None:
    url = normalise("/".join(segments), root + "catalog.json")

    name = name_of(url, root)

    assert name
    assert name == url or root + name == url


def test_the_folder_of_a_document() -> None:
    assert folder_of("https://h.example/a/catalog.json?v=1") == "https://h.example/a/"
    assert folder_of("https://h.example") == "https://h.example/"


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://h.example/a/b/c.json", {Follow.FOLDER, Follow.HOST, Follow.ANYWHERE}),
        ("https://h.example/ab.json", {Follow.HOST, Follow.ANYWHERE}),
        ("http://h.example/a/b.json", {Follow.HOST, Follow.ANYWHERE}),
        ("https://h.example:8443/a/b.json", {Follow.ANYWHERE}),
        ("https://h.example.evil.example/a/", {Follow.ANYWHERE}),
    ],
)
def test_how_far_links_are_followed(url: str, allowed: set[Follow]) -> None:
    assert {follow for follow in Follow if is_followed(url, "https://h.example/a/", follow)} == allowed


def test_an_endless_address_is_known_by_its_depth_or_length() -> None:
    assert is_endless("https://h.example" + "/a" * 100)
    assert is_endless("https://h.example/?" + "a" * 2000)
    assert not is_endless(urljoin("https://h.example/", "a/" * 30 + "item.json"))
