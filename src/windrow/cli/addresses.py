"""Addresses of messages, as commands take them: by an option, or by a variable where they hold a password."""

import os
from typing import Annotated

import typer

from windrow.cli.answers import print_line
from windrow.errors import BadInput

Address = Annotated[
    str | None,
    typer.Option(help="Where to: the URL of a webhook, or an Apprise address such as mailto://user@example.org."),
]
AddressEnv = Annotated[
    str | None,
    typer.Option(metavar="VARIABLE", help="Environment variable that holds the address, where it has a password."),
]


def need_address(address: str | None, variable: str | None) -> str:
    """The address that was given. Raises `BadInput`."""
    given = read_address(address, variable)
    if given is None:
        raise BadInput.of("address", "is missing; give it, or name by --address-env the variable that holds it")
    return given


def read_address(address: str | None, variable: str | None) -> str | None:
    """The address that was given; None where none was. Raises `BadInput`."""
    if variable is None:
        return address
    if address is not None:
        raise BadInput.of("--address-env", "says the same as --address: give one of the two")
    if not os.environ.get(variable):
        raise BadInput.of("--address-env", f"the environment variable {variable} is not set")
    return os.environ[variable]


def tell_secret(secret: str) -> None:
    """Shows what a webhook is signed with; nothing where nothing is signed."""
    if secret:
        print_line("Its webhooks are signed with this secret; it is shown this once:")
        print_line(f"  {secret}", "bold")
