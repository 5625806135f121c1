"""The shape of a pipeline: as the parameters of a task, and as an item of type `pipeline`."""

from collections.abc import Mapping
from typing import Any

from windrow.core.pipelines.plan import AT_ONCE

MOST = 200
"""Steps of one pipeline."""

DOINGS = ("harvest", "refresh", "check", "copy", "push")
"""What can be done with a source."""

STEP: Mapping[str, Any] = {
    "type": "object",
    "title": "Step",
    "required": ["name"],
    "additionalProperties": False,
    "properties": {
        "name": {
            "type": "string",
            "pattern": "^[A-Za-z_][A-Za-z0-9_]{0,62}$",
            "title": "Name",
            "description": "What the other steps call it: letters, digits and underscores.",
        },
        "task": {"type": "string", "title": "Task", "description": "The task to run, by its id."},
        "kind": {"type": "string", "title": "Kind", "description": "The kind of work, for a step without a task."},
        "source": {"type": "integer", "title": "Source", "description": "The source to work on, by its number."},
        "do": {
            "enum": list(DOINGS),
            "default": "harvest",
            "title": "Do",
            "description": "What is done with the source.",
        },
        "after": {
            "type": "array",
            "items": {"type": "string"},
            "uniqueItems": True,
            "title": "After",
            "description": "The steps that must have ended before it; none: it begins at once.",
        },
        "when": {
            "type": "string",
            "default": "succeeded",
            "title": "When",
            "description": "succeeded (all before it did, at least in part), failed (one of them did not), ended "
            "(whatever became of them), or a CEL expression that must be true.",
        },
        "parameters": {
            "type": "object",
            "title": "Parameters",
            "description": "Parameters of the kind, or what the task's own are changed by; texts may hold ${{ CEL }}.",
        },
        "retry": {
            "type": "object",
            "title": "Retry",
            "description": "How often it is tried, in place of what its task says; waits in seconds.",
            "additionalProperties": False,
            "properties": {
                "attempts": {"type": "integer", "minimum": 1, "maximum": 100},
                "first": {"type": "number", "exclusiveMinimum": 0, "maximum": 86_400},
                "longest": {"type": "number", "exclusiveMinimum": 0, "maximum": 86_400},
            },
        },
        "timeout": {
            "type": "number",
            "exclusiveMinimum": 0,
            "maximum": 31_536_000,
            "title": "Time limit",
            "description": "Seconds from its beginning, with all tries and waits; then it is cancelled and has failed.",
        },
        "on_error": {
            "enum": ["stop", "continue"],
            "default": "stop",
            "title": "When it fails",
            "description": "continue: the steps after it begin as if it had succeeded; the pipeline ends as partial.",
        },
    },
}

_STEPS: Mapping[str, Any] = {
    "type": "array",
    "items": STEP,
    "minItems": 1,
    "maxItems": MOST,
    "title": "Steps",
    "description": "What is to be done, and in which order.",
}
_AT_ONCE: Mapping[str, Any] = {
    "type": "integer",
    "minimum": 1,
    "maximum": 100,
    "title": "At once",
    "description": f"How many steps may go on at the same time; {AT_ONCE} unless it says otherwise.",
}
_PARAMETERS: Mapping[str, Any] = {
    "type": "object",
    "title": "Parameters",
    "description": "What the steps' expressions call `parameters`.",
}

TASK_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "steps": _STEPS,
        "item": {
            "type": "string",
            "title": "Item",
            "description": "The item of type pipeline that holds the steps, by its id; read when a run begins.",
        },
        "at_once": _AT_ONCE,
        "parameters": _PARAMETERS,
    },
}
"""The parameters of a task of kind `pipeline`: either `steps` or `item`."""

ITEM_SCHEMA: Mapping[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "A pipeline of Windrow",
    "type": "object",
    "required": ["steps"],
    "additionalProperties": False,
    "properties": {
        "$schema": {"type": "string"},
        "title": {"type": "string", "title": "Title", "description": "What people call it."},
        "description": {"type": "string", "title": "Description", "description": "What it is for."},
        "steps": _STEPS,
        "at_once": _AT_ONCE,
        "parameters": {**_PARAMETERS, "description": "What `parameters` holds where the task says nothing."},
    },
}
"""The content of an item of type `pipeline`, a file `*.pipeline.json`."""
