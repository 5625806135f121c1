"""From the addresses that people paste to the portal's own, and to the settings that such an address says."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit, urlunsplit

_PAGES = frozenset(("api", "dataset", "organization", "group", "harvest", "showcase", "about", "user"))
"""The first step of a CKAN path below the portal's own."""

_FILTERS = {"organization": "organisations", "groups": "groups", "tags": "tags"}


def portal_url(url: str) -> str:
    """The portal's address for what lies in it: the API, a dataset's or an organisation's page. No slash at the end."""
    parts = urlsplit(url.strip())
    steps = [each for each in parts.path.split("/") if each]
    cut = next((place for place, step in enumerate(steps) if step in _PAGES), len(steps))
    path = "/".join(["", *steps[:cut]])
    return urlunsplit((parts.scheme, parts.netloc, path, "", ""))


def candidates(url: str) -> Mapping[str, float]:
    """Where the portal may be, and how likely the address means it: there itself, else at the host's root."""
    parts = urlsplit(url.strip())
    # A portal has other documents too: somebody who gives the address of its catalogue in RDF wants that.
    root = urlunsplit((parts.scheme, parts.netloc, "", "", ""))
    place = portal_url(url)
    return {place: 1.0} if place == root else {place: 1.0, root: 0.6}


def action_url(url: str, action: str) -> str:
    """The address of an action of the API, version 3."""
    return f"{portal_url(url)}/api/3/action/{action}"


def page_url(url: str, kind: str, name: str) -> str:
    """The page that people read of a package."""
    return f"{portal_url(url)}/{kind}/{name}"


def settings_of(url: str) -> dict[str, Any]:
    """The settings that a copied address says: its organisation or group, its words, its facets."""
    parts = urlsplit(url.strip())
    query = parse_qs(parts.query)
    found: dict[str, Any] = {setting: query[name] for name, setting in _FILTERS.items() if query.get(name)}
    found |= {name: query[name][0] for name in ("q", "fq") if query.get(name)}
    steps = [unquote(each) for each in parts.path.split("/") if each]
    for step, setting in (("organization", "organisations"), ("group", "groups")):
        if step in steps[:-1] and "api" not in steps:
            found[setting] = [steps[steps.index(step) + 1]]
    if found.get("q") in ("*:*", "*"):
        del found["q"]
    return found
