"""Validating settings and parameters against the JSON Schema of their kind, and filling in its defaults."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any
from urllib.parse import urlsplit

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from windrow.errors import BadInput, FieldProblem

LONGEST_NAME = 255
LONGEST_URL = 4000


def fill(schema: Mapping[str, Any], value: Mapping[str, Any], *, field: str) -> dict[str, Any]:
    """The value with the schema's defaults for what is left out. Raises `BadInput` naming every field at fault."""
    problems = [
        FieldProblem(_path(field, error), _tell(error))
        for error in sorted(Draft202012Validator(schema).iter_errors(value), key=lambda each: each.json_path)
    ]
    if problems:
        raise BadInput(problems)
    defaults = {
        name: deepcopy(rule["default"]) for name, rule in schema.get("properties", {}).items() if "default" in rule
    }
    return {**defaults, **value}


def _path(field: str, error: ValidationError) -> str:
    steps = [field, *(str(step) for step in error.absolute_path)]
    if isinstance(error.instance, Mapping):
        given, rule = set(error.instance), _rule(error)
        if error.validator == "additionalProperties":
            steps.append(min(given - _properties(error), default=""))
        if error.validator == "required":
            steps.append(min(set(rule) - given, default=""))
    return ".".join(step for step in steps if step)


def _rule(error: ValidationError) -> list[Any]:
    return list(error.validator_value) if isinstance(error.validator_value, list) else []


def _properties(error: ValidationError) -> set[str]:
    return set(error.schema.get("properties", {})) if isinstance(error.schema, Mapping) else set()


def _tell(error: ValidationError) -> str:
    match error.validator:
        case "additionalProperties":
            known = ", ".join(sorted(_properties(error))) or "none"
            return f"is not a setting of this kind; there are: {known}"
        case "required":
            return "is missing"
        case "enum":
            return f"must be one of {', '.join(map(str, _rule(error)))}"
        case _:
            return error.message[:300]


def check_name(name: str, *, field: str = "name") -> str:
    """A name with its outer spaces cut off. Raises `BadInput` when it is empty, too long, or not printable."""
    name = name.strip()
    if not name or len(name) > LONGEST_NAME:
        raise BadInput.of(field, f"must have 1 to {LONGEST_NAME} characters")
    if not name.isprintable():
        raise BadInput.of(field, "must not contain control characters")
    return name


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
