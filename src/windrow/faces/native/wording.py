"""How the framework's findings about a request are worded: what each field must be, never what was given."""

from collections.abc import Mapping, Sequence
from typing import Any

from windrow.errors import BadInput, FieldProblem, NotFound, WindrowError

DATE = "must be a date and time in ISO 8601 with a zone, such as 2026-01-01T00:00:00Z"
NUMBER = "must be a number"
WHOLE = "must be a whole number"
YES_OR_NO = "must be true or false"
TEXT = "must be a text"
LIST = "must be a list"
OBJECT = "must be a JSON object"

TOLD: Mapping[str, str] = {
    "missing": "is missing",
    "extra_forbidden": "is not known here; is it misspelt?",
    "string_type": TEXT,
    "string_unicode": "must be a text of whole Unicode characters",
    "string_too_short": "must have at least {min_length} characters",
    "string_too_long": "must have at most {max_length} characters",
    "string_pattern_mismatch": "must match {pattern}",
    "too_short": "must have at least {min_length} items",
    "too_long": "must have at most {max_length} items",
    "int_type": WHOLE,
    "int_parsing": WHOLE,
    "int_parsing_size": "must be a whole number of at most 64 bits",
    "int_from_float": WHOLE,
    "float_type": NUMBER,
    "float_parsing": NUMBER,
    "finite_number": "must be a number that is not infinite",
    "bool_type": YES_OR_NO,
    "bool_parsing": YES_OR_NO,
    "greater_than_equal": "must be at least {ge}",
    "greater_than": "must be more than {gt}",
    "less_than_equal": "must be at most {le}",
    "less_than": "must be less than {lt}",
    "literal_error": "must be one of {expected}",
    "enum": "must be one of {expected}",
    "datetime_type": DATE,
    "datetime_parsing": DATE,
    "datetime_from_date_parsing": DATE,
    "datetime_object_invalid": DATE,
    "timezone_aware": DATE,
    "list_type": LIST,
    "tuple_type": LIST,
    "sequence_type": LIST,
    "dict_type": OBJECT,
    "mapping_type": OBJECT,
    "model_type": OBJECT,
    "model_attributes_type": OBJECT,
    "dict_attributes_type": OBJECT,
}
"""By the framework's name for what is wrong."""


def error_of(found: Sequence[Mapping[str, Any]]) -> WindrowError:
    """What a request that could not be read is answered with.

    A path that holds no number where a number belongs names nothing, and is answered as an unknown number is.
    """
    for each in found:
        place, name = each["loc"][0], str(each["loc"][-1])
        if place == "path":
            return NotFound(name.removesuffix("_id"), each.get("input", ""))
    return BadInput([FieldProblem(_path(each["loc"]), _tell(each)) for each in found])


def _path(location: Sequence[object]) -> str:
    """`schedule.trigger.every_seconds`: without the word for where it stood, unless there is nothing else."""
    steps = [str(step) for step in location]
    return ".".join(steps[1:] or steps)


def _tell(found: Mapping[str, Any]) -> str:
    told = TOLD.get(found["type"])
    if told is not None:
        context = {name: _plain(value) for name, value in found.get("ctx", {}).items()}
        return told.format_map(context).replace(" or ", ", ").replace("'", "")
    return str(found["msg"]).replace("Input should be", "must be").replace("Value error, ", "")


def _plain(value: object) -> object:
    """1 rather than 1.0."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
