"""Puts a server's refusal into words: status, its own short explanation in plain text, and when to come back."""

import html
import math
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from windrow.fetching.redaction import hide, redact_urls

EXCERPT = 200
"""Characters of a server's explanation that go into a message."""

LONGEST_RETRY_AFTER = 7 * 86400.0
"""Seconds; a wish beyond is read as this, so that no arithmetic overflows."""

_UNSEEN = re.compile(r"<(script|style|head)\b.*?(?:</\1\s*>|$)|<!--.*?(?:-->|$)|<[^>]*(?:>|$)", re.I | re.S)
_CHARSET = re.compile(r"charset=[\"']?([\w.:-]+)", re.I)
_NO_TEXT = re.compile(r"[^\w\s!-~]")


def explain_status(status: int, reason: str, headers: Mapping[str, str], body: bytes, secrets: Iterable[str]) -> str:
    """Such as `503 Service Unavailable: The database is down.`"""
    phrase = _phrase(status) or _plain(reason)[:60]
    said = hide(excerpt(headers.get("content-type", ""), body), secrets)
    return f"{status} {phrase}".rstrip() + (f": {said}" if said and said != phrase else "")


def excerpt(content_type: str, body: bytes) -> str:
    """The first words of a body without its tags; empty where it holds no readable text."""
    charset = _CHARSET.search(content_type)
    start = body[: 32 * EXCERPT]
    try:
        text = start.decode(charset[1] if charset else "utf-8", "replace")
    except LookupError:
        text = start.decode("utf-8", "replace")
    plain = _plain(html.unescape(_UNSEEN.sub(" ", text)))
    if text.count("�") + len(_NO_TEXT.findall(plain[:EXCERPT])) > EXCERPT // 4:
        return ""
    return redact_urls(plain if len(plain) <= EXCERPT else plain[:EXCERPT].rsplit(" ", 1)[0] + " …")


def read_retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds to wait by `Retry-After` (RFC 9110 10.2.3: seconds or a date); None where there is no usable one."""
    value = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d+(\.\d+)?", value, re.ASCII):
        return min(float(value), LONGEST_RETRY_AFTER)
    until = _http_date(value)
    if until is None:
        return None
    # By the server's own clock where it tells it: ours and its may differ by more than the wait.
    seconds = (until - (_http_date(headers.get("date", "")) or now)).total_seconds()
    return min(math.ceil(max(seconds, 0.0)), LONGEST_RETRY_AFTER)


def _http_date(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _plain(text: str) -> str:
    printable = "".join(each if each.isprintable() else " " for each in text)
    return " ".join(printable.split())
