"""The JSON Schema of strict documents, as it is published."""

from typing import Any, Final

TEMPLATE = "Text, in which {{ … }} is filled in."
_TEXT: Any = {"type": "string", "minLength": 1}
_CONDITION: Any = {"type": "string", "minLength": 1, "maxLength": 1000, "description": "A condition in CEL."}
_HEADERS: Any = {
    "type": "object",
    "additionalProperties": {"type": ["string", "number", "boolean", "null"]},
    "description": "Headers by name; null leaves one out.",
}
_QUERY: Any = {
    "type": "object",
    "additionalProperties": {"type": ["string", "number", "boolean", "null", "array"]},
    "description": "Parameters of the query by name; a list repeats one, null leaves one out.",
}
_SECONDS: Any = {"type": "number", "exclusiveMinimum": 0, "maximum": 3600}

_RETRY: Any = {
    "type": "object",
    "properties": {
        "attempts": {"type": "integer", "minimum": 1, "maximum": 20, "description": "In all, the first included."},
        "wait": {
            "type": "number",
            "minimum": 0,
            "maximum": 3600,
            "default": 1,
            "description": "Seconds, the first time.",
        },
        "factor": {"type": "number", "minimum": 1, "maximum": 10, "default": 2, "description": "Longer each time."},
        "most": {
            "type": "number",
            "minimum": 0,
            "maximum": 3600,
            "default": 60,
            "description": "Seconds to wait at most. A Retry-After that asks for more ends the attempts.",
        },
        "on": {
            "type": "array",
            "items": {"type": "integer", "minimum": 400, "maximum": 599},
            "default": [408, 425, 429, 500, 502, 503, 504],
            "description": "The statuses that are tried again.",
        },
    },
    "required": ["attempts"],
    "additionalProperties": False,
}

_PAGES: Any = {
    "type": "object",
    "properties": {
        "next": {**_TEXT, "description": "A template for the address of the next page; nothing ends them."},
        "link": {"const": True, "description": "The next page is named by the header Link (RFC 8288)."},
        "cursor": {
            "type": "object",
            "properties": {
                "parameter": _TEXT,
                "from": {**_TEXT, "description": "A template for the cursor of the next page; nothing ends them."},
            },
            "required": ["parameter", "from"],
            "additionalProperties": False,
        },
        "page": {
            "type": "object",
            "properties": {
                "parameter": _TEXT,
                "first": {"type": "integer", "default": 1},
                "step": {"type": "integer", "minimum": 1, "default": 1},
            },
            "required": ["parameter"],
            "additionalProperties": False,
            "description": "Pages by number, or by offset with a step; a page without items ends them.",
        },
        "items": {**_TEXT, "description": "The path of the list on each page, such as $.data; they become one list."},
        "most": {"type": "integer", "minimum": 1, "maximum": 10000, "default": 1000, "description": "Pages at most."},
    },
    "oneOf": [
        {"required": ["next"]},
        {"required": ["link"]},
        {"required": ["cursor"]},
        {"required": ["page", "items"]},
    ],
    "additionalProperties": False,
}

_LOOP: Any = {
    "type": "object",
    "properties": {
        "by": {
            "anyOf": [_TEXT, {"type": "array"}],
            "description": "The path of a list, such as $.data or #.ids; or a list.",
        },
        "as": {
            "type": "string",
            "pattern": "^[A-Za-z_][A-Za-z0-9_]*$",
            "description": "A name for the item: @name, !name, loops.name.",
        },
        "filter": {**_CONDITION, "description": "Items for which it does not hold are left out."},
        "parallel": {"type": "integer", "minimum": 1, "maximum": 32, "default": 1, "description": "Items at once."},
        "on_error": {
            "enum": ["stop", "continue"],
            "default": "stop",
            "description": "Whether an item that failed ends the loop.",
        },
        "collect": {**_TEXT, "description": "Saves a list of what each item ended with, in their order."},
        "requests": {"type": "array", "items": {"$ref": "#/$defs/step"}},
    },
    "required": ["by", "requests"],
    "additionalProperties": False,
}

