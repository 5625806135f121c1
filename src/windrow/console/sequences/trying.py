"""Dry runs in the console: a document carried out against written answers; nothing is sent, and nothing is kept."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from windrow.errors import BadInput
from windrow.model.named_secrets import OpenSecret
from windrow.model.runs import Level
from windrow.work.sequence.answering import read_answers
from windrow.work.sequence.conducting import Conductor
from windrow.work.sequence.documents import Dialect
from windrow.work.sequence.journal import Journal
from windrow.work.sequence.limits import Limits, Meter
from windrow.work.sequence.running import run_document
from windrow.work.sequence.surroundings import Secrets, Surroundings
from windrow.work.sequence.telling import Outcome, Step

LIMITS = Limits(requests=300, items=3_000, depth=8, text=1 << 16, seconds=10.0, splices=100)
"""Of a dry run, which takes up a thread that answers requests."""

SHOWN = 100
LONGEST = 20_000
"""Characters of what was saved that are shown."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What a dry run came to, or the `problem` with its answers."""

    problem: str = ""
    outcome: Outcome | None = None

    @property
    def steps(self) -> tuple[Step, ...]:
        """The first of its steps."""
        return () if self.outcome is None else self.outcome.steps[:SHOWN]

    @property
    def saved(self) -> str:
        """What was saved, as text."""
        return "" if self.outcome is None else written(self.outcome.result)


def try_out(document: Mapping[str, Any], dialect: Dialect, answers: str) -> Tried:
    """Carries a document out against answers."""
    try:
        send = read_answers(answers)
        conductor = Conductor(send, Journal(), Meter(LIMITS), _tell, _check, _pause)
        around = Surroundings(secrets=_stand_ins(document), starter=send)
        return Tried(outcome=run_document(dict(document), dialect, conductor, around))
    except BadInput as error:
        return Tried("; ".join(each.problem for each in error.problems))


def _stand_ins(document: Mapping[str, Any]) -> Secrets:
    """Something in the place of each named secret that a document declares: there is nobody to send it to."""
    declared = document.get("secrets")
    hosts: Mapping[str, Any] = declared if isinstance(declared, Mapping) else {}
    known = {
        name: OpenSecret(f"the secret {name}", frozenset(str(host).lower() for host in each))
        for name, each in hosts.items()
        if isinstance(each, list)
    }
    return lambda name: known.get(name)


def skeleton(document: Mapping[str, Any] | None) -> str:
    """Answers to begin with: one for each request that stands in no loop."""
    steps = (document or {}).get("requests")
    asked = [
        (number, each)
        for number, each in enumerate(steps if isinstance(steps, list) else [])
        if isinstance(each, Mapping) and {"api", "task", "walker"} & set(each)
    ]
    return written({_name(number, step): _answer(step) for number, step in asked})


def _answer(step: Mapping[str, Any]) -> dict[str, Any]:
    return {"status": 200, "json": {}} if "api" in step else {"value": {}}


def written(value: Any) -> str:
    """A value as indented JSON, cut where it is long."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    return text if len(text) <= LONGEST else text[:LONGEST] + "\n…"


def _name(number: int, step: Mapping[str, Any]) -> str:
    address = str(step.get("api", ""))
    plain = address and "{{" not in address and not step.get("query") and "pages" not in step
    page = ".page[0]" if "pages" in step else ""
    return f"{step.get('method', 'GET')} {address}" if plain else f"requests[{number}]{page}"


def _tell(level: Level, message: str, data: dict[str, Any]) -> None:
    """The steps are told at the end."""


def _check() -> None:
    """Its limits stop it."""


def _pause(seconds: float) -> None:
    """Nobody is waited for."""
