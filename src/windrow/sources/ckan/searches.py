"""What is asked of package_search: parameters, and filters in the search engine's language (Solr)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from windrow.ports.source_kinds import PageKey
from windrow.sources.ckan.settings import BY_IDENTIFIER, Settings

_INDEXING = timedelta(hours=1)
"""How far before the last pass changes are asked for: packages may reach the index late, and clocks differ."""

_HARVEST_SOURCES = "harvest"


def since_text(moment: datetime) -> str:
    """The moment to ask changes from, as Solr writes it."""
    return f"{(moment - _INDEXING).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def first_keys(settings: Settings, count: int, since: str) -> list[PageKey]:
    """The pages that are known at once, when so many packages are there. `since` is "" for all of them."""
    asked = {"since": since} if since else {}
    size = settings.page_size
    if settings.paging == BY_IDENTIFIER:
        return [{"after": "", "size": size, **asked}]
    starts = range(0, count or 1, size)
    return [
        {"start": start, "size": size, **asked, **({"last": True} if start == starts[-1] else {})} for start in starts
    ]


def parameters_of(key: PageKey, settings: Settings) -> dict[str, str | int]:
    """The parameters of one page."""
    after = f"+id:{{{_quoted(key['after'])} TO *]" if key.get("after") else ""
    return {
        **_selection(settings, key.get("since", ""), after),
        "sort": "id asc",
        "rows": int(key["size"]),
        "start": int(key.get("start", 0)),
    }


def counting_parameters(settings: Settings, since: str) -> dict[str, str | int]:
    """The parameters that ask how many packages there are, and for the one that was modified last."""
    return {**_selection(settings, since, ""), "sort": "metadata_modified desc", "rows": 1, "start": 0}


def _selection(settings: Settings, since: str, after: str) -> dict[str, str | int]:
    q = {"q": settings.q} if settings.q.strip() else {}
    clauses = [*_clauses(settings), *([f"+metadata_modified:[{since} TO *]"] if since else []), after]
    return {**q, "fq": " ".join(each for each in clauses if each), "include_private": "false"}


def _clauses(settings: Settings) -> Iterator[str]:
    free = settings.fq.strip()
    if free:
        # A clause in brackets that only excludes finds nothing in Solr, unless it first includes everything.
        excludes = free.startswith(("-", "!", "NOT "))
        yield f"+(*:* {free})" if excludes else f"+({free})"
    yield from _either("organization", settings.organisations, "+")
    yield from _either("organization", settings.without_organisations, "-")
    yield from _either("groups", settings.groups, "+")
    yield from _either("groups", settings.without_groups, "-")
    yield from _either("tags", settings.tags, "+")
    yield from _either("dataset_type", settings.types, "+")
    if not settings.types:
        yield f"-dataset_type:{_HARVEST_SOURCES}"


def _either(field: str, values: Sequence[str], sign: str) -> Iterator[str]:
    if values:
        yield f"{sign}{field}:({' OR '.join(_quoted(each) for each in values)})"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def is_wanted_type(kind: str, settings: Settings) -> bool:
    """Whether a package of this type is wanted, for portals that do not heed filters."""
    return kind in settings.types if settings.types else kind != _HARVEST_SOURCES


def key_of_rest(key: PageKey, **values: Any) -> Mapping[str, Any]:
    """The key of a page of the same list."""
    kept = {name: value for name, value in key.items() if name not in ("last", "rest", "trail")}
    return {**kept, **values}
