"""Whether and how a server can be asked for what changed: by CQL2 on `updated`, and only where that can be trusted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from windrow.errors import RemoteError
from windrow.ports.fetching import Fetcher
from windrow.sources.ogc_records.asking import conformance_of, get
from windrow.sources.ogc_records.catalogues import Catalogue, filters_by_text, updated_format
from windrow.sources.ogc_records.finding import Place
from windrow.sources.ogc_records.reading import read_document, read_page
from windrow.sources.ogc_records.settings import with_query

_INDEXING = timedelta(minutes=5)
"""How long a record may take from its `updated` until a search finds it; asked for again at the next pass."""

_MOST_CATALOGUES = 20
"""Each costs two requests of asking around; beyond that a full pass is as cheap."""


@dataclass(frozen=True, slots=True)
class Filter:
    """How a catalogue's `updated` may be compared: as a date or as a moment."""

    by_day: bool

    def since(self, moment: datetime) -> dict[str, str]:
        """The parameters that ask for what changed at the moment or later."""
        begin = (moment - _INDEXING).astimezone(UTC)
        day, second = begin.date().isoformat(), begin.strftime("%Y-%m-%dT%H:%M:%SZ")
        return _cql2(f"updated >= DATE('{day}')" if self.by_day else f"updated >= TIMESTAMP('{second}')")


def trusted_filters(place: Place, catalogues: Sequence[Catalogue], fetcher: Fetcher) -> Mapping[str, Filter]:
    """The filter of each catalogue, by the address of its items; none at all unless every catalogue has one."""
    root = place.root()
    if len(catalogues) > _MOST_CATALOGUES or not filters_by_text(conformance_of(root.document, root.url, fetcher)):
        return {}
    filters = {each.items: _filter_of(each, fetcher) for each in catalogues}
    return (
        {items: found for items, found in filters.items() if found is not None} if None not in filters.values() else {}
    )


def _filter_of(catalogue: Catalogue, fetcher: Fetcher) -> Filter | None:
    """None where the server refuses the filter, ignores it, or has records that do not say when they were updated."""
    try:
        kind = updated_format(read_document(get(fetcher, catalogue.queryables))) if catalogue.queryables else ""
        if not kind:
            return None
        undated = with_query(catalogue.items, {"limit": "1", **_cql2("updated IS NULL")})
        page = read_page(get(fetcher, undated))
    except RemoteError:
        return None
    return None if page.identifiers or page.matched else Filter(by_day=kind == "date")


def _cql2(text: str) -> dict[str, str]:
    return {"filter": text, "filter-lang": "cql2-text"}
