"""Explaining: what a document would do, in words, before it does anything."""

from collections.abc import Iterator
from typing import Any

from windrow.work.sequence.documents import Dialect
from windrow.work.sequence.strict.reading import check
from windrow.work.sequence.telling import shown_url

SENT_BY_COMPAT = ("GET", "POST", "JAC")
USED_BY_COMPAT = frozenset(
    ["method", "api", "body", "header", "master", "save_to", "save_req_to", "ignore_error", "__def_loop__", "break"]
)


def validate(document: Any, dialect: Dialect) -> list[str]:
    """What is doubtful about a document. Raises `BadInput` for a strict one that is wrong; the compat dialect takes
    anything, and only wonders."""
    match dialect:
        case Dialect.STRICT:
            check(document)
            return []
        case Dialect.COMPAT:
            return list(_doubts(document.get("requests"), "requests"))


def _doubts(requests: Any, place: str) -> Iterator[str]:
    if not isinstance(requests, list):
        yield f"{place} is no list: the run fails"
        return
    for number, request in enumerate(requests):
        at = f"{place}[{number}]"
        if not isinstance(request, dict):
            yield f"{at} is no object: the list ends there"
            continue
        method = str(request.get("method", "")).upper()
        if "{" not in method and method not in SENT_BY_COMPAT:
            yield f"{at}: {method or 'no method'} is not sent; the previous answer stands for its own"
        for key in sorted(set(request) - USED_BY_COMPAT - {"idempotent"}):
            yield f"{at}.{key} means nothing in this dialect"
        loop = request.get("__def_loop__")
        if isinstance(loop, dict):
            if "{{" in str(loop.get("by", "")):
                yield f"{at}.__def_loop__.by has braces: the loop has no items"
            yield from _doubts(loop.get("requests"), f"{at}.__def_loop__.requests")


def explain(document: Any, dialect: Dialect) -> list[str]:
    """A line for each step, indented as loops stand in loops. Nothing is resolved, nothing is sent."""
    return [f"{dialect.value} dialect", *_lines(document.get("requests") or [], dialect, "requests", 0)]


def _lines(requests: Any, dialect: Dialect, place: str, depth: int) -> Iterator[str]:
    for number, step in enumerate(requests if isinstance(requests, list) else []):
        path = f"{place}[{number}]"
        if not isinstance(step, dict):
            yield f"{'  ' * depth}{path}: no request"
            continue
        yield f"{'  ' * depth}{path}: {'; '.join(_words(step, dialect))}"
        loop = step.get("__def_loop__" if dialect is Dialect.COMPAT else "loop")
        if isinstance(loop, dict):
            yield f"{'  ' * (depth + 1)}for each item of {loop.get('by')!s:.100}{_how(loop)}:"
            yield from _lines(loop.get("requests"), dialect, f"{path}.loop.requests", depth + 2)


def _how(loop: Any) -> str:
    words = [" that the filter keeps"] if loop.get("filter") else []
    if loop.get("parallel", 1) != 1:
        words.append(f", {loop['parallel']} at once")
    return "".join(words)


def _words(step: Any, dialect: Dialect) -> Iterator[str]:
    if "when" in step:
        yield f"when {step['when']}"
    if "api" in step:
        yield f"{step.get('method', 'no method')} {shown_url(step['api'])}"
    for word in ("task", "walker"):
        if isinstance(step.get(word), dict):
            named = next((step[word][key] for key in ("name", "kind", "id") if key in step[word]), "")
            yield f"{word} {named}, and wait for its end"
    if isinstance(step.get("set"), dict) and step["set"]:
        yield f"save {', '.join(step['set'])}"
    if "save_req_to" in step:
        yield f"save the request as {step['save_req_to']}"
    if "save_to" in step:
        yield f"save the answer as {step['save_to']}"
    if isinstance(step.get("retry"), dict):
        yield f"at most {step['retry'].get('attempts')} attempts"
    if isinstance(step.get("pages"), dict):
        yield "all pages"
    yield from _endings(step, dialect)


def _endings(step: Any, dialect: Dialect) -> Iterator[str]:
    if dialect is Dialect.COMPAT:
        yield "errors are ignored" if step.get("ignore_error") else "an error ends the list"
    else:
        rule = step.get("on_error", "stop")
        yield f"on an error {'go to ' + str(rule.get('goto')) if isinstance(rule, dict) else rule}"
    for word in ("break", "continue"):
        if word in step:
            yield f"{word} where {step[word]!s:.200}"
