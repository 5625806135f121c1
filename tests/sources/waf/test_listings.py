"""Every web server's listing says the same: two records, a subfolder, and what need not be fetched again."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from windrow.errors import RemoteUnreadable
from windrow.ports.fetching import Answer
from windrow.ports.source_kinds import Reading, Reference
from windrow.sources.waf.places import child_of, folder_url
from windrow.sources.waf.reading import folder_key, read_folder
from windrow.sources.waf.settings import Settings
from windrow.sources.waf.versions import trusted

ANSWERS = Path(__file__).parent / "answers"
ROOT = "http://waf.example/waf/"
SETTINGS = Settings.of({})
VERSIONS = {
    "apache_pre.html": ("2026-03-14 09:26 8.1K", "2025-12-24 23:59 7.6K"),
    "apache_table.html": ("2026-03-14 09:26 8.1K", "2025-12-24 23:59 7.6K"),
    "apache_plain.html": ("", ""),
    "nginx.html": ("14-Mar-2026 09:26 8344", "24-Dec-2025 23:59 7590"),
    "nginx.json": ("Sat, 14 Mar 2026 09:26:53 GMT 8344", "Wed, 24 Dec 2025 23:59:00 GMT 7590"),
    "nginx.xml": ("2026-03-14T09:26:53Z 8344", "2025-12-24T23:59:00Z 7590"),
    "iis.html": ("3/14/2026 9:26 AM 8344", "12/24/2025 11:59 PM 7590"),
    "lighttpd.html": ("/ 2026-Mar-14 09:26:53 8.1K text/xml", "/ 2025-Dec-24 23:59:00 7.4K text/xml"),
    "python.html": ("", ""),
    "caddy.json": ("2026-03-14T09:26:53.123456789Z 8344", "2025-12-24T23:59:00Z 7590"),
}


def answer(body: bytes | str, **headers: str) -> Answer:
    return Answer(ROOT, 200, headers, body.encode() if isinstance(body, str) else body)


def read(body: bytes | str, folder: str = "", settings: Settings = SETTINGS, **headers: str) -> Reading:
    return read_folder(ROOT, folder, answer(body, **headers), settings)


@pytest.mark.parametrize("name", VERSIONS)
def test_the_listings_of_all_servers(name: str) -> None:
    lake, river = (version.removeprefix("/ ") for version in VERSIONS[name])

    found = read((ANSWERS / name).read_bytes())

    assert sorted(found.references, key=lambda each: each.identifier) == [
        Reference("a lake.xml", f"{ROOT}a%20lake.xml", lake),
        Reference("river.xml", f"{ROOT}river.xml", river),
    ]
    assert found.next == [folder_key("more/")]


def test_the_pattern_chooses_files() -> None:
    found = read((ANSWERS / "nginx.html").read_bytes(), settings=Settings("*.TXT", 10))

    assert [each.identifier for each in found.references] == ["notes.txt"]


@pytest.mark.parametrize(
    ("folder", "depth", "entered"), [("", 0, False), ("", 1, True), ("a/", 1, False), ("a/", 2, True)]
)
def test_subfolders_are_entered_to_the_depth_that_is_set(folder: str, depth: int, entered: bool) -> None:
    found = read('<title>Index of /</title><a href="b/">b</a>', folder, Settings("*.xml", depth))

    assert found.next == ([folder_key(f"{folder}b/")] if entered else [])


def test_files_of_subfolders_are_named_by_their_path() -> None:
    found = read('<title>Index of /</title><a href="c%C3%A9.xml">c</a>', "a/b%20/")

    assert found.references == [Reference("a/b /cé.xml", f"{ROOT}a/b%20/c%C3%A9.xml")]


@pytest.mark.parametrize(
    "href",
    [
        "..",
        "../",
        "/",
        "/waf/",
        "./",
        "?C=N;O=D",
        "a.xml?x=1",
        "#top",
        "/other/a.xml",
        "/waf/../a.xml",
        "%2e%2e/",
        "%2E%2E",
        "..%2fa.xml",
        "a%2fb.xml",
        "..%5ca.xml",
        "//evil.example/waf/a.xml",
        "http://evil.example/waf/a.xml",
        "sub/a.xml",
        "https://waf.example/waf/a.xml",
        "http://waf.example:81/waf/a.xml",
        "mailto:a@b",
        "javascript:x",
        "http://[/a.xml",
    ],
)
def test_nothing_outside_the_folder_is_its_child(href: str) -> None:
    assert child_of(ROOT, href) == ""


@given(st.text(max_size=30))
def test_whatever_a_link_says_its_child_stays_in_the_folder(href: str) -> None:
    name = child_of(ROOT, href)

    assert "/" not in name.rstrip("/")
    assert name.strip("/.") or not name


@pytest.mark.parametrize(("href", "name"), [("a.xml", "a.xml"), ("/waf/b/", "b/"), (f"{ROOT}a%20b.xml", "a%20b.xml")])
def test_own_files_and_folders_are_children(href: str, name: str) -> None:
    assert child_of(ROOT, href) == name


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://h", "http://h/"),
        ("http://h/waf", "http://h/waf/"),
        ("http://h/waf/?C=M#x", "http://h/waf/"),
        ("http://h/waf/index.html", "http://h/waf/"),
    ],
)
def test_the_folder_s_url(url: str, expected: str) -> None:
    assert folder_url(url) == expected


@pytest.mark.parametrize(
    "body",
    [
        "<html><title>Please log in</title><a href='/login'>log in</a></html>",
        "<html><title>Sorry</title></html>",
        "gone",
        '{"error": "gone"}',
        "[1, 2]",
        "[{]",
        "<?xml version='1.0'?><list><file>",
    ],
)
def test_what_is_no_listing_is_unreadable(body: str) -> None:
    with pytest.raises(RemoteUnreadable):
        read(body)


def test_an_empty_folder_is_no_fault() -> None:
    assert read("<title>Index of /waf/</title><pre><a href='../'>../</a></pre>") == Reading(references=[], next=[])


NOW = "Sat, 14 Mar 2026 09:27:30 GMT"


@pytest.mark.parametrize(
    "version",
    [
        "14-Mar-2026 09:26 8344",
        "2026-03-14 10:27 8.1K",
        "3/14/2026 4:26 AM 8344",
        "2026-Mar-14 14:56:53 8.1K",
        "Sat, 14 Mar 2026 09:26:53 GMT 8344",
        "2026-03-14T09:26:53Z 8344",
    ],
)
def test_a_date_of_just_now_is_not_trusted_in_whatever_zone(version: str) -> None:
    assert trusted(version, NOW) == ""


@pytest.mark.parametrize(
    "version",
    ["14-Mar-2026 09:20 8344", "13-Mar-2026 09:26 8344", "14-Mar-2025 09:26 8344", "a b", "31-Feb-2026 09:26 1"],
)
def test_older_and_unknown_dates_are_trusted(version: str) -> None:
    assert trusted(version, NOW) == version
    assert trusted(version, "") == version


def test_a_fresh_file_in_a_listing_has_no_version() -> None:
    page = "<title>Index of /</title><pre><a href='a.xml'>a.xml</a>  14-Mar-2026 09:27  1\n</pre>"

    assert [each.version for each in read(page, date=NOW).references] == [""]
