"""Dry runs: answers that were recorded or written down, instead of servers."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from windrow.errors import BadInput, RemoteUnreachable
from windrow.model.runs import RunState
from windrow.model.steps import StepEnd
from windrow.ports.fetching import Reply
from windrow.ports.work import Awaits
from windrow.work.sequence.sending import Asked, reply_from_json


@dataclass(slots=True)
class RecordedAnswers:
    """Sends nothing: answers by the step's path, or by method and address (`GET https://a.example/b`).

    An answer is `{"status": 200, "headers": {…}, "json": …}`, with `text` or `base64` for what is no JSON; a list of
    them is given one after another, the last one for ever. A step that starts other work is answered by
    `{"value": …}`: what `$` becomes, or, of a task, `{"state", "result", "error"}`.
    """

    answers: Mapping[str, Any]
    _given: dict[str, int] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def __call__(self, path: str, asked: Asked) -> Reply:
        """See `Sender`. Raises `RemoteUnreachable` for what no answer is there for."""
        for key in (path, f"{asked.method} {asked.url}", f"* {asked.url}"):
            if key in self.answers:
                return _reply(self._next(key), asked.url)
        raise RemoteUnreachable(f"The answers of this dry run have none for {path}, {asked.method} {asked.url}.")

    def start_task(self, what: Mapping[str, Any], *, key: str) -> StepEnd | None:  # noqa: ARG002 - as the protocol
        """What the answers say of the step: `{"value": …}`. Raises `RemoteUnreachable` where they say nothing."""
        if key not in self.answers:
            raise RemoteUnreachable(f"The answers of this dry run have none for {key}.")
        given = self._next(key)
        value = given.get("value") if isinstance(given, dict) else given
        if isinstance(value, dict) and value.get("state") in list(RunState):
            named = {name: value[name] for name in ("result", "error", "seconds") if name in value}
            return StepEnd(value.get("run_id"), RunState(value["state"]), **named)
        return StepEnd(None, RunState.SUCCEEDED, value)

    def run_walker(self, what: Mapping[str, Any], *, key: str) -> StepEnd | None:
        """The same."""
        return self.start_task(what, key=key)

    def awaits(self) -> Awaits:
        """Never called: nothing goes on."""
        raise NotImplementedError

    def _next(self, key: str) -> Any:
        found = self.answers[key]
        if not isinstance(found, list):
            return found
        with self._lock:
            number = self._given.get(key, 0)
            self._given[key] = number + 1
        return found[min(number, len(found) - 1)]


def _reply(answer: Any, url: str) -> Reply:
    kept = {"status": 200, "reason": "", "url": url, **answer}
    if "json" in kept:
        kept["text"] = json.dumps(kept.pop("json"))
        kept["headers"] = {"content-type": "application/json", **_lower(kept.get("headers", {}))}
    return reply_from_json(kept)


def _lower(headers: Mapping[str, Any]) -> dict[str, str]:
    return {str(name).lower(): str(value) for name, value in headers.items()}


def read_answers(text: str) -> RecordedAnswers:
    """Answers as they were written down, or the journal of an earlier run. Raises `BadInput`."""
    try:
        read = json.loads(text)
    except json.JSONDecodeError:
        read = _read_lines(text)
    if isinstance(read, dict) and set(read) == {"path", "entry"}:
        read = {read["path"]: read["entry"]}
    if not isinstance(read, dict) or not read:
        raise BadInput.of("--dry-run", "must be an object: answers by path, or by method and address")
    return RecordedAnswers({path: entry for path, entry in read.items() if _is_answer(entry)})


def _is_answer(entry: Any) -> bool:
    return isinstance(entry, list) or (isinstance(entry, dict) and "failed" not in entry and "begun" not in entry)


def _read_lines(text: str) -> Any:
    try:
        lines = [json.loads(line) for line in text.splitlines() if line.strip()]
        return {str(line["path"]).partition("#")[0]: line["entry"] for line in lines}
    except (ValueError, KeyError, TypeError):
        raise BadInput.of("--dry-run", "must be JSON: answers by path, or the journal of a run") from None
