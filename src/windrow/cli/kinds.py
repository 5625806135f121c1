"""Kinds that are installed, and the settings of one: what `kinds` of sources and of targets answers."""

from collections.abc import Mapping
from typing import Any, Protocol

import orjson

from windrow.cli.answers import Column, print_json, print_list


class Kind(Protocol):
    """What is shown of a kind; `schema` is the JSON Schema of its settings."""

    @property
    def name(self) -> str:
        """What it is asked for by."""

    @property
    def title(self) -> str:
        """What people call it."""

    @property
    def schema(self) -> Mapping[str, Any]:
        """Its settings."""


def show_kinds(kinds: Mapping[str, Kind], *, as_json: bool) -> None:
    """All of them, by name."""
    found = [{"name": each.name, "title": each.title} for _, each in sorted(kinds.items())]
    print_list(found, [text_column("Kind", "name"), text_column("Title", "title")], as_json=as_json)


def show_settings(kind: Kind, *, as_json: bool) -> None:
    """The settings of one: its schema as JSON, or a line each."""
    if as_json:
        print_json(kind.schema)
        return
    settings = [{"name": name, **rule} for name, rule in kind.schema["properties"].items()]
    columns = [("Setting", "name"), ("Default", "default"), ("Meaning", "description")]
    print_list(settings, [text_column(*each) for each in columns], as_json=False)


def text_column(title: str, name: str) -> Column[dict[str, Any]]:
    """A column of what plain objects hold under a name."""

    def value(row: dict[str, Any]) -> object:
        found = row.get(name)
        return "" if found is None else found if isinstance(found, str) else orjson.dumps(found).decode()

    return Column(title, value)
