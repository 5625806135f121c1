"""Requests of the strict dialect, from a step with its templates to what goes out, and back to a value."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from windrow.ports.fetching import Reply
from windrow.work.sequence.limits import Limits
from windrow.work.sequence.sending import Asked
from windrow.work.sequence.strict.language import BadTemplate, Scope, fill
from windrow.work.sequence.surroundings import Secrets
from windrow.work.sequence.telling import HIDDEN

_CHARSET = re.compile(r"charset\s*=\s*\"?([\w.:-]+)", re.IGNORECASE)
_REPEATABLE = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})


class StepError(Exception):
    """A step failed. `status` and `answer` are those of the server, where it gave any."""

    def __init__(self, message: str, *, status: int | None = None, answer: Any = None) -> None:
        super().__init__(message)
        self.status = status
        self.answer = answer

    def as_json(self) -> dict[str, Any]:
        """What `$` is after it."""
        return {"error": {"message": str(self), "status": self.status, "answer": self.answer}}


@dataclass(slots=True)
class Calling:
    """Makes requests of steps.

    declared  the named secrets of the document, with the hosts that may see each
    hosts     the only hosts that may be asked; None for all
    """

    secrets: Secrets
    declared: Mapping[str, Any]
    hosts: frozenset[str] | None
    limits: Limits

    def make(self, step: Mapping[str, Any], scope: Scope, hidden: Callable[[], tuple[str, ...]]) -> tuple[Asked, Any]:
        """What goes out, and, where the step saves it, the request as it may be saved: without its named secrets.

        `hidden` gives whatever must not be told of it beside those. Raises `BadTemplate`, `StepError`.
        """
        url = _text(fill(step["api"], scope, limits=self.limits), "api")
        self.check_host(url)
        used: dict[str, str] = {}
        seen = replace(scope, secret=lambda name: used.setdefault(name, self._secret(name, url)))
        asked = self._asked(step, url, seen, lambda: (*used.values(), *hidden()))
        if "save_req_to" not in step:
            return asked, None
        return asked, self._saved(step, url, replace(scope, secret=lambda _: HIDDEN))

    def _asked(self, step: Mapping[str, Any], url: str, scope: Scope, secrets: Callable[[], tuple[str, ...]]) -> Asked:
        method = step["method"]
        headers = self._headers(step, scope)
        body = media_type = None
        if "body" in step and method != "HEAD":
            given = next((headers.pop(each) for each in list(headers) if each.lower() == "content-type"), None)
            media_type = given or "application/json"
            body = write_body(fill(step["body"], scope, limits=self.limits), media_type)
        address = add_query(url, fill(step.get("query", {}), scope, limits=self.limits))
        return Asked(
            method,
            address,
            headers,
            body,
            media_type or "",
            idempotent=step.get("idempotent", method in _REPEATABLE),
            secrets=secrets(),  # known now that all is filled in
            seconds=step.get("timeout"),
            expect=frozenset(step.get("expect", ())),
        )

    def _headers(self, step: Mapping[str, Any], scope: Scope) -> dict[str, str]:
        given = fill(step.get("header", step.get("headers", {})), scope, limits=self.limits)
        return {name: _as_text(value) for name, value in given.items() if value is not None}

    def _saved(self, step: Mapping[str, Any], url: str, scope: Scope) -> dict[str, Any]:
        saved: dict[str, Any] = {"method": step["method"], "api": url}
        for key in ("query", "header", "headers", "body"):
            if key in step:
                saved[key] = fill(step[key], scope, limits=self.limits)
        return saved

    def check_host(self, url: str) -> None:
        """Raises `StepError` where the document does not name the host."""
        if self.hosts is not None and not self.hosts & _names(url):
            raise StepError(f"{urlsplit(url).netloc.rpartition('@')[2]} is none of the hosts that the document names")

    def _secret(self, name: str, url: str) -> str:
        found = self.secrets(name)
        if found is None:
            raise BadTemplate(f"secret.{name}: there is no such secret here")
        if not (_names(url) & found.hosts and _names(url) & frozenset(self.declared.get(name, ()))):
            raise BadTemplate(f"secret.{name} may not be sent to {urlsplit(url).netloc}")
        return found.value


def _names(url: str) -> frozenset[str]:
    """What a host may be named by: `a.example`, or `a.example:8443` for one port."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme, 0)
    except ValueError:
        return frozenset()
    host = (parts.hostname or "").lower().rstrip(".")
    return frozenset({host, f"{host}:{port}"})


def origin_of(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port. Raises `ValueError`."""
    parts = urlsplit(url)
    return parts.scheme, (parts.hostname or "").lower(), parts.port


def add_query(url: str, query: Mapping[str, Any]) -> str:
    """The address with parameters added to its query."""
    pairs: list[tuple[str, str]] = []
    for name, value in query.items():
        several = value if isinstance(value, list) else [value]
        pairs += [(name, _as_text(each)) for each in several if each is not None]
    if not pairs:
        return url
    address, mark, fragment = url.partition("#")
    joint = "&" if "?" in address else "?"
    return f"{address}{joint}{urlencode(pairs, quote_via=quote)}{mark}{fragment}"


def set_query(url: str, name: str, value: Any) -> str:
    """The address with one parameter in the place of all of that name."""
    address, _, query = url.partition("#")[0].partition("?")
    kept = [each for each in query.split("&") if each and each.partition("=")[0] != quote(name, safe="")]
    return add_query(address + ("?" + "&".join(kept) if kept else ""), {name: value})


def write_body(value: Any, media_type: str) -> bytes:
    """A body of its type: JSON, a form, or text. Raises `StepError`."""
    kind = media_type.partition(";")[0].strip().lower()
    if _is_json(kind):
        return json.dumps(value, allow_nan=False).encode()
    if kind == "application/x-www-form-urlencoded" and isinstance(value, dict):
        return add_query("", value)[1:].encode()
    if isinstance(value, str):
        return value.encode()
    raise StepError(f"a body of the type {kind} must be text")


def read_body(reply: Reply) -> Any:
    """JSON where the type says so, null where there is nothing, else text. Raises `StepError`."""
    if reply.status == 204 or not reply.body:
        return None
    if _is_json(reply.media_type):
        try:
            return json.loads(reply.body)
        except (ValueError, RecursionError) as error:
            told = f"the answer is not the JSON that its type says: {error}"
            raise StepError(told, status=reply.status) from error
    charset = _CHARSET.search(reply.headers.get("content-type", ""))
    try:
        return reply.body.decode(charset[1] if charset else "utf-8", "replace")
    except LookupError:
        return reply.body.decode("utf-8", "replace")


def _is_json(kind: str) -> bool:
    return kind == "application/json" or kind.endswith("+json")


def _text(value: Any, key: str) -> str:
    if not isinstance(value, str):
        raise BadTemplate(f"{key} must become text, not {json.dumps(value)[:100]}")
    return value


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
