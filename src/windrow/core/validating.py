"""Validating what comes in: names, URLs, secrets, and JSON against the JSON Schema of its kind, with its defaults."""

import math
import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any
from urllib.parse import urlsplit

from windrow.errors import BadInput, FieldProblem
from windrow.model.sources import Credential, CredentialKind
from windrow.model.tasks import PRIORITIES

LONGEST_NAME = 255
LONGEST_URL = 4000
DEEPEST = 32
"""Objects and lists within one another in settings and parameters."""

_QUEUE = re.compile(r"[A-Za-z0-9._-]{1,64}")
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,255}")
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e]+")
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def fill(schema: Mapping[str, Any], value: Mapping[str, Any], *, field: str) -> dict[str, Any]:
    """The value with the schema's defaults for what is left out. Raises `BadInput` naming every field at fault."""
    # Loaded by who is given something to check: every process has this module, and workers are given nothing.
    from windrow.core.schema_faults import faults_in

    if problems := list(_unstorable(value, field, 0)) or faults_in(schema, value, field):
        raise BadInput(problems)
    defaults = {
        name: deepcopy(rule["default"])
        for name, rule in schema.get("properties", {}).items()
        if isinstance(rule, Mapping) and "default" in rule  # `true` is a rule as well
    }
    return {**defaults, **value}


def _unstorable(value: object, field: str, depth: int) -> Iterator[FieldProblem]:
    """What is JSON, but what a database cannot keep."""
    match value:
        case str() if _UNSTORABLE.search(value):
            yield FieldProblem(field, "must not contain the NUL character or half of a surrogate pair")
        case int() if not -(1 << 63) <= value < 1 << 63:
            yield FieldProblem(field, "must be a number of at most 64 bits")
        case float() if not math.isfinite(value):
            yield FieldProblem(field, "must be a number that is not infinite")
        case Mapping() | list() if depth >= DEEPEST:
            yield FieldProblem(field, f"must not be nested deeper than {DEEPEST} levels")
        case Mapping():
            for name, each in value.items():
                yield from _unstorable(name, field, depth)
                yield from _unstorable(each, f"{field}.{name}", depth + 1)
        case list():
            for number, each in enumerate(value):
                yield from _unstorable(each, f"{field}.{number}", depth + 1)
        case _:
            pass


def check_name(name: str, *, field: str = "name") -> str:
    """A name with its outer spaces cut off. Raises `BadInput` when it is empty, too long, or not printable."""
    name = name.strip()
    if not name or len(name) > LONGEST_NAME:
        raise BadInput.of(field, f"must have 1 to {LONGEST_NAME} characters")
    if not name.isprintable():
        raise BadInput.of(field, "must not contain control characters")
    return name


def check_queue(queue: str) -> str:
    """A queue's name. Raises `BadInput`."""
    if not _QUEUE.fullmatch(queue):
        raise BadInput.of("queue", "must have 1 to 64 letters, digits, dots, dashes and underscores")
    return queue


def check_priority(priority: int) -> int:
    """A priority. Raises `BadInput`."""
    if priority not in PRIORITIES:
        raise BadInput.of("priority", f"must lie between {PRIORITIES[0]} and {PRIORITIES[-1]}")
    return priority


def check_url(url: str, *, field: str = "url") -> str:
    """An http or https URL. Raises `BadInput`; where it leads is checked when it is asked."""
    url = url.strip()
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise BadInput.of(field, f"is no URL: {error}") from error
    if parts.scheme not in ("http", "https") or not parts.hostname or len(url) > LONGEST_URL or not url.isprintable():
        raise BadInput.of(field, "must be a whole http or https URL, such as https://catalogue.example.org/csw")
    if parts.username or parts.password:
        raise BadInput.of(field, "must not contain a user name or password; use the credential instead")
    return url


def check_credential(credential: Credential | None) -> None:
    """Raises `BadInput`, which never holds the secret, unless a request can carry the credential."""
    if credential is None:
        return
    problems = []
    if credential.kind is CredentialKind.HEADER and not _HEADER_NAME.fullmatch(credential.name):
        problems.append(FieldProblem("credential.name", "must be the name of a header, such as X-Api-Key"))
    if credential.kind is CredentialKind.BASIC and (":" in credential.name or not credential.name.isprintable()):
        problems.append(FieldProblem("credential.name", "must be a user name without colons and control characters"))
    if credential.kind is CredentialKind.BASIC:
        fits = credential.secret.isprintable()
    else:
        fits = _HEADER_VALUE.fullmatch(credential.secret) is not None
    if not fits:
        problems.append(FieldProblem("credential.secret", "must be printable on one line (for a header, in ASCII)"))
    if problems:
        raise BadInput(problems)
