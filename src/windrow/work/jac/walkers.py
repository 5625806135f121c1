"""The walkers of Jac programs, as everything else here knows walkers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

from windrow.errors import LimitExceeded
from windrow.ports.walkers import Walk, Walker, WalkerFailed
from windrow.ports.work import Isolation
from windrow.work.jac.interpreter import Interpreter, NoAnswer
from windrow.work.jac.kind import JacWork
from windrow.work.jac.programs import Described, describe, find_programs

log = structlog.get_logger()

JAC = JacWork.name


@dataclass(frozen=True, slots=True)
class Jac:
    """What an installation decided on Jac. `bounds` are those of one run."""

    interpreter: Interpreter
    folders: Sequence[Path]
    bounds: Isolation


def load_jac_walkers(jac: Jac) -> Iterator[tuple[str, Walker]]:
    """Every walker of the programs, with the file that it comes from. A program that cannot say what it has is logged
    and left out."""
    for folder in jac.folders:
        for program in find_programs(folder):
            try:
                described = describe(program, jac.interpreter)
            except NoAnswer as error:
                log.error("a Jac program could not be loaded", file=str(program.file), reason=str(error))
                continue
            for each in described:
                yield str(program.file), _walker(each, jac)


def _walker(described: Described, jac: Jac) -> Walker:
    program = described.program
    where = {"command": str(jac.interpreter.command), "kept": str(jac.interpreter.kept), **program.address}

    def call(walk: Walk) -> None:
        asked = {**where, "walker": described.name, "args": dict(walk.context)}
        try:
            answer = walk.perform_apart(JAC, jac.bounds, asked)
        except LimitExceeded as error:
            told = f"{error} Its limits are the settings WINDROW_JAC_SECONDS and WINDROW_JAC_MEMORY_MB."
            raise WalkerFailed(told) from error
        _take(walk, answer)

    return Walker(described.name, call, described.schema, program.version, described.description)


def _take(walk: Walk, answer: Mapping[str, Any]) -> None:
    """Makes an answer of `inside` the walk's own."""
    state = answer.get("state") or {}
    walk.anchor, walk.state = state.get("anchor"), state
    for each in answer.get("reports") or []:
        walk.report(each)
    if not answer.get("success"):
        raise WalkerFailed(str(answer.get("error", "")), [str(each) for each in answer.get("stack_trace") or []])
