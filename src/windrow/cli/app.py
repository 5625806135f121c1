"""The commands, put together; what goes wrong in any of them is told in one line, with an exit code that says what."""

import os
import sys
from collections.abc import Sequence
from functools import cache
from importlib.metadata import version
from typing import Annotated

import typer
from typer.core import TyperGroup

from windrow.cli import installation
from windrow.cli.answers import tell
from windrow.cli.commands import Command
from windrow.cli.exits import Exit, code_of, tell_error, tell_problem
from windrow.cli.groups import MARKUP, Groups
from windrow.cli.harvest import harvest
from windrow.cli.report import report
from windrow.errors import WindrowError

app = typer.Typer(
    name="windrow",
    help="Schedules, runs and watches harvests and jobs for data portals and research infrastructures.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=MARKUP,
    cls=Groups,
)


def _tell_version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"windrow {version('windrow')}\n")
        raise typer.Exit


@app.callback()
def begin(
    version: Annotated[  # noqa: ARG001 - answered by its callback
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Schedules, runs and watches harvests and jobs for data portals and research infrastructures."""
    from windrow.processes.logs import configure_command_logs
    from windrow.settings import find_misspelt_variables

    configure_command_logs()
    if os.environ.get("WINDROW_SUPERVISED") != "1":  # children of `up` would only say it again
        for warning in find_misspelt_variables():
            tell(warning, "yellow")


installation.add_to(app)
app.command(cls=Command)(harvest)
app.command(cls=Command)(report)


@cache
def _made() -> Groups:
    """What is made of the functions once in a process."""
    made = typer.main.get_command(app)
    assert isinstance(made, Groups)
    return made


def root() -> TyperGroup:
    """All commands."""
    _made().load_all()
    return _made()


def run() -> None:
    """Runs the command line of this process."""
    sys.exit(carry_out(sys.argv[1:]))


def carry_out(arguments: Sequence[str]) -> int:
    """Runs one command line; returns its exit code. Whatever could be foreseen is told in one line."""
    try:
        ended = _made().main(args=list(arguments), prog_name="windrow", standalone_mode=False)
    except WindrowError as error:
        tell_error(error)
        return code_of(error)
    except typer.Abort:
        return Exit.INTERRUPTED
    except typer.TyperException as error:
        _tell_usage(error)
        return error.exit_code
    except OSError as error:
        tell_problem(f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}")
        return Exit.FAILED
    return ended if isinstance(ended, int) else Exit.DONE


def _tell_usage(error: typer.TyperException) -> None:
    """One line instead of a frame around it; without words it was the help, which is printed already."""
    told = error.format_message().replace("Value error, ", "")
    if told:
        context = getattr(error, "ctx", None)
        path = context.command_path if context is not None else "windrow"
        tell_problem(f"{told.rstrip('.')}. See {path} --help.", field=path)
