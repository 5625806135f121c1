"""Postman collections (format 2.1), as far as they are requests: scripts stay behind."""

import base64
import re
from collections.abc import Iterator, Mapping
from typing import Any

from windrow.errors import BadInput

_VARIABLE = re.compile(r"\{\{\s*([^{}]+?)\s*\}\}")
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_]")


def read_postman(collection: Any) -> tuple[dict[str, Any], list[str]]:
    """A strict document with a step for each request, folder after folder, and what could not be taken over.

    Variables become saved values. Raises `BadInput` for what is no collection.
    """
    if not isinstance(collection, Mapping) or not isinstance(collection.get("item"), list):
        raise BadInput.of("file", "is no Postman collection: it has no list of items")
    warnings: list[str] = []
    steps = [
        _step(item, place, number, warnings) for number, (place, item) in enumerate(_items(collection["item"], ""))
    ]
    document: dict[str, Any] = {"dialect": "strict"}
    info = collection.get("info")
    if isinstance(info, Mapping) and info.get("name"):
        document["title"] = str(info["name"])
    variables = {_name(each.get("key")): each.get("value") for each in _listed(collection.get("variable"))}
    return {**document, "persistence": variables, "requests": steps}, warnings


def _items(items: Any, place: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for item in _listed(items):
        name = f"{place}/{item.get('name', '')}".lstrip("/")
        if isinstance(item.get("item"), list):
            yield from _items(item["item"], name)
        elif "request" in item:
            yield name, item


def _step(item: Mapping[str, Any], place: str, number: int, warnings: list[str]) -> dict[str, Any]:
    request = item["request"] if isinstance(item["request"], Mapping) else {"url": item["request"]}
    if item.get("event"):
        warnings.append(f"requests[{number}] ({place}): its scripts are left out")
    url = request.get("url", "")
    step: dict[str, Any] = {
        "method": str(request.get("method", "GET")).upper(),
        "api": _text(url.get("raw", "") if isinstance(url, Mapping) else url),
    }
    header = {str(each.get("key")): _text(each.get("value")) for each in _enabled(request.get("header"))}
    _add_auth(request.get("auth"), header, f"requests[{number}]", warnings)
    _add_body(request.get("body"), step, header, f"requests[{number}]", warnings)
    if header:
        step["header"] = header
    step["save_to"] = _name(item.get("name")) or f"answer_{number + 1}"
    return step


def _add_auth(auth: Any, header: dict[str, str], place: str, warnings: list[str]) -> None:
    if not isinstance(auth, Mapping):
        return
    kind = auth.get("type")
    given = {str(each.get("key")): each.get("value") for each in _listed(auth.get(str(kind)))}
    match kind:
        case "bearer":
            header.setdefault("Authorization", f"Bearer {_text(given.get('token'))}")
        case "basic":
            pair = f"{given.get('username', '')}:{given.get('password', '')}"
            header.setdefault("Authorization", f"Basic {base64.b64encode(pair.encode()).decode()}")
        case "apikey" if given.get("in", "header") == "header":
            header.setdefault(str(given.get("key")), _text(given.get("value")))
        case "noauth" | None:
            return
        case _:
            warnings.append(f"{place}: the authentication {kind} is left out")
            return
    warnings.append(f"{place}: its credential stands in the document; use secret.NAME instead")


def _add_body(body: Any, step: dict[str, Any], header: dict[str, str], place: str, warnings: list[str]) -> None:
    if not isinstance(body, Mapping):
        return
    match body.get("mode"):
        case "raw":
            kind = header.get("Content-Type") or _raw_type(body)
            header.setdefault("Content-Type", kind)
            step["body"] = _json_or_text(str(body.get("raw", "")), kind)
        case "urlencoded":
            header.setdefault("Content-Type", "application/x-www-form-urlencoded")
            step["body"] = {str(each.get("key")): _text(each.get("value")) for each in _enabled(body.get("urlencoded"))}
        case None:
            return
        case mode:
            warnings.append(f"{place}: its body ({mode}) is left out")


def _raw_type(body: Mapping[str, Any]) -> str:
    options = body.get("options")
    raw = options.get("raw", {}) if isinstance(options, Mapping) else {}
    return "application/json" if isinstance(raw, Mapping) and raw.get("language") == "json" else "text/plain"


def _json_or_text(raw: str, kind: str) -> Any:
    import json

    if "json" in kind:
        try:
            return _filled(json.loads(raw))
        except ValueError:
            pass
    return _text(raw)


def _filled(value: Any) -> Any:
    match value:
        case str():
            return _text(value)
        case list():
            return [_filled(each) for each in value]
        case dict():
            return {key: _filled(each) for key, each in value.items()}
        case _:
            return value


def _text(value: Any) -> str:
    """Text of a collection, its `{{variables}}` as saved values."""
    return _VARIABLE.sub(lambda found: f"{{{{#.{_name(found[1])}}}}}", "" if value is None else str(value))


def _name(value: Any) -> str:
    return _NOT_IN_NAMES.sub("_", str(value or ""))


def _listed(value: Any) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def _enabled(value: Any) -> list[Mapping[str, Any]]:
    return [each for each in _listed(value) if not each.get("disabled")]
