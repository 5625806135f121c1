"""One step's request with its further attempts and its further pages."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin

from windrow.errors import RemoteError
from windrow.ports.fetching import Reply
from windrow.work.sequence.conducting import Conductor
from windrow.work.sequence.sending import Asked
from windrow.work.sequence.strict.calling import Calling, StepError, origin_of, read_body, set_query
from windrow.work.sequence.strict.language import Scope, fill_text, parse_path, value_at

AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})

_LINK = re.compile(r"<([^>]*)>([^<]*)")
_NEXT = re.compile(r";\s*rel\s*=\s*(?:\"[^\"]*\bnext\b[^\"]*\"|next\b)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Answered:
    """What a step was answered: the value, and what `answer` knows of it."""

    value: Any
    about: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Asking:
    """Sends the requests of steps, as often as they say."""

    conductor: Conductor
    calling: Calling

    def ask(self, step: Mapping[str, Any], path: str, asked: Asked, scope: Scope) -> Answered:
        """The answer, of all pages. Raises `RemoteError`, `StepError`, `BadTemplate`, `OutOfBounds`, `Stopped`."""
        if "pages" not in step:
            return self._one(step, path, asked)
        pages = step["pages"]
        values: list[Any] = []
        about: Mapping[str, Any] = {}
        for number, answered in enumerate(self._pages(step, path, asked, scope)):
            if number >= pages.get("most", 1000):
                raise StepError(f"there are more than {number} pages; most allows more, up to 10000")
            values.append(answered.value)
            about = answered.about
        if "items" in pages:
            return Answered([item for each in values for item in _items(pages, each, scope)], about)
        return Answered(values, about)

    def _one(self, step: Mapping[str, Any], path: str, asked: Asked) -> Answered:
        reply = self._until_answered(step.get("retry", {}), path, asked)
        self.calling.check_host(reply.url or asked.url)
        about = {"status": reply.status, "headers": dict(reply.headers), "url": reply.url}
        if reply.status >= 400 and reply.status not in asked.expect:
            told = f"{reply.status} {reply.reason}".strip()
            raise StepError(told, status=reply.status, answer=_told(reply))
        return Answered(read_body(reply), about)

    def _until_answered(self, retry: Mapping[str, Any], path: str, asked: Asked) -> Reply:
        attempts, on = retry.get("attempts", 1), frozenset(retry.get("on", AGAIN))
        for attempt in range(1, attempts):
            try:
                reply = self.conductor.ask(path, asked, attempt=attempt)
            except RemoteError as error:
                if not (error.retryable and asked.idempotent):
                    raise
                wait = _back_off(retry, attempt)
            else:
                if reply.status not in on or reply.status in asked.expect:
                    return reply
                said = _wait_after(reply, retry, attempt)
                if said is None:
                    return reply
                wait = said
            self.conductor.wait(f"{path}#{attempt + 1}", wait)
        return self.conductor.ask(path, asked, attempt=attempts)

    # Pages.

    def _pages(self, step: Mapping[str, Any], path: str, asked: Asked, scope: Scope) -> Iterator[Answered]:
        pages, number = step["pages"], 0
        if "page" in pages:
            asked = replace(asked, url=set_query(asked.url, pages["page"]["parameter"], _page(pages, 0)))
        while True:
            answered = self._one(step, f"{path}.page[{number}]", asked)
            yield answered
            number += 1
            seen = replace(scope, current=answered.value, answer=answered.about)
            following = self._following(pages, asked.url, number, seen)
            if following is None:
                return
            if origin_of(following) != origin_of(asked.url):
                raise StepError(
                    "the next page is on another server: what may be sent to one may not be sent to another"
                )
            asked = replace(asked, url=following)

    def _following(self, pages: Mapping[str, Any], url: str, number: int, seen: Scope) -> str | None:
        """The address of the next page; None after the last one."""
        limits = self.conductor.meter.limits
        if "link" in pages:
            found = _next_link(str(seen.answer["headers"].get("link", "")))
            return None if found is None else urljoin(url, found)
        if "next" in pages:
            named = fill_text(pages["next"], seen, limits=limits)
            return urljoin(url, str(named)) if named else None
        if "cursor" in pages:
            cursor = fill_text(pages["cursor"]["from"], seen, limits=limits)
            return None if cursor in (None, "") else set_query(url, pages["cursor"]["parameter"], cursor)
        if not _items(pages, seen.current, seen):
            return None
        return set_query(url, pages["page"]["parameter"], _page(pages, number))


def _page(pages: Mapping[str, Any], number: int) -> int:
    first, step = pages["page"].get("first", 1), pages["page"].get("step", 1)
    return int(first) + number * int(step)


def _items(pages: Mapping[str, Any], value: Any, scope: Scope) -> list[Any]:
    found = value_at(parse_path(pages["items"]), replace(scope, current=value))
    if not isinstance(found, list):
        raise StepError(f"there is no list at {pages['items']} of a page")
    return found


def _next_link(header: str) -> str | None:
    return next((each[1] for each in _LINK.finditer(header[:20_000]) if _NEXT.search(each[2])), None)


def _told(reply: Reply) -> Any:
    try:
        return read_body(reply)
    except StepError:
        return reply.body.decode("utf-8", "replace")


def _back_off(retry: Mapping[str, Any], attempt: int) -> float:
    wait = float(retry.get("wait", 1)) * float(retry.get("factor", 2)) ** (attempt - 1)
    return min(wait, float(retry.get("most", 60)))


def _wait_after(reply: Reply, retry: Mapping[str, Any], attempt: int) -> float | None:
    """Seconds until the next attempt: as the server says, else longer each time; None where that is too long."""
    said = _retry_after(reply.headers.get("retry-after", ""))
    if said is None:
        return _back_off(retry, attempt)
    return said if said <= float(retry.get("most", 60)) else None


def _retry_after(said: str) -> float | None:
    if said.strip().isdecimal():
        return float(said)
    try:
        at = parsedate_to_datetime(said)
    except ValueError:
        return None
    at = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    return max(0.0, (at - datetime.now(UTC)).total_seconds())
