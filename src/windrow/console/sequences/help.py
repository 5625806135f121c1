"""Which keys go where in a document: from the published schema of the strict dialect, and in words for the other."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from windrow.work.sequence.documents import Dialect
from windrow.work.sequence.strict.schema import SCHEMA

GROUPS = ("retry", "pages", "loop", "task", "walker")
"""Keys of a step that hold keys of their own."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a document: what it may hold, and what it is for."""

    name: str
    holds: str
    told: str
    needed: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """The keys of one place."""

    title: str
    keys: Sequence[Key]


COMPAT = (
    Group(
        "The document",
        (
            Key("persistence", "an object", "The saved values to begin with, and the result."),
            Key("container", "an object", "current (the answer before), parent_current and index to begin with."),
            Key("requests", "a list", "The requests, one after another.", needed=True),
        ),
    ),
    Group(
        "A request",
        (
            Key("method", "GET, POST or JAC", "Others are not sent: the answer before stands for theirs."),
            Key("api", "text", "The address, or the operation."),
            Key("body", "an object", "Sent as JSON by POST."),
            Key("header", "an object", "Headers, texts only. A key named headers means nothing."),
            Key("master", "any value", "For JAC."),
            Key("save_to", "text", "The name that the answer is saved under."),
            Key("save_req_to", "text", "The name that the request is saved under."),
            Key("ignore_error", "true or false", "Whether the list goes on after an error."),
            Key("break", "a filter", "Where the answer meets it, the list ends."),
            Key("__def_loop__", "an object", "What is done for each item of a list."),
            Key("idempotent", "true or false", "Whether a POST may be sent again when nobody knows what became of it."),
        ),
    ),
    Group(
        "A loop (__def_loop__)",
        (
            Key("by", "text", "The path of a list, without braces: $.data."),
            Key("filter", "a list", "Conditions that items must meet."),
            Key("requests", "a list", "What is done with each item.", needed=True),
        ),
    ),
)

TEMPLATES = {
    Dialect.STRICT: (
        ("{{ $.a.b }}", "from the answer before"),
        ("{{ #.name }}", "a saved value"),
        ("{{ @.id }}, {{ @account.id }}", "the item of the innermost loop, or of the one so named"),
        ("{{ !account }}", "the number of the item, from 0"),
        ("{{ $.next? }}", "nothing where it is not there"),
        ("{{ secret.NAME }}", "a named secret: in header, query and body only"),
    ),
    Dialect.COMPAT: (
        ("{{$.a.b}}", "from the answer before"),
        ("{{#.name}}", "a saved value"),
        ("{{@.id}}", "the item of the innermost loop"),
        ("{{!}}", "its number, from 0"),
    ),
}


@cache
def keys_of(dialect: Dialect) -> Sequence[Group]:
    """The keys by the place where they stand."""
    match dialect:
        case Dialect.COMPAT:
            return COMPAT
        case Dialect.STRICT:
            step = SCHEMA["$defs"]["step"]
            inner = [Group(f"{_CAPTIONS[name]} ({name})", list(_keys(step["properties"][name]))) for name in GROUPS]
            return [Group("The document", list(_keys(SCHEMA))), Group("A step", list(_keys(step))), *inner]


_CAPTIONS = {
    "retry": "Further attempts",
    "pages": "Pages: one of next, link, cursor and page",
    "loop": "A loop",
    "task": "A task",
    "walker": "A walker",
}


def _keys(rule: Mapping[str, Any]) -> Iterator[Key]:
    needed = rule.get("required", ())
    for name, each in rule["properties"].items():
        if name != "$schema":
            yield Key(name, _holds(each), _told(each), name in needed)


def _told(rule: Mapping[str, Any]) -> str:
    told = str(rule.get("description", ""))
    if "default" in rule and not isinstance(rule["default"], bool | list):
        told = f"{told} Else {rule['default']}.".strip()
    return told


def _holds(rule: Mapping[str, Any]) -> str:
    if "const" in rule:
        return "true" if rule["const"] is True else str(rule["const"])
    if "enum" in rule:
        return " or ".join(map(str, rule["enum"]))
    if "anyOf" in rule:
        return " or ".join(dict.fromkeys(_holds(each) for each in rule["anyOf"]))
    if "$ref" in rule:
        return "a step"
    match rule.get("type"):
        case "array":
            return _list_of(rule.get("items", {}))
        case "object":
            return "an object"
        case "string":
            return "text"
        case "boolean":
            return "true or false"
        case "integer" | "number":
            return _range(rule)
        case _:
            return "any value"


def _list_of(items: Mapping[str, Any]) -> str:
    if not items:
        return "a list"
    return f"a list of {'steps' if '$ref' in items else 'texts' if items.get('type') == 'string' else 'numbers'}"


def _range(rule: Mapping[str, Any]) -> str:
    least, most = rule.get("minimum", rule.get("exclusiveMinimum")), rule.get("maximum")
    word = "a whole number" if rule["type"] == "integer" else "a number"
    return word if most is None else f"{word} to {most}" if least is None else f"{least} to {most}"
