"""What a package says under one name, wherever its portal keeps it: as a field, among the extras, in many languages."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Self

from windrow.errors import RemoteUnreadable
from windrow.formats import json
from windrow.formats.json import object_of, objects_of, text_of
from windrow.formats.language_choice import are_languages, choose

_SEPARATORS = re.compile(r"[\s:.-]+")
_EMPTY: tuple[Any, ...] = (None, "", [], {})


@dataclass(frozen=True, slots=True)
class Fields:
    """A package's own fields and its extras by their names, which are compared without case and with `_` for `-`.

    Extensions keep the same things in either place: ckanext-dcat and ckanext-spatial among the extras, portals with a
    schema of their own (ckanext-scheming) as fields. A field wins over an extra of its name.
    """

    values: Mapping[str, Any]
    languages: Sequence[str]

    @classmethod
    def of(cls, document: Mapping[str, Any], languages: Sequence[str]) -> Self:
        """The fields of a package, or of one of its parts."""
        extras = document.get("extras")
        pairs: list[tuple[str, Any]] = list(extras.items()) if isinstance(extras, dict) else []
        pairs += [(text_of(each.get("key")), each.get("value")) for each in objects_of(extras)]
        pairs += [(name, value) for name, value in document.items() if value not in _EMPTY and name != "extras"]
        return cls({_plain_name(name): value for name, value in pairs}, languages)

    def text(self, *names: str) -> str:
        """The first text under these names, in the language that is wanted; "" where there is none."""
        for name in names:
            translated = choose(_texts_in(unpacked(self.values.get(f"{name}_translated"))), self.languages)
            if text := translated or self._text(self.values.get(name)):
                return text
        return ""

    def texts(self, *names: str) -> tuple[str, ...]:
        """All texts under the first of these names that has some: a list, a list written as a text, or one text."""
        for name in names:
            value = unpacked(self.values.get(name))
            if isinstance(value, dict) and are_languages(value):
                value = choose({tag: each for tag, each in value.items() if each not in _EMPTY}, self.languages)
            values = value if isinstance(value, list) else [value]
            found = tuple(dict.fromkeys(text for each in values if (text := self._text(each))))
            if found:
                return found
        return ()

    def objects(self, *names: str) -> list[dict[str, Any]]:
        """All objects under the first of these names that has some."""
        for name in names:
            value = unpacked(self.values.get(name))
            found = objects_of([value] if isinstance(value, dict) else value)
            if found:
                return found
        return []

    def value(self, *names: str) -> Any:
        """Whatever stands under the first of these names; None where nothing does."""
        return next((self.values[name] for name in names if self.values.get(name) not in _EMPTY), None)

    def parts(self, name: str) -> Iterator["Fields"]:
        """The parts of a list of objects, each with fields of its own."""
        for each in self.objects(name):
            yield Fields.of(each, self.languages)

    def _text(self, value: Any) -> str:
        value = unpacked(value)
        if isinstance(value, list):
            return next((text for each in value if (text := self._text(each))), "")
        texts = _texts_in(value)
        return choose(texts, self.languages) or "" if texts else text_of(value)


@lru_cache(maxsize=4096)
def _plain_name(name: str) -> str:
    # The packages of a portal have the same few names.
    return _SEPARATORS.sub("_", name.strip().lower())


def unpacked(value: Any) -> Any:
    """A value that was written as JSON into a text, which is how extras hold lists and objects."""
    if not isinstance(value, str) or value.strip()[:1] not in ("{", "["):
        return value
    try:
        return json.parse(value.encode())
    except (RemoteUnreadable, UnicodeEncodeError):
        return value


def _texts_in(value: Any) -> dict[str, str]:
    """The texts of an object of languages; nothing of any other value."""
    texts = object_of(value)
    if not texts or not are_languages(texts):
        return {}
    return {name: text for name, each in texts.items() if (text := text_of(each))}
