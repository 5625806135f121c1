"""The CKAN source kind: which requests a pass makes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from windrow.errors import RemoteError, RemoteStatus, RemoteUnreadable
from windrow.formats import json
from windrow.formats.json import object_of, text_of
from windrow.ports.fetching import Answer, Fetcher
from windrow.ports.source_kinds import Detection, Loaded, Opening, PageRequest, PassRequest, Reading
from windrow.sources.ckan import reading
from windrow.sources.ckan.places import action_url, candidates, portal_url, settings_of
from windrow.sources.ckan.searches import counting_parameters, first_keys, parameters_of, since_text
from windrow.sources.ckan.settings import BY_IDENTIFIER, SCHEMA, Settings

_ACCEPT = {"Accept": "application/json"}


class CkanKind:
    """CKAN 2.8 and later by its Action API, version 3: pages of `package_search` hold whole packages.

    The first answer tells how many there are, so all pages are known at once; they are sorted by identifier, which
    never changes. Changes are asked for by `metadata_modified`. A key for private portals is the source's credential:
    the header is `Authorization`, or whatever the portal calls it.
    """

    name: ClassVar[str] = "ckan"
    title: ClassVar[str] = "CKAN"
    schema: ClassVar[Mapping[str, Any]] = SCHEMA

    def detect(self, url: str, first: Answer | None, fetcher: Fetcher) -> Detection | None:  # noqa: ARG002 - the port's
        """Asks for the number of packages at the address, then at its host's root; for the title where there are."""
        for place, certainty in candidates(url).items():
            try:
                reading.read_found(_ask(fetcher, place, "package_search", {"rows": 0}))
            except RemoteError:
                continue
            title = _title(fetcher, place)
            return Detection(self.name, f"{place}/", title, settings_of(url), certainty=certainty)
        return None

    def open(self, request: PassRequest, fetcher: Fetcher) -> Opening:
        """Asks how many packages there are, and when the last one was modified."""
        settings = Settings.of(request.settings)
        since = since_text(request.since) if request.since is not None and settings.incremental else ""
        answer = _ask(fetcher, request.url, "package_search", counting_parameters(settings, since))
        found = reading.read_found(answer)
        if found.count and not found.results:
            raise RemoteUnreadable(f"No package, although {found.count} are announced.")
        return Opening(
            pages=first_keys(settings, found.count, since),
            total=found.count if settings.trust_total else None,
            listing=not since,
            since=_next_since(answer, found, request.since if since else None) if settings.incremental else None,
            unchanged=bool(since) and found.count == 0,
        )

    def load(self, request: PassRequest, page: PageRequest, fetcher: Fetcher) -> Loaded:
        """Asks for one page."""
        parameters = parameters_of(page.key, Settings.of(request.settings))
        try:
            return Loaded([_ask(fetcher, request.url, "package_search", parameters)])
        except RemoteStatus as refusal:
            if int(page.key.get("start", 0)) == 0 or refusal.retryable:
                raise
            hint = f"{refusal} If the portal refuses large offsets, set its paging to {BY_IDENTIFIER}."
            raise RemoteStatus(hint, status=refusal.status, body=refusal.body) from refusal

    def read(self, request: PassRequest, page: PageRequest, loaded: Loaded) -> Reading:
        """Reads the page."""
        settings = Settings.of(request.settings)
        return reading.read_page(page.key, loaded.answer, settings, portal_url(request.url))

    def page_fingerprint(self, loaded: Loaded) -> bytes | None:
        """Leaves visits and other passing things out."""
        return reading.page_fingerprint(loaded.answer)


def _ask(fetcher: Fetcher, url: str, action: str, parameters: Mapping[str, str | int]) -> Answer:
    try:
        return fetcher.get(action_url(url, action), parameters=parameters, headers=_ACCEPT)
    except RemoteStatus as refusal:
        raise _explained(refusal) from refusal


def _explained(refusal: RemoteStatus) -> RemoteStatus:
    """The refusal with what the portal says of it: CKAN answers its errors with a status of 400 or more."""
    try:
        told = reading.error_text(json.parse(refusal.body))
    except RemoteUnreadable:
        return refusal
    if not told or told in str(refusal):
        return refusal
    return RemoteStatus(f"{refusal} {told}", status=refusal.status, retry_after=refusal.retry_after, body=refusal.body)


def _title(fetcher: Fetcher, url: str) -> str:
    """What the portal calls itself; "" where it does not say."""
    try:
        return text_of(object_of(reading.read_result(_ask(fetcher, url, "status_show", {}))).get("site_title"))
    except RemoteError:
        return ""


def _next_since(answer: Answer, found: reading.Found, before: datetime | None) -> datetime | None:
    """The moment to ask from at the next pass: that of the newest package, in the portal's own time.

    One that claims to be of the future must not hide what comes before it, so the answer's date bounds it. Where
    nothing is new, it stays what it was.
    """
    moments = [each for each in (found.modified, answer.answered_at) if each is not None]
    if not found.results:
        return before or (moments[0] if moments else None)
    return min(moments) if found.modified is not None else None
