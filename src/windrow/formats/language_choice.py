"""Choosing a text among those of several languages, as the people of a source prefer them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

Text = TypeVar("Text")


def choose(texts: Mapping[str, Text], languages: Sequence[str]) -> Text | None:
    """The text of the first wanted language that is there, `de` for `de-AT` too; else the one without a language,
    else the first. None of none.
    """
    by_tag: dict[str, Text] = {}
    for tag, text in texts.items():
        by_tag.setdefault(_normal(tag), text)
    for language in map(_normal, languages):
        if language in by_tag:
            return by_tag[language]
        primary = language.partition("-")[0]
        near = next((tag for tag in sorted(by_tag) if tag.partition("-")[0] == primary), None)
        if near is not None:
            return by_tag[near]
    if "" in by_tag:
        return by_tag[""]
    return next(iter(texts.values()), None)


def are_languages(names: Iterable[str]) -> bool:
    """Whether all names look like language tags, as the names in `{"en": ..., "pt-BR": ...}` do."""
    listed = list(names)
    return bool(listed) and all(2 <= len(each.split("-")[0].split("_")[0]) <= 3 and each.isascii() for each in listed)


def _normal(tag: str) -> str:
    return tag.strip().lower().replace("_", "-")
