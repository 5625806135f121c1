"""Strict documents: everything about them that can be wrong is found before anything is sent."""

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from windrow.errors import BadInput, FieldProblem
from windrow.work.sequence.strict import conditions, language
from windrow.work.sequence.strict.schema import SCHEMA

if TYPE_CHECKING:  # every process loads every kind, and this takes long
    from jsonschema import Draft202012Validator

MOST_PROBLEMS = 20
_CONDITIONS = ("when", "break", "continue")
_NO_SECRETS = ("api", "save_to", "save_req_to", "set", "task", "walker")


@cache
def _validator() -> "Draft202012Validator":
    from jsonschema import Draft202012Validator

    return Draft202012Validator(SCHEMA)


def check(document: Any) -> None:
    """Raises `BadInput` that names up to twenty places at fault."""
    wrong = [_problem(error) for error in _validator().iter_errors(document)][:MOST_PROBLEMS]
    if not wrong:
        used: set[str] = set()
        wrong = list(_list(document["requests"], "requests", (), used))[:MOST_PROBLEMS]
        unknown = used - set(document.get("secrets", {}))
        wrong += [
            FieldProblem(f"secrets.{each}", "is used but not declared with its hosts") for each in sorted(unknown)
        ]
    if wrong:
        raise BadInput(wrong)


def started(document: Any) -> Iterator[tuple[str, str, Any]]:
    """The steps of a document that start other work: the place, `task` or `walker`, and what that key says."""
    lists = [("requests", document["requests"])]
    while lists:
        place, steps = lists.pop(0)
        for number, step in enumerate(steps):
            for word in ("task", "walker"):
                if word in step:
                    yield f"{place}[{number}].{word}", word, step[word]
            if "loop" in step:
                lists.append((f"{place}[{number}].loop.requests", step["loop"]["requests"]))


def _problem(error: Any) -> FieldProblem:
    place = "".join(f"[{each}]" if isinstance(each, int) else f".{each}" for each in error.absolute_path).lstrip(".")
    told = (
        error.message if len(error.message) < 300 else f"does not fit: {error.validator} {error.validator_value!s:.200}"
    )
    return FieldProblem(place or "document", told)


def _list(steps: Any, place: str, loops: tuple[str, ...], used: set[str]) -> Iterator[FieldProblem]:
    names = [step["name"] for step in steps if "name" in step]
    for name in sorted({each for each in names if names.count(each) > 1}):
        yield FieldProblem(place, f"two steps are named {name}")
    for number, step in enumerate(steps):
        yield from _step(step, f"{place}[{number}]", names, loops, used)


def _step(step: Any, place: str, names: list[str], loops: tuple[str, ...], used: set[str]) -> Iterator[FieldProblem]:
    yield from _shape(step, place, names)
    for key in _CONDITIONS:
        if key in step:
            yield from _condition(step[key], f"{place}.{key}")
    for key, value in step.items():
        if key not in (*_CONDITIONS, "loop", "name", "pages", "method"):
            yield from _templates(value, f"{place}.{key}", loops, used, secrets=key not in _NO_SECRETS)
    yield from _pages(step.get("pages", {}), f"{place}.pages")
    if "loop" in step:
        yield from _loop(step["loop"], f"{place}.loop", loops, used)


def _shape(step: Any, place: str, names: list[str]) -> Iterator[FieldProblem]:
    """What the schema cannot say."""
    if "header" in step and "headers" in step:
        yield FieldProblem(place, "has header and headers: say one of them")
    if sum(each in step for each in ("api", "task", "walker")) > 1:
        yield FieldProblem(place, "is more than one of api, task and walker")
    if not any(each in step for each in ("api", "task", "walker", "set", "loop", "break", "continue")):
        yield FieldProblem(place, "does nothing: say api, task, walker, set or loop")
    if "api" in step and "method" not in step:
        yield FieldProblem(f"{place}.method", "must be said beside api")
    goto = step.get("on_error", "stop")
    if isinstance(goto, dict) and goto["goto"] not in names:
        yield FieldProblem(f"{place}.on_error.goto", f"there is no step named {goto['goto']} in this list")


def _pages(pages: Any, place: str) -> Iterator[FieldProblem]:
    for key, text in (("next", pages.get("next", "")), ("cursor", pages.get("cursor", {}).get("from", ""))):
        yield from _templates(text, f"{place}.{key}", (), set(), secrets=False)
    if "items" in pages:
        yield from _path(pages["items"], f"{place}.items", ())


def _loop(loop: Any, place: str, loops: tuple[str, ...], used: set[str]) -> Iterator[FieldProblem]:
    if isinstance(loop["by"], str):
        yield from _path(loop["by"], f"{place}.by", loops)
    else:
        yield from _templates(loop["by"], f"{place}.by", loops, used, secrets=False)
    if "filter" in loop:
        yield from _condition(loop["filter"], f"{place}.filter")
    yield from _list(loop["requests"], f"{place}.requests", (*loops, loop.get("as", "")), used)


def _condition(text: str, place: str) -> Iterator[FieldProblem]:
    try:
        conditions.check(text)
    except conditions.BadCondition as error:
        yield FieldProblem(place, str(error))


def _path(text: str, place: str, loops: tuple[str, ...]) -> Iterator[FieldProblem]:
    try:
        path = language.parse_path(text)
    except language.BadTemplate as error:
        yield FieldProblem(place, str(error))
    else:
        yield from _uses(path, place, loops, set(), secrets=False)


def _templates(
    value: Any, place: str, loops: tuple[str, ...], used: set[str], *, secrets: bool
) -> Iterator[FieldProblem]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _templates(each, f"{place}.{key}", loops, used, secrets=secrets)
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from _templates(each, f"{place}[{number}]", loops, used, secrets=secrets)
    elif isinstance(value, str):
        try:
            parts = language.parse(value)
        except language.BadTemplate as error:
            yield FieldProblem(place, str(error))
            return
        for part in parts:
            if isinstance(part, language.Path):
                yield from _uses(part, place, loops, used, secrets=secrets)


def _uses(
    path: language.Path, place: str, loops: tuple[str, ...], used: set[str], *, secrets: bool
) -> Iterator[FieldProblem]:
    if path.root == "secret":
        if not secrets:
            yield FieldProblem(place, f"{path.said}: secrets may stand in header, query and body only")
        elif len(path.keys) != 1 or not isinstance(path.keys[0], str):
            yield FieldProblem(place, f"{path.said}: a secret is named by secret.NAME")
        else:
            used.add(path.keys[0])
    elif path.root[:1] in ("@", "!"):
        name = path.root.lstrip("@!")
        if (name and name not in loops) or (not name and len(path.root) > len(loops)):
            yield FieldProblem(place, f"{path.said}: there is no such loop around this")
    for key in path.keys:
        if isinstance(key, language.Path):
            yield from _uses(key, place, loops, used, secrets=False)
