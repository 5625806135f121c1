"""Schema faults: what breaks a JSON Schema, told field by field in words for people."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from windrow.errors import FieldProblem

_WORDS = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "object": "an object",
    "array": "a list",
    "null": "null",
}
_RULES = {
    "const": "must be {}",
    "minimum": "must be at least {}",
    "maximum": "must be at most {}",
    "exclusiveMinimum": "must be more than {}",
    "exclusiveMaximum": "must be less than {}",
    "minLength": "must have at least {} characters",
    "maxLength": "must have at most {} characters",
    "minItems": "must have at least {} items",
    "maxItems": "must have at most {} items",
    "pattern": "must match {}",
    "format": "must be a {}",
}
_LONGEST_SHOWN = 255
"""Characters of a property's name that are repeated to who gave it."""


def faults_in(schema: Mapping[str, Any], value: Mapping[str, Any], field: str) -> list[FieldProblem]:
    """Every fault of a value that stands in `field`, in the order of where they are."""
    errors = sorted(Draft202012Validator(schema).iter_errors(value), key=lambda each: each.json_path)
    return [problem for error in errors for problem in _problems(field, error)]


def _problems(field: str, error: ValidationError) -> Iterator[FieldProblem]:
    """One for each field at fault: a schema's rule may speak of several."""
    path = ".".join([field, *(str(step) for step in error.absolute_path)])
    given = set(error.instance) if isinstance(error.instance, Mapping) else set()
    match error.validator:
        case "additionalProperties":
            known = _properties(error)
            told = f"is not a setting of this kind; there are: {', '.join(sorted(known)) or 'none'}"
            yield from (FieldProblem(f"{path}.{name}", told) for name in sorted(given - known))
        case "required":
            # jsonschema tells each missing name by an error of its own; the message begins with the name.
            missing = [name for name in _rule(error) if name not in given and error.message.startswith(repr(name))]
            yield from (FieldProblem(f"{path}.{name}", "is missing") for name in missing)
        case _ if "propertyNames" in error.absolute_schema_path:
            yield FieldProblem(f"{path}.{str(error.instance)[:_LONGEST_SHOWN]}", f"has a name that {_tell(error)}")
        case _:
            yield FieldProblem(path, _tell(error))


def _rule(error: ValidationError) -> Sequence[Any]:
    return error.validator_value if isinstance(error.validator_value, list) else [error.validator_value]


def _properties(error: ValidationError) -> set[str]:
    return set(error.schema.get("properties", {})) if isinstance(error.schema, Mapping) else set()


def _tell(error: ValidationError) -> str:
    """What the field must be; never what was given, which may be a secret in the wrong place."""
    name, rule = str(error.validator), error.validator_value
    if name == "type":
        return f"must be {' or '.join(_WORDS.get(str(each), str(each)) for each in _rule(error))}"
    if name == "enum":
        return f"must be one of {', '.join(map(str, _rule(error)))}"
    return _RULES.get(name, "breaks the rule " + name + ": {}").format(str(rule)[:200])
