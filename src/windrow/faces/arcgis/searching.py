"""Searching: as much of the query language of portals as finds the items that are here."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_PIECE = re.compile(r'(-?)(?:(\w+)\s*:\s*)?("[^"]*"|\[[^\]]*\]|[^\s()":]+)')


@dataclass(frozen=True, slots=True)
class Condition:
    """What one word or `field:value` asks for; "" is the field of a word. In small letters."""

    field: str
    value: str
    negated: bool = False

    def fits(self, shown: Mapping[str, str]) -> bool:
        """Whether an item is asked for; fields that are unknown, and ranges, narrow nothing."""
        if self.value == "*" or self.value.startswith("[") or (self.field and self.field not in shown):
            return True
        text = shown[self.field] if self.field else f"{shown['title']} {shown['id']}"
        return (self.value.strip("*") in text) is not self.negated


Query = tuple[tuple[Condition, ...], ...]
"""Conditions of which all must fit, each as alternatives of which one must."""


def read_query(text: str) -> Query:
    """A query: words, `field:value`, quotes, OR, NOT and a minus. Brackets are there for the eye: OR binds most."""
    found: list[list[Condition]] = []
    either = negated = False
    for minus, field, value in _PIECE.findall(text):
        if not field and value in ("AND", "OR", "NOT"):
            either, negated = value == "OR", value == "NOT"
            continue
        condition = Condition(field.lower(), value.strip('"').strip().lower(), negated=negated or bool(minus))
        if either and found:
            found[-1].append(condition)
        else:
            found.append([condition])
        either = negated = False
    return tuple(tuple(each) for each in found)


def is_asked_for(query: Query, shown: Mapping[str, object]) -> bool:
    """Whether an item, as it is shown, fits."""
    lowered = {name.lower(): str(value).lower() for name, value in shown.items()}
    return all(any(each.fits(lowered) for each in either) for either in query)
