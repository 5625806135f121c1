"""Requests as people may see them later: without named secrets, and without what is secret by its name."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from windrow.work.sequence.sending import Asked
from windrow.work.sequence.telling import HIDDEN, hide

LARGEST = 8 << 10
"""Bytes of a body that are kept to be shown."""

_SECRET = re.compile(r"auth|cookie|token|secret|passw|credential|signature|api[-_]?key|session", re.IGNORECASE)
_PAIR = re.compile(r"([^&=;]*)=([^&;]*)")


def asked_to_json(asked: Asked) -> dict[str, Any]:
    """A request, plain JSON: `{method, url, headers, body}`; a body is JSON, or text, or left out with its size."""
    shown: dict[str, Any] = {
        "method": asked.method,
        "url": _url(asked.url, asked.secrets),
        "headers": {
            name: HIDDEN if _SECRET.search(name) else hide(value, asked.secrets)
            for name, value in asked.headers.items()
        },
    }
    if asked.body is not None:
        shown |= {"bytes": len(asked.body), "media_type": asked.media_type}
        shown |= {} if len(asked.body) > LARGEST else {"body": _body(asked.body, asked.secrets)}
    return shown


def without_secrets(value: Any, secrets: Iterable[str] = ()) -> Any:
    """A copy in which nothing is shown that has the name of a secret."""
    match value:
        case str():
            return hide(value, secrets)
        case Mapping():
            return {
                name: HIDDEN if _SECRET.search(str(name)) and each else without_secrets(each, secrets)
                for name, each in value.items()
            }
        case list():
            return [without_secrets(each, secrets) for each in value]
        case _:
            return value


def _url(url: str, secrets: Iterable[str]) -> str:
    try:
        parts = urlsplit(hide(url, secrets))
    except ValueError:
        return "an unusable address"
    query = _pairs(parts.query)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query=query, fragment="").geturl()[:2000]


def _pairs(text: str) -> str:
    return _PAIR.sub(lambda found: f"{found[1]}={HIDDEN if _SECRET.search(found[1]) else found[2]}", text)


def _body(body: bytes, secrets: Iterable[str]) -> Any:
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return f"{len(body)} bytes that are no text"
    try:
        return without_secrets(json.loads(text), secrets)
    except (ValueError, RecursionError):
        return _pairs(hide(text, secrets))
