"""What is around a sequence that the command line runs: secrets, walkers of this process, and nobody to start tasks."""

import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from windrow.core.walking.kind import find_walker
from windrow.core.walking.walks import walk
from windrow.errors import BadInput, FieldProblem
from windrow.model.identity import new_id
from windrow.model.named_secrets import NAME, SHORTEST, OpenSecret, read_host
from windrow.model.runs import Cause, Level, Progress, Run, RunState
from windrow.model.steps import StepEnd
from windrow.ports.fetching import FetcherMaker
from windrow.ports.walkers import Walker
from windrow.ports.work import Awaits, Work
from windrow.work.sequence.strict.reading import started

if TYPE_CHECKING:
    from windrow.work.sequence.surroundings import Secrets


@dataclass(frozen=True, slots=True)
class HereStarter:
    """Runs walkers in this process. Implements `windrow.work.sequence.surroundings.Starter`."""

    walkers: Mapping[str, Walker]
    fetcher_maker: FetcherMaker

    def start_task(self, what: Mapping[str, Any], *, key: str) -> StepEnd | None:  # noqa: ARG002 - as the protocol
        """Raises `BadInput`."""
        raise BadInput.of("task", NO_TASKS)

    def run_walker(self, what: Mapping[str, Any], *, key: str) -> StepEnd | None:  # noqa: ARG002 - as the protocol
        """Calls the walker; how long it may take is not looked at. Raises `BadInput`."""
        walker = find_walker(self.walkers, what["name"])
        begun = datetime.now(UTC)
        work = _Here(_run_of(walker, what, begun), self.fetcher_maker)
        outcome = walk(walker, cast(Work, work), what.get("context", {}))
        seconds = (datetime.now(UTC) - begun).total_seconds()
        state = RunState.FAILED if outcome.error else RunState.SUCCEEDED
        return StepEnd(work.run.id, state, dict(outcome.response), outcome.error, seconds)

    def awaits(self) -> Awaits:
        """Never called: nothing goes on."""
        raise NotImplementedError


NO_TASKS = (
    "cannot be started without an installation: make the document a task there (windrow tasks create), or let "
    "--dry-run answer the step"
)


@dataclass(frozen=True, slots=True)
class _Here:
    """As much of a `Work` as walkers are given."""

    run: Run
    fetcher_maker: FetcherMaker

    def log(self, level: Level, message: str, *, part: str = "", **data: object) -> None:
        """What walkers log stands in the log of a run; here there is none."""

    def report(self, progress: Progress) -> None:
        """Nobody looks."""

    def check(self) -> None:
        """Nobody stops it but Ctrl-C."""

    def pause(self, seconds: float) -> None:
        """Waits."""
        time.sleep(seconds)


def _run_of(walker: Walker, what: Mapping[str, Any], now: datetime) -> Run:
    parameters = {"walker": walker.name, "context": what.get("context", {})}
    state, cause = RunState.RUNNING, Cause.REQUEST
    return Run(new_id(), new_id(), "walker", walker.name, "", "", state, cause, parameters, now, now)


def refuse_tasks(document: Any, walkers: Mapping[str, Walker]) -> None:
    """Raises `BadInput` for steps that cannot be done here, before anything is sent."""
    wrong: list[FieldProblem] = []
    for place, word, what in started(document):
        if word == "task":
            wrong.append(FieldProblem(place, NO_TASKS))
        elif "{{" not in what["name"] and what["name"] not in walkers:
            known = ", ".join(sorted(walkers)) or "none"
            wrong.append(FieldProblem(f"{place}.name", f"there is no walker {what['name']!r} here; there are: {known}"))
    if wrong:
        raise BadInput(wrong)


def find_secrets(named: list[str], file: Path | None) -> "Secrets":
    """Secrets from the environment and from a file: a command line can be read by everybody on the machine."""
    known = {} if file is None else _read_file(file)
    hosts: dict[str, set[str]] = {}
    for each in named:
        name, _, host = each.partition("@")
        if not name or not host or name not in os.environ:
            raise BadInput.of("--secret", f"{each!r} must be NAME@HOST, with the value in the variable NAME")
        hosts.setdefault(name, set()).add(_host(host, "--secret"))
    known |= {name: OpenSecret(os.environ[name], frozenset(each)) for name, each in hosts.items()}
    return lambda name: known.get(name)


def _read_file(path: Path) -> dict[str, OpenSecret]:
    wrong = BadInput.of("--secrets", f'{path} must be JSON: {{"NAME": {{"value": "…", "hosts": ["api.example.org"]}}}}')
    try:
        read = json.loads(path.read_text("utf-8"))
        return {name: _secret_in(name, **each) for name, each in read.items()}
    except (ValueError, TypeError, AttributeError) as error:
        if isinstance(error, UnicodeDecodeError | json.JSONDecodeError | TypeError | AttributeError):
            raise wrong from None  # its message could hold a value
        raise BadInput.of("--secrets", f"{path}: {error}") from None


def _secret_in(name: str, *, value: Any, hosts: Any) -> OpenSecret:
    if not NAME.fullmatch(name):
        raise ValueError(f"{name!r} must be letters, digits, _ and -")
    if not isinstance(value, str) or len(value) < SHORTEST:
        raise ValueError(f"the value of {name} must be text of at least {SHORTEST} characters")
    if not isinstance(hosts, list) or not hosts:
        raise ValueError(f"{name} must name the hosts that may see it")
    return OpenSecret(value, frozenset(_host(str(each), "--secrets") for each in hosts))


def _host(given: str, option: str) -> str:
    try:
        return read_host(given)
    except ValueError as error:
        raise BadInput.of(option, f"{given!r} {error}") from None
