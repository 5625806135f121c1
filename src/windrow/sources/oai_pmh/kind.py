"""The OAI-PMH source kind: which requests a pass makes."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar, NamedTuple

from windrow.errors import BadInput, FieldProblem, RemoteError, RemoteStatus
from windrow.ports.fetching import Answer, Fetcher
from windrow.ports.source_kinds import Detection, Loaded, Opening, PageRequest, PassRequest, Reading
from windrow.sources.oai_pmh import reading
from windrow.sources.oai_pmh.dates import Granularity, begin, end, read_stamp, write_stamp
from windrow.sources.oai_pmh.settings import AUTO, SCHEMA, base_url, is_pycsw, is_request, settings_of
from windrow.sources.oai_pmh.walk import Walk


class _Dates(NamedTuple):
    begin: str = ""
    until: str = ""

    @property
    def empty(self) -> bool:
        """Nothing can lie between them; asking all the same would be an error (badArgument)."""
        return bool(self.until) and self.begin > self.until


class OaiPmhKind:
    """OAI-PMH 2.0, by GET. Each set is a walk of its own; the pages of a walk come one after the other.

    A pass without dates lists everything; one since a moment lists what changed and what the repository declares
    deleted, if it keeps track of deletions at all. `about` sections are ignored.
    """

    name: ClassVar[str] = "oai_pmh"
    title: ClassVar[str] = "OAI-PMH 2.0"
    schema: ClassVar[Mapping[str, Any]] = SCHEMA

    def detect(self, url: str, first: Answer | None, fetcher: Fetcher) -> Detection | None:
        """Asks Identify, once."""
        try:
            identity = reading.read_identity(_ask(fetcher, base_url(url), {"verb": "Identify"}).body)
        except RemoteError:
            return None
        said_so = is_request(url) or (first is not None and reading.is_answer(first.body))
        return Detection(
            kind=self.name,
            url=base_url(url),
            title=identity.name,
            settings=settings_of(url),
            certainty=1.0 if said_so else 0.9,
        )

    def open(self, request: PassRequest, fetcher: Fetcher) -> Opening:
        """Asks who is there and, where the format is left open, which formats there are.

        pycsw cannot tell changes: its `from` compares with the date of the data, not of the metadata.
        """
        _check_dates(request.settings)
        url = base_url(request.url)
        identity = reading.read_identity(_ask(fetcher, url, {"verb": "Identify"}).body)
        prefix = request.settings.get("metadata_prefix", AUTO)
        if prefix == AUTO:
            formats = _ask(fetcher, url, {"verb": "ListMetadataFormats"})
            prefix = reading.choose_format(reading.read_formats(formats.body))
        pycsw = is_pycsw(url) or is_pycsw(identity.base_url)
        tells_changes = bool(request.settings.get("incremental", True)) and not pycsw
        dates = _dates(request.settings, request.since if tells_changes else None, identity.granularity)
        first = Walk(prefix, begin=dates.begin, until=dates.until, pycsw=pycsw, repeats=pycsw)
        return Opening(
            pages=[] if dates.empty else [replace(first, set=each).key for each in _sets(request)],
            listing=dates == _Dates(),
            since=identity.answered_at if tells_changes else None,
            unchanged=dates.empty,
            title=identity.name,
            overlaps=len(_sets(request)) > 1,
        )

    def load(self, request: PassRequest, page: PageRequest, fetcher: Fetcher) -> Loaded:
        """Asks for one page; with all arguments once more where the server refuses the token alone."""
        url = base_url(request.url)
        walk = Walk.of(page.key)
        answer = _ask(fetcher, url, walk.arguments())
        if walk.token and not walk.repeats and reading.wants_all_arguments(answer.body):
            answer = _ask(fetcher, url, walk.repeating().arguments())
        return Loaded([answer])

    def read(self, request: PassRequest, page: PageRequest, loaded: Loaded) -> Reading:
        """Reads the page; a refused token leads back to the walk's begin."""
        walk = Walk.of(page.key)
        answer = loaded.answer
        found = reading.read_page(answer.body, pycsw=walk.pycsw)
        if found.refused:
            return Reading(next=[walk.begin_again().key])
        if walk.token and "metadataPrefix=" in answer.url:
            walk = walk.repeating()
        following = [walk.follow(found.token, found.identifiers, found.total).key] if found.token else []
        return Reading(
            records=found.records,
            gone=found.gone,
            broken=found.broken,
            next=following,
            total=found.total if _trusts_total(request) else None,
        )

    def page_fingerprint(self, loaded: Loaded) -> bytes | None:
        """Leaves out what changes at every answer."""
        return reading.page_fingerprint(loaded.answer.body)


def _ask(fetcher: Fetcher, url: str, arguments: Mapping[str, str]) -> Answer:
    """GET. Some servers (FOLIO's, Invenio's) answer OAI-PMH errors with a 4xx: what they say counts, not the status."""
    try:
        return fetcher.get(url, parameters=arguments)
    except RemoteStatus as refusal:
        if refusal.status < 500 and reading.is_answer(refusal.body):
            return Answer(url=url, status=refusal.status, headers={}, body=refusal.body)
        raise


def _sets(request: PassRequest) -> list[str]:
    return list(request.settings.get("sets", ())) or [""]


def _trusts_total(request: PassRequest) -> bool:
    """With several sets each walk has a size of its own, and records in two of them come twice."""
    return len(_sets(request)) == 1 and bool(request.settings.get("trust_total", True))


def _check_dates(settings: Mapping[str, Any]) -> None:
    problems = [
        FieldProblem(f"settings.{name}", "must be a date or a moment (UTC) such as 2024-01-31 or 2024-01-31T12:00:00Z")
        for name in ("from", "until")
        if settings.get(name) and read_stamp(settings[name]) is None
    ]
    if problems:
        raise BadInput(problems)


def _dates(settings: Mapping[str, Any], since: datetime | None, granularity: Granularity) -> _Dates:
    """The later of the `from` that is set and the one that is asked for, and the `until` that is set."""
    given, until = settings.get("from", ""), settings.get("until", "")
    begins = [write_stamp(_moment(given), granularity)] if given else []
    if since is not None:
        begins.append(begin(since, granularity))
    return _Dates(max(begins, default=""), end(until, granularity) if until else "")


def _moment(text: str) -> datetime:
    moment = read_stamp(text)
    if moment is None:
        raise ValueError(text)
    return moment
