"""What a JSON Schema says of keys, in words: which there are, what each may hold, what it is for."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Key:
    """A key of an object: what it may hold, and what it is for."""

    name: str
    holds: str
    told: str
    needed: bool = False


def keys_of(rule: Mapping[str, Any]) -> Iterator[Key]:
    """The keys that an object may have."""
    needed = rule.get("required", ())
    for name, each in rule.get("properties", {}).items():
        if name != "$schema" and isinstance(each, Mapping):
            yield Key(name, _holds(each), _told(each), name in needed)


def keys_inside(rule: Mapping[str, Any]) -> Sequence[Key]:
    """The keys of an object, or of the objects in a list; none for anything else."""
    items = rule.get("items")
    inner = items if isinstance(items, Mapping) else rule
    return list(keys_of(inner))


def _told(rule: Mapping[str, Any]) -> str:
    told = str(rule.get("description", ""))
    if "default" in rule and not isinstance(rule["default"], bool | list | dict):
        told = f"{told} Else {rule['default']}.".strip()
    return told


def _holds(rule: Mapping[str, Any]) -> str:
    if "const" in rule:
        return "true" if rule["const"] is True else str(rule["const"])
    if "enum" in rule:
        return " or ".join(map(str, rule["enum"]))
    if isinstance(rule.get("anyOf"), list):
        return " or ".join(dict.fromkeys(_holds(each) for each in rule["anyOf"] if isinstance(each, Mapping)))
    if "$ref" in rule:
        return f"a {_named(rule)}"
    match rule.get("type"):
        case "array":
            items = rule.get("items")
            return _list_of(items if isinstance(items, Mapping) else {})
        case "integer" | "number":
            return _range(rule)
        case str(word):
            return _WORDS.get(word, word)
        case _:
            return "any value"


_WORDS = {"object": "an object", "string": "text", "boolean": "true or false", "null": "nothing"}
_MANY = {"string": "texts", "integer": "whole numbers", "number": "numbers", "object": "objects"}


def _list_of(items: Mapping[str, Any]) -> str:
    if "$ref" in items:
        return f"a list of {_named(items)}s"
    word = _MANY.get(str(items.get("type")))
    return f"a list of {word}" if word else "a list"


def _named(rule: Mapping[str, Any]) -> str:
    return str(rule["$ref"]).rpartition("/")[2]


def _range(rule: Mapping[str, Any]) -> str:
    least, most = rule.get("minimum", rule.get("exclusiveMinimum")), rule.get("maximum")
    word = "a whole number" if rule["type"] == "integer" else "a number"
    if least is None or most is None:
        return word + (f" from {least}" if least is not None else "") + (f" to {most}" if most is not None else "")
    return f"{least} to {most}"
