"""Exit codes and error lines: what a command's end says to scripts and to people."""

from collections.abc import Mapping
from enum import IntEnum

from rich.console import Console
from rich.text import Text

from windrow.errors import BadInput, RemoteError, RemoteForbidden, StoreUnavailable, WindrowError
from windrow.model.runs import RunState


class Exit(IntEnum):
    """How a command ended."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    PARTIAL = 3
    REMOTE = 4
    UNAVAILABLE = 5
    INTERRUPTED = 130


MEANINGS: Mapping[Exit, str] = {
    Exit.DONE: "All of it was done.",
    Exit.FAILED: "It was tried and failed, or there is no such thing, or its present state does not allow it.",
    Exit.USAGE: "The command line, a setting or other input is wrong; nothing was done.",
    Exit.PARTIAL: "Some of it was done; the output says what is missing.",
    Exit.REMOTE: "A remote server did not do its part while the command waited for it.",
    Exit.UNAVAILABLE: "The database cannot be reached, is out of space, or is not of this version.",
    Exit.INTERRUPTED: "Ctrl-C.",
}


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


def code_of_state(state: RunState) -> Exit:
    """The exit code of a command that waited for a run's end."""
    match state:
        case RunState.SUCCEEDED:
            return Exit.DONE
        case RunState.PARTIAL:
            return Exit.PARTIAL
        case _:
            return Exit.FAILED


def tell_error(error: WindrowError) -> None:
    """Says on standard error what went wrong: a line for each field at fault, or one line."""
    if isinstance(error, BadInput):
        for each in error.problems:
            tell_problem(each.problem, field=each.field)
    elif isinstance(error, RemoteForbidden):
        tell_problem(f"{error} WINDROW_OUTGOING_ALLOW=name,address,network/8 allows more than what is public.")
    else:
        tell_problem(str(error))


def tell_problem(told: str, *, field: str = "") -> None:
    """One line on standard error, never wrapped, so that it can be searched for."""
    line = Text.assemble((f"{field}: ", "bold red") if field else "", (told, "" if field else "red"))
    Console(stderr=True).print(line, soft_wrap=True, highlight=False)
