"""How the requests of a sequence are shown: a row for each attempt at a step, and one step with request and answer."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from windrow.model.runs import LogEntry, Run
from windrow.work.sequence.showing import without_secrets

LONGEST = 100_000
"""Characters of an answer that are shown."""

_PLACE = re.compile(r"requests\[(\d+)\](?:~\d+)?|loop\[\d+\]|page\[\d+\]")


@dataclass(frozen=True, slots=True)
class Row:
    """One attempt at a step, as the log tells it; `stopped` says that it ended the run."""

    at: datetime
    path: str
    name: str
    method: str
    url: str
    status: int | None
    sent: int
    received: int
    seconds: float
    attempt: int
    outcome: str
    error: str
    stopped: bool

    @property
    def key(self) -> str:
        """What a journal calls it."""
        return self.path if self.attempt == 1 else f"{self.path}#{self.attempt}"


@dataclass(frozen=True, slots=True)
class Shown:
    """One step: what the document says, what was asked, what was answered, what was saved; texts, or None."""

    path: str
    written: str
    asked: str | None
    status: int | None
    reason: str
    headers: Sequence[tuple[str, str]]
    answer: str | None
    cut: bool
    secret: bool
    failed: str
    saved: Sequence[tuple[str, str | None]]


def rows_of(entries: Iterable[LogEntry], run: Run) -> list[Row]:
    """The attempts that these entries tell of."""
    document = run.parameters.get("document")
    stopped = stopped_at(run)
    rows = [_row(each, document, stopped) for each in entries if each.data and "outcome" in each.data]
    last = {each.path: each for each in rows if each.stopped}
    return [replace(each, stopped=last.get(each.path) is each) for each in rows]


def stopped_at(run: Run) -> str:
    """The path of the step that ended the run; empty where none did."""
    error = run.result.get("error")
    return str(error.get("step", "")) if isinstance(error, Mapping) else ""


def step_at(document: Any, path: str) -> Mapping[str, Any]:
    """The step of a document that a path leads to; empty where there is none."""
    here: Any = document
    for found in _PLACE.finditer(path):
        if found[1] is not None:
            steps = here.get("requests") if isinstance(here, Mapping) else None
            here = steps[int(found[1])] if isinstance(steps, list) and int(found[1]) < len(steps) else None
        elif found[0].startswith("loop"):
            here = (here.get("loop") or here.get("__def_loop__")) if isinstance(here, Mapping) else None
    return here if isinstance(here, Mapping) and path else {}


def show_step(run: Run, path: str, remembered: Any) -> Shown:
    """A step with what its run remembers of it."""
    step = step_at(run.parameters.get("document"), path)
    kept: Mapping[str, Any] = remembered if isinstance(remembered, Mapping) else {}
    secret = bool(step.get("secret"))
    answer, cut = (None, False) if secret else _answer(kept)
    return Shown(
        path=path,
        written=_json({name: value for name, value in step.items() if name not in ("loop", "__def_loop__")}),
        asked=_json(kept["asked"]) if "asked" in kept else None,
        status=kept.get("status"),
        reason=str(kept.get("reason", "")),
        headers=[] if secret else sorted(without_secrets(kept.get("headers", {})).items()),
        answer=answer,
        cut=cut,
        secret=secret,
        failed=str(kept.get("failed", "")),
        saved=_saved(step, run),
    )


def _row(entry: LogEntry, document: Any, stopped: str) -> Row:
    data = entry.data or {}
    path = str(data.get("step") or entry.part)
    return Row(
        at=entry.at,
        path=path,
        name=str(step_at(document, path).get("name", "")),
        method=str(data.get("method", "")),
        url=str(data.get("url", "")),
        status=data.get("status"),
        sent=int(data.get("sent", 0)),
        received=int(data.get("received", 0)),
        seconds=float(data.get("seconds", 0.0)),
        attempt=int(data.get("attempt", 1)),
        outcome=str(data.get("outcome")),
        error=entry.message.partition(" s: ")[2] if data.get("outcome") not in ("ok", "again") else "",
        stopped=bool(stopped) and path.partition(".page[")[0] == stopped,
    )


def _answer(kept: Mapping[str, Any]) -> tuple[str | None, bool]:
    if "value" in kept:
        text = _json(kept["value"])
    elif "text" in kept:
        text = _pretty(str(kept["text"]))
    elif "base64" in kept:
        text = f"about {len(kept['base64']) * 3 // 4:,} bytes that are no text"
    else:
        return None, False
    return text[:LONGEST], len(text) > LONGEST


def _pretty(text: str) -> str:
    with suppress(ValueError, RecursionError):
        return _json(json.loads(text))
    return text


def _saved(step: Mapping[str, Any], run: Run) -> list[tuple[str, str | None]]:
    """The names that a step saves, with the values where they stand in the run's result."""
    names = [step[key] for key in ("save_to", "save_req_to") if isinstance(step.get(key), str)]
    values = step.get("set")
    names += list(values) if isinstance(values, Mapping) else []
    there = run.result.get("saved")
    known: Mapping[str, Any] = there if isinstance(there, Mapping) else {}
    return [(name, _json(known[name])[:LONGEST] if name in known else None) for name in names]


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
