"""Options that many commands share, and the question that --yes answers."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from windrow.cli.exits import Exit
from windrow.errors import BadInput

Data = Annotated[
    Path | None,
    typer.Option("--data", help="Folder of the installation.", metavar="DIR", show_default="WINDROW_DATA"),
]
Json = Annotated[bool, typer.Option("--json", help="Answer in JSON, for scripts.")]
Limit = Annotated[int, typer.Option("--limit", min=1, help="How many to show.")]
All = Annotated[bool, typer.Option("--all", help="Show all of them.")]
Retired = Annotated[bool, typer.Option("--retired", help="Show those that are retired, instead of the others.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do it without asking first.")]
Detach = Annotated[bool, typer.Option("--detach", help="Start it and return at once.")]


Source = Annotated[int, typer.Argument(metavar="SOURCE", help="Number of the source.")]


def confirm(question: str, *, yes: bool) -> None:
    """Asks, unless `yes`. Raises `BadInput` where nobody can be asked, and ends the command at a no."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise BadInput.of("--yes", f"is needed where there is no terminal to ask: {question}")
    if not typer.confirm(question, err=True):
        raise typer.Exit(Exit.FAILED)
