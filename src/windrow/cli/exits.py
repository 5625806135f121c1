"""Exit codes: what a command's end says to scripts."""

from enum import IntEnum

from rich.console import Console

from windrow.errors import BadInput, RemoteError, StoreUnavailable, WindrowError


class Exit(IntEnum):
    """What an exit code means."""

    DONE = 0
    """All of it."""
    FAILED = 1
    """It was tried and failed."""
    USAGE = 2
    """The command line or its input is wrong."""
    PARTIAL = 3
    """Some of it; the output says which part is missing."""
    REMOTE = 4
    """A remote server did not do its part."""
    UNAVAILABLE = 5
    """The database cannot be reached."""
    INTERRUPTED = 130
    """Ctrl-C."""


def code_of(error: WindrowError) -> Exit:
    """The exit code of an error."""
    match error:
        case BadInput():
            return Exit.USAGE
        case RemoteError():
            return Exit.REMOTE
        case StoreUnavailable():
            return Exit.UNAVAILABLE
        case _:
            return Exit.FAILED


def tell_error(error: WindrowError) -> None:
    """Says on standard error what went wrong, field by field."""
    console = Console(stderr=True)
    if isinstance(error, BadInput):
        for each in error.problems:
            console.print(f"[red]{each.field}[/red] {each.problem}", highlight=False)
    else:
        console.print(f"[red]{error}[/red]", highlight=False)