_TASK: Any = {
    "type": "object",
    "properties": {
        "id": _TEXT,
        "kind": _TEXT,
        "parameters": {"type": "object"},
        "seconds": {**_SECONDS, "maximum": 86400, "description": "How long to wait for the end of its run."},
    },
    "oneOf": [{"required": ["id"]}, {"required": ["kind"]}],
    "additionalProperties": False,
}

_WALKER: Any = {
    "type": "object",
    "properties": {"name": _TEXT, "context": {"type": "object"}, "seconds": {**_SECONDS, "maximum": 86400}},
    "required": ["name"],
    "additionalProperties": False,
}

_STEP: Any = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_-]*$", "description": "For goto, and for people."},
        "when": {**_CONDITION, "description": "The step is left out where it does not hold."},
        "method": {"enum": ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]},
        "api": {**_TEXT, "description": "The address. " + TEMPLATE},
        "query": _QUERY,
        "header": _HEADERS,
        "headers": {**_HEADERS, "description": "The same as header."},
        "body": {"description": "Any value: JSON, unless a Content-Type says text or a form."},
        "timeout": {**_SECONDS, "description": "Seconds that the answer may take."},
        "idempotent": {
            "type": "boolean",
            "description": "Whether it may be sent again when nobody knows what became of it. "
            "Without it: all methods but POST and PATCH.",
        },
        "expect": {
            "type": "array",
            "items": {"type": "integer", "minimum": 100, "maximum": 599},
            "description": "Statuses that are no error, beside all below 400.",
        },
        "retry": _RETRY,
        "pages": _PAGES,
        "task": {**_TASK, "description": "Starts a task of this installation, and waits for the end of its run."},
        "walker": {**_WALKER, "description": "Runs a walker, and waits for its end."},
        "set": {"type": "object", "description": "Saves these values, templates filled in."},
        "secret": {"type": "boolean", "default": False, "description": "The answer is not shown in result or log."},
        "save_to": {**_TEXT, "description": "The name that the answer is saved under. " + TEMPLATE},
        "save_req_to": {**_TEXT, "description": "The name that the request is saved under, without its secrets."},
        "on_error": {
            "anyOf": [
                {"enum": ["stop", "continue"]},
                {
                    "type": "object",
                    "properties": {"goto": _TEXT},
                    "required": ["goto"],
                    "additionalProperties": False,
                },
            ],
            "default": "stop",
        },
        "loop": _LOOP,
        "break": {**_CONDITION, "description": "Where it holds, this list of requests ends, and the loop it is in."},
        "continue": {
            **_CONDITION,
            "description": "Where it holds, this list ends, and the next item of the loop begins.",
        },
    },
    "dependentRequired": {"method": ["api"], "pages": ["api"], "retry": ["api"]},
    "additionalProperties": False,
}

SCHEMA: Final[Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Windrow sequence, strict dialect",
    "type": "object",
    "properties": {
        "$schema": {"type": "string"},
        "dialect": {"const": "strict"},
        "title": {"type": "string"},
        "description": {"type": "string"},
        "persistence": {"type": "object", "description": "The saved values to begin with."},
        "hosts": {
            "type": "array",
            "items": _TEXT,
            "description": "The only hosts that are asked: name, or name:port; without it, all that the policy allows.",
        },
        "secrets": {
            "type": "object",
            "additionalProperties": {"type": "array", "items": _TEXT, "minItems": 1},
            "description": "The named secrets that it uses, each with the hosts that may see it.",
        },
        "requests": {"type": "array", "items": {"$ref": "#/$defs/step"}},
    },
    "required": ["requests"],
    "additionalProperties": False,
    "$defs": {"step": _STEP},
}
