"""What can be set for a CSW source, and its URL without the arguments of a request."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

AUTO = "auto"
NONE = "none"

SCHEMA: Mapping[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "output_schema": {
            "type": "string",
            "minLength": 1,
            "title": "Output schema",
            "description": "The namespace to ask records in; auto takes the richest one on offer that can be read: "
            "ISO 19139, ISO 19115-3, then Dublin Core (csw:Record).",
            "default": AUTO,
        },
        "type_names": {
            "type": "string",
            "minLength": 1,
            "title": "Type names",
            "description": "What to search, such as gmd:MD_Metadata or csw:Record; "
            "auto takes what fits the output schema.",
            "default": AUTO,
        },
        "constraint": {
            "type": "string",
            "title": "Constraint",
            "description": "Only records that fit: CQL such as csw:AnyText like '%water%', or an ogc:Filter document.",
            "default": "",
        },
        "page_size": {
            "type": "integer",
            "minimum": 1,
            "maximum": 10_000,
            "title": "Page size",
            "description": "How many records to ask for at a time; the server may send fewer.",
            "default": 100,
        },
        "sort_by": {
            "type": "string",
            "minLength": 1,
            "title": "Sort by",
            "description": "A queryable to sort by, so that pages do not shift while they are read; "
            "auto takes the identifier where the server can, none leaves the order to the server.",
            "default": AUTO,
        },
        "method": {
            "enum": [AUTO, "GET", "POST"],
            "title": "Method",
            "description": "How records are asked for; auto takes GET where the server offers it.",
            "default": AUTO,
        },
        "incremental": {
            "type": "boolean",
            "title": "Ask for changes only",
            "description": "Between two full passes, ask only for records whose metadata date is new. Never done with "
            "pycsw, where that date is the document's own and says nothing about when the catalogue got it.",
            "default": True,
        },
    },
}

_ARGUMENTS = frozenset(
    (
        *("service", "request", "version", "acceptversions", "sections", "updatesequence", "acceptformats"),
        *("namespace", "resulttype", "outputformat", "outputschema", "startposition", "maxrecords", "typenames"),
        *("elementsetname", "elementname", "constraintlanguage", "constraint_language_version", "constraint"),
        *("sortby", "id"),
    )
)


def setting(settings: Mapping[str, Any], name: str) -> Any:
    """The setting, or its default."""
    return settings.get(name, SCHEMA["properties"][name]["default"])


def base_url(url: str) -> str:
    """The URL with its own query but without CSW's arguments, as people copy them from a browser."""
    parts = urlsplit(url.strip())
    kept = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if not _is_argument(name)]
    return urlunsplit(parts._replace(query=urlencode(kept), fragment=""))


def _is_argument(name: str) -> bool:
    return name.lower() in _ARGUMENTS
