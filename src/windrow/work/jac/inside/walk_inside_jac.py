"""What runs inside Jac's own interpreter: one request on standard input, one answer at the descriptor that it names.

Nothing of Windrow is to be had here: only Python's standard library and jaclang, of which 0.9.6 works on Python 3.11,
and 0.16.7 on later ones. Requests and answers are single JSON objects:

    {"path", "module", "answer"}                            {"walkers": [{"name", "description", "schema"}]}
    {"path", "module", "answer", "folder", "walker", "args"}    {"success", "reports", "state"}, and if it failed
                                                            {"error", "stack_trace"} as well

`path` is the program's folder, `module` its name, `answer` a descriptor to write to, `folder` the run's own folder.
"""

import asyncio
import dataclasses
import importlib
import inspect
import json
import os
import sys
import traceback
import types
import typing
from typing import Any

FRAMES = 10
NAMES = {int: "integer", float: "number", str: "string", bool: "boolean", list: "array", dict: "object"}


def main() -> None:
    """Answers one request."""
    request = json.load(sys.stdin)
    with os.fdopen(request["answer"], "w", encoding="utf-8") as line:
        line.write(written(answer_to(request)))


def answer_to(request: dict[str, Any]) -> dict[str, Any]:
    """The answer; whatever the program raises is told in it."""
    try:
        module = load(request)
        if "walker" not in request:
            importlib.import_module("jaclang").JacRuntime.root()  # whatever that has to be compiled for is compiled now
            return {"walkers": [described(each) for each in walkers_of(module)]}
        return walk(module, request)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - the edge of a program: what it raises is its outcome
        return {"success": False, "reports": [], "state": {}, **told(error)}


def load(request: dict[str, Any]) -> Any:
    """The program. What is compiled is kept in the folder that this process was started in."""
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [request["path"], *(each for each in sys.path if os.path.abspath(each) != here)]
    importlib.import_module("jaclang")  # from now on Jac programs can be imported as well
    return importlib.import_module(request["module"])


def walkers_of(module: Any) -> list[Any]:
    """The walkers that this module itself declares, by name."""
    base = importlib.import_module("jaclang.lib").Walker
    found = (each for each in vars(module).values() if inspect.isclass(each) and issubclass(each, base))
    return sorted({each for each in found if each.__module__ == module.__name__}, key=lambda each: each.__name__)


def walk(module: Any, request: dict[str, Any]) -> dict[str, Any]:
    """Runs a walker from the root of a graph of its own."""
    enter(request["folder"])
    runtime = importlib.import_module("jaclang").JacRuntime
    begin_graph(runtime)
    found = {each.__name__: each for each in walkers_of(module)}
    if request["walker"] not in found:
        return {"success": False, "reports": [], "state": {}, "error": f"Walker {request['walker']} not found!"}
    walker = found[request["walker"]](**request["args"])
    failure: dict[str, Any] = {}
    try:
        going = runtime.spawn(walker, runtime.root())
        if inspect.isawaitable(going):
            asyncio.run(finished(going))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - as above
        failure = told(error)
    return {"success": not failure, "reports": reports_of(walker, runtime), "state": state_of(walker), **failure}


def enter(folder: str) -> None:
    """Goes into the run's own folder. Older versions keep what they compile in the current one: it is shared."""
    compiled = os.path.abspath(".jaccache")
    link = os.path.join(folder, ".jaccache")
    if os.path.isdir(compiled) and not os.path.lexists(link):
        os.symlink(compiled, link)
    os.chdir(folder)


def begin_graph(runtime: Any) -> None:
    """A graph that nobody walked before: newer versions keep theirs on disk unless told otherwise."""
    if hasattr(runtime, "push_request_context"):
        runtime.push_request_context(importlib.import_module("jaclang.runtimelib.context").ExecutionContext())


async def finished(going: Any) -> Any:
    """For walkers that are asynchronous."""
    return await going


