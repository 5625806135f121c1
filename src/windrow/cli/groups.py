"""Groups of commands, each loaded when it is asked for: a process needs one of them, or none."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any, Final

import typer
from typer.core import TyperGroup

GROUPS: Mapping[str, str] = {
    "sources": "sources",
    "targets": "targets",
    "notifications": "notifications",
    "runs": "runs",
    "tasks": "tasks",
    "schedules": "schedules",
    "items": "items",
    "destinations": "destinations",
    "sequence": "sequences",
    "secrets": "secrets",
    "records": "records",
    "users": "users",
    "tokens": "tokens",
    "workers": "workers",
    "hosts": "hosts",
    "db": "db",
    "import": "importing",
}
"""By the word that people write: the module whose `app` has the commands."""

MARKUP: Final = "markdown"
"""Of help texts."""


class Groups(TyperGroup):
    """The commands that it is made with, and then the groups."""

    def load_all(self) -> None:
        """Has all groups, in their order."""
        for name in GROUPS:
            loaded = self.commands.pop(name, None)
            self.commands[name] = _load(name) if loaded is None else loaded

    def list_commands(self, ctx: Any) -> list[str]:
        """The names of all."""
        self.load_all()
        return super().list_commands(ctx)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command or group of this name; None where there is none."""
        if cmd_name in GROUPS and cmd_name not in self.commands:
            self.commands[cmd_name] = _load(cmd_name)
        return super().get_command(ctx, cmd_name)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """What is asked for, and the rest of the line. A name that there is not is told with those that are like it."""
        if self.get_command(ctx, args[0]) is None:
            self.load_all()
        return super().resolve_command(ctx, args)


def _load(name: str) -> Any:
    holder = typer.Typer(rich_markup_mode=MARKUP)
    holder.add_typer(import_module(f"windrow.cli.{GROUPS[name]}").app, name=name)
    made = typer.main.get_command(holder)
    assert isinstance(made, TyperGroup)
    return made.commands[name]
