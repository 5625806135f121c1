"""The GeoNode source kind: which requests a pass makes."""

from collections.abc import Mapping
from typing import Any, ClassVar

from windrow.errors import BadInput, RemoteError
from windrow.ports.fetching import Answer, Fetcher
from windrow.ports.source_kinds import Detection, Loaded, Opening, PageKey, PageRequest, PassRequest, Reading
from windrow.sources.geonode import legacy, pages
from windrow.sources.geonode.asking import Found, count, fetch, find, get
from windrow.sources.geonode.documents import read_documents
from windrow.sources.geonode.places import LEGACY, LEGACY_TYPES, V2, legacy_list_url, list_url
from windrow.sources.geonode.settings import SCHEMA, Settings

_APIS = (V2, LEGACY)


class GeoNodeKind:
    """Another GeoNode: by its API v2 (4.0 and later), else by its legacy API and the CSW beside it.

    Which of the two is found out once, when a pass begins. The list is walked page by page. Resources that it carries
    whole are read from it; the others are fetched one by one, when what the list says of them is new.
    """

    name: ClassVar[str] = "geonode"
    title: ClassVar[str] = "GeoNode"
    schema: ClassVar[Mapping[str, Any]] = SCHEMA

    def detect(self, url: str, first: Answer | None, fetcher: Fetcher) -> Detection | None:  # noqa: ARG002 - the port's
        """Asks for what only a GeoNode has: at most three requests."""
        try:
            return Detection(kind=self.name, url=find(url, _APIS, fetcher).base)
        except RemoteError:
            return None

    def open(self, request: PassRequest, fetcher: Fetcher) -> Opening:
        """Finds out which API there is, beginning with that of the last pass."""
        settings = Settings.of(request.settings)
        last = request.cursor.get("api", V2)
        found = find(request.url, sorted(_APIS, key=lambda each: each != last), fetcher)
        if found.api == LEGACY:
            return _open_legacy(found, settings, fetcher)
        first = pages.first_key(found.base, size=settings.page_size, sort=found.sorts)
        return Opening(pages=[first], cursor={"api": V2})

    def load(self, request: PassRequest, page: PageRequest, fetcher: Fetcher) -> Loaded:
        """Asks for one page of a list, or for resources one by one."""
        if not page.documents:
            return Loaded([get(fetcher, _page_url(page.key, Settings.of(request.settings)))])
        return Loaded.documents([fetch(each, fetcher) for each in page.documents])

    def read(self, request: PassRequest, page: PageRequest, loaded: Loaded) -> Reading:
        """Reads a page of a list, or resources."""
        if page.documents:
            return read_documents(page.documents, loaded.answers)
        read = pages.read_page if page.key["api"] == V2 else legacy.read_page
        return read(page.key, loaded.answer, Settings.of(request.settings))

    def page_fingerprint(self, loaded: Loaded) -> bytes | None:
        """That of a page of API v2's list, which may carry whole records; None for a legacy one."""
        return pages.page_fingerprint(loaded.answer)


def _open_legacy(found: Found, settings: Settings, fetcher: Fetcher) -> Opening:
    """Counts each list once, so that the pages of all are known at once."""
    strange = [each for each in settings.types if each not in LEGACY_TYPES]
    if strange:
        told = f"this GeoNode is older than 4 and lists only {', '.join(LEGACY_TYPES)}, not {', '.join(strange)}"
        raise BadInput.of("settings.other_types", told)
    words = [word for kind, word in LEGACY_TYPES.items() if kind in settings.types]
    lists = [count(found.base, word, settings, fetcher) for word in words]
    return Opening(
        pages=legacy.keys_for(found.base, lists, settings.page_size),
        total=sum(each.total for each in lists),
        cursor={"api": LEGACY},
    )


def _page_url(key: PageKey, settings: Settings) -> str:
    base, size = str(key["at"]), int(key["size"])
    if key["api"] == LEGACY:
        return legacy_list_url(base, str(key["of"]), settings, offset=int(key["offset"]), limit=size)
    return list_url(base, settings, page=int(key["page"]), size=size, sort=bool(key.get("sort")))
