"""A call of a walker as the server's API wants it, and what is to be read from its answer. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import orjson

from windrow.work.http_walkers.reading import Api, HttpWalker

HIDDEN = b"***"

SHORTEST = 4
"""Characters of a secret that is looked for: a shorter one is found everywhere, and would spoil any answer."""

LONGEST = 500
"""Characters of what a server says that is no JSON."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A POST request; its body is JSON."""

    url: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answered:
    """What the walker did. `error` is "" for one that succeeded; `state` None where the server tells nothing of it."""

    reports: Sequence[Any] = ()
    anchor: Any = None
    state: Mapping[str, Any] | None = None
    error: str = ""
    trace: Sequence[str] = ()
    status_code: int | None = None
    custom: Any = None


def signing_in(walker: HttpWalker) -> Asked:
    """The request for a token."""
    name, path = ("username", "/user/login") if walker.api is Api.JAC else ("email", "/user/token/")
    return Asked(f"{walker.url}{path}", orjson.dumps({name: walker.username, "password": walker.password}))


def read_token(status: int, body: bytes) -> str:
    """The token that the server gave; "" for none. Newer servers wrap it."""
    read = _read(body)
    if status >= 400 or not isinstance(read, dict):
        return ""
    data = read.get("data")
    found = read.get("token") or (data.get("token") if isinstance(data, dict) else None)
    return found if isinstance(found, str) else ""


def calling(walker: HttpWalker, context: Mapping[str, Any], token: str) -> Asked:
    """The call itself."""
    if walker.api is Api.JAC:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return Asked(f"{walker.url}/walker/{quote(walker.walker, safe='')}", orjson.dumps(dict(context)), headers)
    headers = {"Authorization": f"token {token}"} if token else {}
    # It is to be run at once: what the server would queue, nobody here would ask for again.
    body = {"name": walker.walker, "ctx": dict(context), "is_async": False}
    return Asked(f"{walker.url}/js/walker_run", orjson.dumps(body), headers)


def read_answer(api: Api, status: int, reason: str, body: bytes) -> Answered:
    """What the walker did, as far as the server tells."""
    read = _read(body)
    if not isinstance(read, dict):
        told = read[:LONGEST] if isinstance(read, str) else ""
        if status >= 400:
            return Answered(error=f"The server answered {status} {reason}. {told}".strip())
        # Jaseci 1 gives a custom report in place of its own answer.
        return (
            Answered(custom=read) if api is Api.JASECI else Answered(error=f"The server's answer is no object. {told}")
        )
    return _read_jaseci(status, reason, read) if api is Api.JASECI else _read_jac(status, reason, read)


def hide(body: bytes, secrets: Sequence[str]) -> bytes:
    """An answer without what we sent to be let in: some servers tell callers their own headers."""
    for each in secrets:
        if len(each) < SHORTEST:
            continue
        written = orjson.dumps(each)[1:-1]
        for found in {each.encode(), written, written.replace(b"/", rb"\/")}:
            body = body.replace(found, HIDDEN)
    return body


def _read_jaseci(status: int, reason: str, read: dict[str, Any]) -> Answered:
    trace = [str(each) for each in _listed(read.get("stack_trace"))]
    if "success" not in read:
        if status >= 400:
            return Answered(error=_told(status, reason, read.get("detail")))
        return Answered(custom=read)
    errors = [str(each) for each in _listed(read.get("errors"))] or trace[-1:]
    error = "" if read["success"] else " ".join(errors) or str(read.get("response", "")) or "The walker failed."
    reports = _listed(read.get("report"))
    code = read.get("status_code", status if status != 200 else None)
    return Answered(reports, None, None, error, trace, code if isinstance(code, int) else None)


def _read_jac(status: int, reason: str, read: dict[str, Any]) -> Answered:
    data = read["data"] if isinstance(read.get("data"), dict) else read  # newer servers wrap it
    wrong = data.get("error") or read.get("error")
    reports = _listed(data.get("reports") or data.get("report"))
    state = data.get("result") if isinstance(data.get("result"), dict) else None
    if wrong or read.get("ok") is False or status >= 400:
        said = wrong.get("message", "") if isinstance(wrong, dict) else wrong
        trace = data.get("traceback") or (wrong.get("details") if isinstance(wrong, dict) else None)
        lines = [each for each in str(trace).splitlines() if each and 'File "' not in each] if trace else []
        return Answered(reports, None, state, str(said) if said else _told(status, reason, None), lines)
    return Answered(reports, (state or {}).get("anchor"), state)


def _told(status: int, reason: str, detail: Any) -> str:
    return f"The server answered {status} {reason}. {detail or ''}".strip()


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _read(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return body.decode(errors="replace")
