"""Examples of whole objects, put together from those that the fields of their schemas give."""

from collections.abc import Mapping
from typing import Any

MOMENT = "2026-01-01T00:00:00Z"


def example_of(schema: Mapping[str, Any], components: Mapping[str, Any]) -> Any:
    """An example that the schema accepts: its own, or what its parts give.

    Of an object's fields it shows those that must be there, those with an example, and those with a default that says
    something.
    """
    schema = _resolved(schema, components)
    if "examples" in schema:
        return schema["examples"][0]
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type"):
        case "object":
            return _object(schema, components)
        case "array":
            return [example_of(schema["items"], components)] if "items" in schema else []
        case "string":
            return MOMENT if schema.get("format") == "date-time" else "text"
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return True
        case _:
            return None


def _object(schema: Mapping[str, Any], components: Mapping[str, Any]) -> dict[str, Any]:
    required = schema.get("required", ())
    fields = schema.get("properties", {})
    return {
        name: example_of(field, components) if name in required or "examples" in field else field["default"]
        for name, field in fields.items()
        if name in required or "examples" in field or field.get("default") not in (None, "", [], {})
    }


def _resolved(schema: Mapping[str, Any], components: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema itself, behind references and beside the `null` that may stand in its place."""
    while "examples" not in schema and ("$ref" in schema or "anyOf" in schema):
        if "$ref" in schema:
            schema = components[schema["$ref"].rpartition("/")[2]]
        else:
            schema = next(each for each in schema["anyOf"] if each.get("type") != "null")
    return schema
