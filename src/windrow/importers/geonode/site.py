"""A living GeoNode, read by its API."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from windrow.errors import RemoteStatus, RemoteUnreadable
from windrow.formats.json import parse_object
from windrow.importers.geonode.harvesters import Harvester, picked, to_choice
from windrow.ports.fetching import Fetcher
from windrow.ports.sources import Choice

PAGE_SIZE = 100
MOST_PAGES = 100_000


def read_site(url: str, fetcher: Fetcher) -> Iterator[Harvester]:
    """Every harvester of a GeoNode. Raises `RemoteError`; what cannot be read of one of them is told with it."""
    base = url.rstrip("/").removesuffix("/api/v2") + "/api/v2/"
    for brief in _items(fetcher, f"{base}harvesters/", "harvesters", "id"):
        own = f"{base}harvesters/{quote(str(brief.get('id')), safe='')}/"
        fields = _object(_read(fetcher, own, {}), "harvester", own)
        choices: list[Choice] = []
        problem = ""
        try:
            rows = _items(fetcher, f"{own}harvestable-resources/", "harvestable_resources", "unique_identifier")
            choices = [to_choice(each) for each in rows]
        except (RemoteStatus, RemoteUnreadable, KeyError) as error:
            problem = f"its resources could not be read: {error}"
        yield Harvester(picked(fields), choices, problem)


def _items(fetcher: Fetcher, url: str, plural: str, key: str) -> list[Mapping[str, Any]]:
    """All items of a list. GeoNode's own order is none: what shifted between two pages is noticed by the count."""
    for order in ({"sort[]": key}, {}):
        try:
            found, total = _walk(fetcher, url, plural, key, order)
        except RemoteStatus as error:
            if error.status == 400 and order:
                continue  # it does not sort by that
            raise
        if len(found) == total:
            return list(found.values())
    raise RemoteUnreadable(f"{url} announced {total} items and gave {len(found)} different ones.")


def _walk(
    fetcher: Fetcher, url: str, plural: str, key: str, order: Mapping[str, str]
) -> tuple[dict[str, Mapping[str, Any]], int]:
    found: dict[str, Mapping[str, Any]] = {}
    total = 0
    for number in range(1, MOST_PAGES):
        page = _read(fetcher, url, {"page_size": PAGE_SIZE, "page": number, **order})
        rows, said = page.get(plural), page.get("total")
        if not isinstance(rows, list) or not isinstance(said, int):
            raise RemoteUnreadable(f"{url} gave no list of {plural} with its total.")
        total = said
        for each in rows:
            if not isinstance(each, Mapping) or each.get(key) is None:
                raise RemoteUnreadable(f"{url} gave one of {plural} without {key}.")
            found[str(each[key])] = each
        links = page.get("links")
        if not rows or not (links.get("next") if isinstance(links, Mapping) else len(found) < total):
            break
    return found, total


def _read(fetcher: Fetcher, url: str, parameters: Mapping[str, str | int]) -> Mapping[str, Any]:
    answer = fetcher.get(url, parameters=parameters, headers={"Accept": "application/json"})
    return parse_object(answer.body)


def _object(content: Mapping[str, Any], singular: str, url: str) -> Mapping[str, Any]:
    fields = content.get(singular)
    if not isinstance(fields, Mapping):
        raise RemoteUnreadable(f"{url} gave no {singular}.")
    return fields
