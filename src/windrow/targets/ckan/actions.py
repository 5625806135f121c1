"""Actions of the portal's API: what is asked, and what refusals mean."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from windrow.errors import RemoteError, RemoteStatus, RemoteUnreadable, Unfit
from windrow.formats import json
from windrow.formats.json import object_of, text_of
from windrow.ports.fetching import Answer, Courier

_JSON = {"Accept": "application/json"}
_PAGES = frozenset(("api", "dataset", "organization", "group", "harvest", "about", "user", "dashboard"))
_NOT_FOUND, _INVALID = "Not Found Error", "Validation Error"
_OURS_TO_SET = frozenset(("owner_org", "groups"))


def action_url(url: str, action: str) -> str:
    """The address of an action, for any page of the portal."""
    parts = urlsplit(url.strip())
    steps = [each for each in parts.path.split("/") if each]
    cut = next((place for place, step in enumerate(steps) if step in _PAGES), len(steps))
    path = "/".join(["", *steps[:cut], "api", "3", "action", action])
    return urlunsplit((parts.scheme, parts.netloc, path, "", ""))


def ask(url: str, action: str, parameters: Mapping[str, str], courier: Courier) -> Any:
    """The result of an action that only reads. Raises `RemoteError`."""
    try:
        return _result(courier.get(action_url(url, action), parameters=parameters, headers=_JSON))
    except RemoteStatus as refusal:
        raise refusal.explained(_told(_error_in(refusal))) from refusal


def show(url: str, name: str, courier: Courier) -> dict[str, Any] | None:
    """The package of that name or id; None where the portal says that there is none."""
    try:
        return _package(_result(courier.get(action_url(url, "package_show"), parameters={"id": name}, headers=_JSON)))
    except RemoteStatus as refusal:
        error = _error_in(refusal)
        # Any server answers 404: only a portal says in its own words that it has no such package.
        if refusal.status == 404 and error.get("__type") == _NOT_FOUND:
            return None
        raise refusal.explained(_told(error)) from refusal


def change(url: str, action: str, fields: Mapping[str, Any], courier: Courier) -> Any:
    """The result of an action that changes something. Raises `RemoteError`, and `Unfit` for what it never takes."""
    body = json.serialise(fields)
    address = action_url(url, action)
    try:
        return _result(courier.send("POST", address, body, media_type="application/json", headers=_JSON))
    except RemoteStatus as refusal:
        raise _meant(refusal) from refusal


def is_gone(refusal: RemoteStatus) -> bool:
    """Whether the portal said that there is no such package."""
    return refusal.status == 404 and _error_in(refusal).get("__type") == _NOT_FOUND


def _meant(refusal: RemoteStatus) -> RemoteError | Unfit:
    error = _error_in(refusal)
    told = _told(error)
    faults = {name for name, value in error.items() if name not in ("__type", "message") and value}
    if error.get("__type") != _INVALID or not faults - _OURS_TO_SET:
        return refusal.explained(told)
    if faults == {"name"}:
        # Somebody was quicker: at the next try the package is found. Or a deleted one that we may not see holds it.
        return RemoteError(f"The portal does not take the package's name: {told}")
    return Unfit(f"The portal does not take the package: {told}")


def _result(answer: Answer) -> Any:
    document = json.parse_object(answer.body)
    if document.get("success") is not True:
        told = _told(object_of(document.get("error"))) or "it does not say which"
        raise RemoteUnreadable(f"The portal reports an error: {told}.")
    return document.get("result")


def _package(result: Any) -> dict[str, Any]:
    package = object_of(result)
    if not text_of(package.get("id")):
        raise RemoteUnreadable("The portal shows a package without an id.")
    return package


def _error_in(refusal: RemoteStatus) -> dict[str, Any]:
    try:
        return object_of(json.parse_object(refusal.body).get("error"))
    except RemoteUnreadable:
        return {}


def _told(error: Mapping[str, Any]) -> str:
    words = [text_of(error.get("__type")), text_of(error.get("message"))]
    words += [f"{name}: {_plain(value)}" for name, value in error.items() if name not in ("__type", "message")]
    return ": ".join(filter(None, words))[:500]


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(filter(None, map(_plain, value)))
    if isinstance(value, dict):
        return "; ".join(f"{name}: {_plain(each)}" for name, each in value.items())
    return text_of(value)