def reports_of(walker: Any, runtime: Any) -> list[Any]:
    """What it reported: newer versions keep it with the walker, older ones with the context."""
    reports = getattr(walker, "reports", None)
    return list(reports if reports is not None else getattr(runtime.get_context(), "reports", []))


def state_of(walker: Any) -> dict[str, Any]:
    """Its fields."""
    return {each.name: getattr(walker, each.name, None) for each in fields_of(type(walker))}


def fields_of(walker: Any) -> list[Any]:
    """The fields that a caller may set."""
    hidden = ("_", "reports")
    return [each for each in dataclasses.fields(walker) if each.init and not each.name.startswith(hidden)]


# What a walker takes.


def described(walker: Any) -> dict[str, Any]:
    """A walker's name, what it is for, and the JSON Schema of what it takes."""
    try:
        hints = typing.get_type_hints(walker)
    except Exception:  # noqa: BLE001 - a type that cannot be looked up says nothing
        hints = {}
    properties: dict[str, Any] = {}
    required = []
    for each in fields_of(walker):
        properties[each.name] = typed(hints.get(each.name))
        known, default = default_of(each)
        if known:
            properties[each.name]["default"] = default
        elif each.default is dataclasses.MISSING and each.default_factory is dataclasses.MISSING:
            required.append(each.name)
    schema = {"type": "object", "properties": properties, "additionalProperties": False}
    if required:
        schema["required"] = required
    own = walker.__dict__.get("__doc__") or ""
    # A dataclass without a text of its own is given one: its signature.
    description = "" if own.startswith(f"{walker.__name__}(") else inspect.cleandoc(own)
    return {"name": walker.__name__, "description": description, "schema": schema}


def typed(hint: Any) -> dict[str, Any]:
    """JSON Schema of a type; of one that JSON has not, nothing is said."""
    origin, inside = typing.get_origin(hint), typing.get_args(hint)
    if hint is type(None):
        return {"type": "null"}
    if origin in (typing.Union, types.UnionType):
        return united([typed(each) for each in inside])
    if origin is list and inside:
        return {"type": "array", "items": typed(inside[0])}
    name = NAMES.get(origin or hint)
    return {"type": name} if name else {}


def united(several: list[dict[str, Any]]) -> dict[str, Any]:
    """One of several."""
    if not all(several):
        return {}
    if all(list(each) == ["type"] for each in several):
        return {"type": [each["type"] for each in several]}
    return {"anyOf": several}


def default_of(field: Any) -> tuple[bool, Any]:
    """Whether its default is known and can be written, and the default."""
    try:
        default = field.default if field.default is not dataclasses.MISSING else field.default_factory()
        return True, json.loads(json.dumps(default))
    except Exception:  # noqa: BLE001 - a default that is no JSON, or none at all: the program knows it
        return False, None


# What is answered.


def told(error: BaseException) -> dict[str, Any]:
    """What went wrong, without where the files lie."""
    message = f"{type(error).__name__}: {error}"
    theirs = os.path.dirname(getattr(sys.modules.get("jaclang"), "__file__", None) or __file__)
    every = traceback.extract_tb(error.__traceback__)
    frames = [each for each in every if not each.filename.startswith((theirs, __file__))][-FRAMES:]
    lines = [f"line {each.lineno}, in {each.name}: {each.line or ''}".rstrip(": ") for each in frames]
    return {"error": message, "stack_trace": [*lines, message]}


def written(answer: dict[str, Any]) -> str:
    """An answer as JSON; one that cannot be written says so."""
    try:
        return json.dumps(answer, default=plain, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        reason = f"What the walker gave is no JSON: {error}"
        return json.dumps({"success": False, "reports": [], "state": {}, "error": reason, "stack_trace": [reason]})


def plain(value: Any) -> Any:
    """Nodes, walkers and other objects as their fields, sets as lists."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = (each.name for each in dataclasses.fields(value) if not each.name.startswith("_"))
        return {name: getattr(value, name, None) for name in fields}
    if isinstance(value, (set, frozenset, tuple)):
        return list(value)
    return str(value)


if __name__ == "__main__":
    main()
