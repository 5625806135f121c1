"""The commands, put together; what goes wrong in any of them is told in one line, with an exit code that says what."""

import sys

import typer

from windrow.cli import installation
from windrow.cli.exits import code_of, tell_error
from windrow.cli.harvest import harvest
from windrow.errors import WindrowError

app = typer.Typer(
    name="windrow",
    help="Schedules, runs and watches harvests and jobs for data portals and research infrastructures.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)
installation.add_to(app)
app.command()(harvest)


def run() -> None:
    """Runs the command line."""
    try:
        app()
    except WindrowError as error:
        tell_error(error)
        sys.exit(code_of(error))
