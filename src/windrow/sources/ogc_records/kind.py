"""The OGC API Records source kind: which requests a pass makes."""

from collections.abc import Mapping
from typing import Any, ClassVar

from windrow.errors import BadInput, RemoteError, RemoteUnreadable
from windrow.model.trails import Trail
from windrow.ports.fetching import Answer, Fetcher
from windrow.ports.source_kinds import Detection, Loaded, Opening, PageKey, PageRequest, PassRequest, Reading
from windrow.sources.ogc_records import reading
from windrow.sources.ogc_records.asking import get
from windrow.sources.ogc_records.catalogues import Form
from windrow.sources.ogc_records.changes import trusted_filters
from windrow.sources.ogc_records.finding import Place, find, holds_records
from windrow.sources.ogc_records.settings import SCHEMA, plain, query_of, settings_of, with_query


class OgcRecordsKind:
    """OGC API - Records - Part 1: Core 1.0. Each collection is a walk along the `next` links of its pages.

    The URL is that of a landing page, a list of collections, one of them, or its items. Changes are asked for by a
    filter on `updated` where the server has one that works and all its records have that date; elsewhere each pass
    looks at every page.
    """

    name: ClassVar[str] = "ogc_records"
    title: ClassVar[str] = "OGC API Records"
    schema: ClassVar[Mapping[str, Any]] = SCHEMA

    def detect(self, url: str, first: Answer | None, fetcher: Fetcher) -> Detection | None:
        """Looks for collections that hold records, at the URL or one step from it."""
        try:
            place = _place_at(url, first, fetcher)
            if not holds_records(place, fetcher):
                return None
        except RemoteError:
            return None
        return Detection(
            kind=self.name,
            url=_address(place, url),
            title=place.title,
            settings=settings_of(url),
            # A STAC API may call its items records; the STAC kind knows more of them.
            certainty=0.8 if "stac_version" in place.document else 1.0,
        )

    def open(self, request: PassRequest, fetcher: Fetcher) -> Opening:
        """Asks for the collections, and whether the server can tell what changed."""
        query = _query(request.settings)
        answer = get(fetcher, request.url)
        place = Place(answer.url, reading.read_document(answer))
        catalogues = find(place, request.settings.get("collections", ()), fetcher)
        asks = bool(request.settings.get("incremental", True)) and answer.answered_at is not None
        filters = trusted_filters(place, catalogues, fetcher) if asks else {}
        since = request.since if filters else None
        return Opening(
            pages=[
                {
                    "url": with_query(each.items, {**query, **(filters[each.items].since(since) if since else {})}),
                    "collection": each.identifier,
                    **({"alone": True} if len(catalogues) == 1 else {}),
                }
                for each in catalogues
            ],
            listing=since is None,
            since=answer.answered_at if filters else None,
            title=place.title,
        )

    def load(self, request: PassRequest, page: PageRequest, fetcher: Fetcher) -> Loaded:  # noqa: ARG002 - the port's
        """Asks for one page."""
        return Loaded([get(fetcher, page.key["url"])])

    def read(self, request: PassRequest, page: PageRequest, loaded: Loaded) -> Reading:
        """Reads the page."""
        found = reading.read_page(loaded.answer, collection=page.key.get("collection", ""))
        counts = page.key.get("alone", False) and request.settings.get("trust_total", True)
        return Reading(
            records=found.records,
            broken=found.broken,
            next=_following(page.key, found),
            total=found.matched if counts else None,
            fingerprint=found.fingerprint,
        )

    def leads_to(self, page: PageRequest, loaded: Loaded) -> list[PageKey]:
        """The page after this one."""
        return _following(page.key, reading.read_leads(loaded.answer))

    def page_fingerprint(self, loaded: Loaded) -> bytes | None:
        """Leaves out what changes at every answer."""
        return reading.page_fingerprint(loaded.answer)


def _place_at(url: str, first: Answer | None, fetcher: Fetcher) -> Place:
    if first is not None:
        try:
            return Place(first.url, reading.read_document(first))
        except RemoteUnreadable:
            pass  # A page for people: the same address may have JSON for those who ask for it.
    answer = get(fetcher, url)
    return Place(answer.url, reading.read_document(answer))


def _address(place: Place, url: str) -> str:
    """What to harvest from: the collection rather than a page of its items."""
    if place.form is Form.ITEMS:
        return place.collection or plain(url)
    return plain(url)


def _query(settings: Mapping[str, Any]) -> dict[str, str]:
    if len(settings.get("bbox", ())) not in (0, 4):
        raise BadInput.of("settings.bbox", "must be four numbers: west, south, east, north")
    return query_of(settings)


def _following(key: PageKey, found: reading.Page) -> list[PageKey]:
    """The page after this one. Some servers lead on from an empty page even when all records came."""
    trail = Trail.of(key.get("trail", {}))
    if not found.next or (not found.identifiers and found.matched is not None and trail.seen >= found.matched):
        return []
    trail = trail.follow(found.next, found.identifiers, found.matched)
    return [{**key, "url": found.next, "trail": trail.key}]
