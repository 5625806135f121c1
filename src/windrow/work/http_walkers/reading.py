"""The file that names walkers of live Jac servers: a table of TOML for each, by the name that it has here."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from windrow.errors import BadInput, FieldProblem

ANYTHING: Mapping[str, Any] = {"type": "object"}


class Api(StrEnum):
    """How the server is asked: as Jac's own server (`jac start`, `jac serve`, jac-scale, jac-cloud), or as Jaseci 1."""

    JAC = "jac"
    JASECI = "jaseci"


@dataclass(frozen=True, slots=True)
class HttpWalker:
    """A walker of a live server.

    name     what it is called here
    url      the server's base URL
    walker   what it is called there
    token    what the server gave; or a user and password, with which one is fetched for each run
    repeat   whether it may be called again where nobody knows what became of the first call
    seconds  that the server may take to answer
    """

    name: str
    url: str
    walker: str
    api: Api
    token: str = field(repr=False)
    username: str
    password: str = field(repr=False)
    schema: Mapping[str, Any]
    version: str
    description: str
    queued: bool
    repeat: bool
    seconds: float


_TEXTS = ("walker", "token", "token_file", "username", "password", "password_file", "version", "description")
_SWITCHES = ("queued", "repeat")
_KNOWN = frozenset(("url", "api", "schema", "seconds", *_SWITCHES, *_TEXTS))


def read_file(file: Path) -> list[HttpWalker]:
    """The walkers that a file names. Raises `BadInput` that names what is wrong with it, and never what is secret."""
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput.of("http_walkers", f"names a file that cannot be read: {file}: {error.strerror}") from error
    except ValueError as error:
        raise BadInput.of("http_walkers", f"names a file that is no TOML: {file}: {error}") from error
    problems = [each for name, table in tables.items() for each in _problems(name, table)]
    if problems:
        raise BadInput([FieldProblem(f"{file}: {each.field}", each.problem) for each in problems])
    return [_walker(name, table, file.parent) for name, table in tables.items()]


def _walker(name: str, table: Mapping[str, Any], folder: Path) -> HttpWalker:
    return HttpWalker(
        name=name,
        url=table["url"].rstrip("/"),
        walker=table.get("walker", name),
        api=Api(table.get("api", Api.JAC)),
        token=_secret(name, table, "token", folder),
        username=table.get("username", ""),
        password=_secret(name, table, "password", folder),
        schema=table.get("schema", ANYTHING),
        version=table.get("version", "1"),
        description=table.get("description", ""),
        queued=table.get("queued", False),
        repeat=table.get("repeat", False),
        seconds=float(table.get("seconds", 60.0)),
    )


def _secret(name: str, table: Mapping[str, Any], field: str, folder: Path) -> str:
    if f"{field}_file" not in table:
        return str(table.get(field, ""))
    path = folder / Path(table[f"{field}_file"]).expanduser()
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput.of(f"http_walkers: {name}.{field}_file", f"names a file that cannot be read: {error}") from error


def _problems(name: str, table: Any) -> list[FieldProblem]:
    if not isinstance(table, dict):
        return [FieldProblem(name, 'must be a table: [name], and under it url = "https://jac.example.org"')]
    found = [
        FieldProblem(f"{name}.{each}", f"is not known; known are {', '.join(sorted(_KNOWN))}")
        for each in table
        if each not in _KNOWN
    ]
    wrong = {each: "must be a text" for each in _TEXTS if not isinstance(table.get(each, ""), str)}
    wrong |= {
        each: "must be true or false" for each in ("queued", "repeat") if not isinstance(table.get(each, True), bool)
    }
    wrong |= _problem_of_url(table.get("url")) | _problem_of_schema(table.get("schema", ANYTHING))
    if table.get("api", Api.JAC) not in list(Api):
        wrong["api"] = "must be jac or jaseci"
    seconds = table.get("seconds", 60.0)
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 < seconds <= 86_400:
        wrong["seconds"] = "must be a number of seconds, at most 86400"
    for each in ("token", "password"):
        if each in table and f"{each}_file" in table:
            wrong[each] = f"must not be given twice: here, and by {each}_file"
    if ("password" in table or "password_file" in table) != bool(table.get("username")):
        wrong["username"] = "must be given with a password, and a password with it"
    return [*found, *(FieldProblem(f"{name}.{each}", problem) for each, problem in wrong.items())]


def _problem_of_url(url: Any) -> dict[str, str]:
    parts = urlsplit(url.strip()) if isinstance(url, str) else urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment or parts.username:
        return {"url": "must be an http or https URL of a server, such as https://jac.example.org"}
    return {}


def _problem_of_schema(schema: Any) -> dict[str, str]:
    if not isinstance(schema, dict):
        return {"schema": "must be a table: the JSON Schema of what the walker takes"}
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        return {"schema": f"is no JSON Schema: {error.message}"}
    return {}
