"""Answers of the Action API to values: how many packages there are, and pages of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from windrow.errors import RemoteUnreadable
from windrow.formats import json
from windrow.formats.dates import moment
from windrow.formats.json import object_of, text_of
from windrow.model.resources import RemoteRecord
from windrow.model.trails import Trail
from windrow.ports.fetching import Answer
from windrow.ports.source_kinds import Broken, PageKey, Reading
from windrow.sources.ckan.packages import read_package
from windrow.sources.ckan.searches import is_wanted_type, key_of_rest
from windrow.sources.ckan.settings import Settings

_LONGEST_IDENTIFIER = 1_000
_MEDIA_TYPE = "application/json"

_PASSING = frozenset(("tracking_summary", "archiver", "qa", "score", "package_count", "total_downloads"))
"""What extensions put into packages and their resources that changes by itself: visits, the last look at a link."""

_UNORDERED = frozenset(("tags", "groups", "extras", "relationships_as_subject", "relationships_as_object"))
"""Lists that come out of the portal's database in any order."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found: how many in all, and these of them."""

    count: int
    results: Sequence[Any]

    @property
    def modified(self) -> datetime | None:
        """When the first of them was last modified (UTC); portals write no zone."""
        return moment(text_of(object_of(self.results[0]).get("metadata_modified"))) if self.results else None


def read_result(answer: Answer) -> Any:
    """The result of an action. Raises `RemoteUnreadable` with the portal's own words where it was no success."""
    charset = answer.headers.get("content-type", "").lower().partition("charset=")[2].strip(' "')
    document = json.parse_object(answer.body, charset)
    if document.get("success") is not True:
        raise RemoteUnreadable(f"The portal reports an error: {error_text(document) or 'it does not say which'}.")
    return document.get("result")


def read_found(answer: Answer) -> Found:
    """The result of package_search. Raises `RemoteUnreadable`."""
    result = read_result(answer)
    count, results = object_of(result).get("count"), object_of(result).get("results")
    if not isinstance(count, int) or isinstance(count, bool) or count < 0 or not isinstance(results, list):
        raise RemoteUnreadable("An answer without a count and a list of results instead of what package_search finds.")
    if len(results) > count:
        raise RemoteUnreadable(f"{len(results)} packages on a page of a list that has {count}.")
    return Found(count, results)


def error_text(document: Any) -> str:
    """What a refusal says: its message, its kind, and what it says of single parameters."""
    error = document.get("error") if isinstance(document, dict) else document
    if not isinstance(error, dict):
        return text_of(error)
    words = [text_of(error.get("__type")), text_of(error.get("message"))]
    details = [
        f"{name}: {_plain(value)}" for name, value in error.items() if name not in ("__type", "message") and value
    ]
    return ": ".join(each for each in [*words, *details] if each)[:500]


def read_page(key: PageKey, answer: Answer, settings: Settings, url: str) -> Reading:
    """Reads a page. Raises `RemoteUnreadable` for what is none, and where announced packages are missing from it."""
    found = read_found(answer)
    sorted_in = _SortedIn([], [], [], [])
    for package in found.results:
        _sort_in(package, sorted_in, settings, url)
    following = _follow_identifiers(key, found) if "after" in key else _follow_offsets(key, found)
    announces = settings.trust_total and not key.get("after")
    return Reading(
        records=sorted_in.records,
        broken=sorted_in.broken,
        gone=sorted_in.gone,
        left_out=sorted_in.left_out,
        next=following,
        total=found.count if announces else None,
    )


def page_fingerprint(answer: Answer) -> bytes:
    """A hash of the packages and their number, without what changes by itself."""
    found = read_found(answer)
    return json.fingerprint([found.count, [_lasting(each) for each in found.results]])


@dataclass(frozen=True, slots=True)
class _SortedIn:
    records: list[RemoteRecord]
    broken: list[Broken]
    gone: list[str]
    left_out: list[str]


def _sort_in(package: Any, page: _SortedIn, settings: Settings, url: str) -> None:
    package = package if isinstance(package, dict) else {"": package}
    identifier = text_of(package.get("id"))
    if not 0 < len(identifier) <= _LONGEST_IDENTIFIER:
        page.broken.append(_broken(identifier, package))
        return
    kind = text_of(package.get("type")) or "dataset"
    state = text_of(package.get("state")) or "active"
    if state == "deleted":
        page.gone.append(identifier)
    elif state != "active" or package.get("private") is True or not is_wanted_type(kind, settings):
        page.left_out.append(identifier)
    else:
        read = partial(read_package, package, url=url, languages=settings.languages)
        fingerprint = json.fingerprint(_lasting(package))
        page.records.append(
            RemoteRecord(identifier, fingerprint, json.serialise(package), _MEDIA_TYPE, read, type=kind)
        )


def _broken(identifier: str, package: Mapping[str, Any]) -> Broken:
    raw, digest = json.serialise(package), json.fingerprint(package).hex()
    if not identifier:
        return Broken(f"without-identifier-{digest}", raw, "The package has no id.")
    problem = f"The package's id has {len(identifier)} characters; {_LONGEST_IDENTIFIER} are allowed."
    return Broken(identifier[:900] + digest, raw, problem)


def _lasting(value: Any) -> Any:
    """A package without what changes by itself, and with a fixed order where the portal has none."""
    if isinstance(value, list):
        return [_lasting(each) for each in value]
    if not isinstance(value, dict):
        return value
    kept = {name: _lasting(each) for name, each in value.items() if name not in _PASSING}
    for name in _UNORDERED.intersection(kept):
        if isinstance(kept[name], list):
            kept[name] = sorted(kept[name], key=json.canonical)
    return kept


def _follow_offsets(key: PageKey, found: Found) -> list[PageKey]:
    """The pages that fill what this one left open: portals cap page sizes, and lists grow while they are read."""
    start, size, returned = int(key["start"]), int(key["size"]), len(found.results)
    end = min(start + size, found.count)
    if returned == 0:
        if start < found.count and not key.get("rest"):
            raise RemoteUnreadable(f"No packages from position {start}, although {found.count} are announced.")
        return []
    rest = [
        key_of_rest(key, start=place, size=min(returned, end - place), rest=True)
        for place in range(start + returned, end, returned)
    ]
    if key.get("last") and found.count > start + size:
        rest.append(key_of_rest(key, start=start + size, last=True))
    return rest


def _follow_identifiers(key: PageKey, found: Found) -> list[PageKey]:
    """The page after the last identifier, until no more are announced than came."""
    identifiers = [text_of(object_of(each).get("id")) for each in found.results]
    if not identifiers:
        if found.count:
            raise RemoteUnreadable(f"No packages after {key['after']!r}, although {found.count} are announced.")
        return []
    if identifiers != sorted(set(identifiers)) or identifiers[0] <= key["after"]:
        raise RemoteUnreadable("The portal does not sort by identifier; set its paging to offset.")
    if len(identifiers) >= found.count:
        return []
    trail = Trail.of(key.get("trail", {})).follow(identifiers[-1], identifiers)
    return [key_of_rest(key, after=identifiers[-1], trail=trail.key)]


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_plain(each) for each in value)
    return text_of(value) if not isinstance(value, dict) else json.serialise(value).decode("utf-8", "replace")
