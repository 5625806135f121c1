"""Links of STAC documents: found by relation, made absolute, and followed to the next page of items or collections."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urljoin, urlsplit

from windrow.formats.json import object_of, objects_of, text_of, texts_of
from windrow.sources.stac.pages import CollectionsPage, ItemsPage

_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")

_OWN_HEADERS = frozenset(
    {
        *("host", "connection", "content-length", "content-type", "content-encoding", "transfer-encoding", "te"),
        *("trailer", "upgrade", "expect", "keep-alive", "user-agent", "accept", "accept-encoding", "range"),
        *("authorization", "proxy-authorization", "proxy-connection", "cookie", "via", "forwarded"),
    }
)
"""Headers that are ours to set, whatever a next link says."""


@dataclass(frozen=True, slots=True)
class Link:
    """A link with an absolute address."""

    rel: str
    href: str
    media_type: str = ""
    posts: bool = False


def links_of(document: Mapping[str, Any], url: str) -> Iterator[Link]:
    """The links of the document at `url`, in their order; those without an address that can be asked are left out."""
    for link in objects_of(document.get("links")):
        href = _absolute(url, text_of(link.get("href")))
        if href:
            media_type = text_of(link.get("type")).partition(";")[0].lower()
            posts = text_of(link.get("method")).upper() == "POST"
            yield Link(text_of(link.get("rel")), href, media_type, posts)


def items_link(document: Mapping[str, Any], url: str) -> str:
    """Where a collection's items are listed; "" where it does not say, or only in a format other than JSON."""
    found = (link for link in links_of(document, url) if link.rel == "items" and not link.posts)
    return next((link.href for link in found if not link.media_type or "json" in link.media_type), "")


def self_link(document: Mapping[str, Any], url: str) -> str:
    """The document's own address as it tells it, else the one it came from: relative links start there."""
    own = (link for link in objects_of(document.get("links")) if link.get("rel") == "self")
    return next((href for link in own if (href := _absolute(url, text_of(link.get("href"))))), url)


def next_items(page: ItemsPage, document: Mapping[str, Any], url: str, identifiers: Sequence[str]) -> ItemsPage | None:
    """The page of items after this one, which came from `url`; None at the end.

    A page without items is the end whatever it links to: some servers give a next link for ever.
    Raises `RemoteUnreadable` when the walk goes in circles.
    """
    link = _next_link(document, url)
    if link is None or not identifiers:
        return None
    posts = text_of(link.get("method")).upper() == "POST"
    following = replace(
        page,
        url=link["href"],
        body=_next_body(page, link) if posts else None,
        headers=_next_headers(page, link),
    )
    walk = page.walk.follow(_request_of(page), _request_of(following), identifiers)
    return replace(following, walk=walk)


def next_collections(
    page: CollectionsPage, document: Mapping[str, Any], url: str, identifiers: Sequence[str]
) -> CollectionsPage | None:
    """The same for a page of collections."""
    link = _next_link(document, url)
    if link is None or page.single or not identifiers:
        return None
    return replace(page, url=link["href"], walk=page.walk.follow(page.url, link["href"], identifiers))


def _next_link(document: Mapping[str, Any], url: str) -> dict[str, Any] | None:
    found = (link for link in objects_of(document.get("links")) if link.get("rel") == "next")
    links = ({**link, "href": _absolute(url, text_of(link.get("href")))} for link in found)
    return next((link for link in links if link["href"]), None)


def _next_body(page: ItemsPage, link: Mapping[str, Any]) -> dict[str, Any]:
    """The body that the link gives, laid over this page's where it says `merge` (STAC API, paging) or gives none."""
    given = object_of(link.get("body"))
    merges = link.get("merge") is True or "body" not in link
    return {**(page.body or {}), **given} if merges else given


def _next_headers(page: ItemsPage, link: Mapping[str, Any]) -> dict[str, str] | None:
    given = {
        name: text
        for name, value in object_of(link.get("headers")).items()
        if (text := _header_of(name, value)) and name.lower() not in _OWN_HEADERS
    }
    return {**((page.headers or {}) if link.get("merge") is True else {}), **given} or None


def _header_of(name: str, value: Any) -> str:
    """A header's value; "" for what could not stand in a request."""
    text = ", ".join(texts_of(value))
    sound = _TOKEN.fullmatch(name) and text.isascii() and text.isprintable()
    return text if sound else ""


def _request_of(page: ItemsPage) -> list[Any]:
    return [page.url, page.body, page.headers]


def _absolute(url: str, href: str) -> str:
    """The link's address, if it is one that can be asked."""
    try:
        address = urljoin(url, href) if href else ""
        return address if urlsplit(address).scheme in ("http", "https") and urlsplit(address).hostname else ""
    except ValueError:
        return ""
