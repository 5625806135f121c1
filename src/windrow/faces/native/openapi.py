"""The OpenAPI document of the native API: what the framework finds out, and what it cannot know."""

from collections.abc import Iterator, Mapping
from typing import Any

from windrow.faces.native.examples import example_of
from windrow.wire.shapes import Problem

REFERENCE = "#/components/schemas/{model}"

TAGS = (
    ("accounts", "Oneself, users and their roles, teams, API tokens."),
    ("sources", "Remote places to harvest: find out what they are, register, look, change, harvest, delete."),
    ("resources", "The remote records of a source, and the deletions that its guard holds for a person."),
    ("targets", "Where a source's records are pushed to, and what became of each there."),
    ("notifications", "Who is told of what becomes of a source, by webhooks and by the services that Apprise knows."),
    ("tasks", "What can be run: its kind, parameters, schedule and limits."),
    ("schedules", "What a schedule leads to, before it is saved and in the days to come."),
    ("runs", "Executions of tasks: their progress, parts, log and files, live or afterwards."),
    ("workers", "The living processes of this installation, and what each does."),
    ("hosts", "Remote hosts: how they have behaved lately, and when they may be asked."),
    ("records", "The catalogue: search, look, download."),
    ("copies", "The data itself: files that records link to, copied here."),
    ("items", "Files that tasks work with: notebooks, pipelines, report definitions."),
    ("destinations", "Where reports are sent: webhooks, mailboxes, and what else Apprise knows."),
    ("sequences", "Request sequences: the secrets that they name, and the schema of their documents."),
    ("operation", "For whoever keeps this installation alive."),
)

SECURITY_SCHEMES = {
    "token": {"type": "http", "scheme": "bearer", "description": "An API token, made by `POST /api/v1/tokens`."},
    "password": {"type": "http", "scheme": "basic", "description": "A user's name and password."},
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "windrow_session",
        "description": "The console's session; changes are taken from its own pages only.",
    },
}

PROBLEMS: Mapping[int, str] = {
    401: "Nobody is signed in, or the credentials are wrong, expired or revoked.",
    403: "The role or the token's scopes do not allow this, or a one-time password has to be changed first.",
    404: "There is no such object, or it is not yours to see.",
    409: "Not in the object's present state; the detail tells in which.",
    413: "The request is too large.",
    415: "The body is not called JSON.",
    422: "Bad input; every field at fault is named with the remedy. Also a URL's server may be.",
    429: "Too many wrong passwords; `Retry-After` tells when to try again.",
    503: "The database does not answer; nothing was written.",
}

READING = frozenset({"get", "head"})
MADE = ("201", "202")
LOCATED = frozenset(
    {
        "create_destination",
        "create_item",
        "create_notification",
        "create_source",
        "create_task",
        "start_copying",
        "start_diff",
        "start_harvest",
        "start_task",
        "test_notification",
    }
)
OURS = ("/api/v1/", "/healthz", "/readyz", "/metrics")
"""The other faces are standards, and describe themselves."""

OPEN = ("/healthz", "/readyz")


def complete(document: dict[str, Any]) -> dict[str, Any]:
    """The framework's document of the whole application as that of the native API, with nothing left to guess."""
    components = document.setdefault("components", {}).setdefault("schemas", {})
    document["paths"] = {path: told for path, told in document["paths"].items() if path.startswith(OURS)}
    components.update(_shapes_of_problems())
    document["components"]["securitySchemes"] = SECURITY_SCHEMES
    document["security"] = [{name: []} for name in SECURITY_SCHEMES]
    document["tags"] = [{"name": name, "description": told} for name, told in TAGS]
    for path, method, operation in _operations(document):
        _complete_operation(path, method, operation, components)
    _drop_unused(document)
    return document


def _operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def _shapes_of_problems() -> dict[str, Any]:
    schema = Problem.model_json_schema(ref_template=REFERENCE)
    return {**schema.pop("$defs"), "Problem": schema}


def _drop_unused(document: Mapping[str, Any]) -> None:
    """Takes out the shapes of other faces, and the framework's own, which nothing here speaks of."""
    components = document["components"]["schemas"]
    used: set[str] = set()
    left = set(_references(document["paths"]))
    while left:
        used |= left
        left = {name for each in left for name in _references(components[each])} - used
    for name in components.keys() - used:
        del components[name]


def _references(part: object) -> Iterator[str]:
    if isinstance(part, Mapping):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"].rpartition("/")[2]
        for each in part.values():
            yield from _references(each)
    elif isinstance(part, list):
        for each in part:
            yield from _references(each)


def _complete_operation(path: str, method: str, operation: dict[str, Any], components: Mapping[str, Any]) -> None:
    operation["summary"] = operation["operationId"].replace("_", " ").capitalize()
    if path in OPEN:
        operation["security"] = []
    responses = operation["responses"]
    responses.pop("422", None)
    for status in _problems_of(path, method, operation):
        responses[str(status)] = _problem(status)
    for content in _json_contents(operation):
        content["example"] = example_of(content["schema"], components)
    for made in MADE:
        if operation["operationId"] in LOCATED and made in responses:
            responses[made]["headers"] = {"Location": _header("Where it can be looked at.")}


def _problems_of(path: str, method: str, operation: Mapping[str, Any]) -> Iterator[int]:
    if path in OPEN:
        return
    yield from (401, 403, 429, 503)
    places = {each["in"] for each in operation.get("parameters", ())}
    if "path" in places:
        yield 404
    if method not in READING:
        yield 409
    if "requestBody" in operation:
        yield from (413, 415)
    if "requestBody" in operation or places & {"query", "header"}:
        yield 422


def _problem(status: int) -> dict[str, Any]:
    response: dict[str, Any] = {
        "description": PROBLEMS[status],
        "content": {"application/problem+json": {"schema": {"$ref": REFERENCE.format(model="Problem")}}},
    }
    if status == 401:
        response["headers"] = {"WWW-Authenticate": _header("How to sign in.")}
    if status in (429, 503):
        response["headers"] = {"Retry-After": _header("Seconds until another try may succeed.")}
    return response


def _header(told: str) -> dict[str, Any]:
    return {"description": told, "schema": {"type": "string"}}


def _json_contents(operation: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    holders = [operation.get("requestBody", {}), *operation["responses"].values()]
    for holder in holders:
        for media_type, content in holder.get("content", {}).items():
            if media_type == "application/json" and content.get("schema"):
                yield content
