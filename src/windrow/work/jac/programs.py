"""Programs: the Jac files of folders, and the walkers that each says it has, asked once for each version of it."""

import fcntl
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

from windrow.work.jac.interpreter import INSIDE, Interpreter, NoAnswer

log = structlog.get_logger()

DESCRIBING = 300.0
"""Seconds that a program may take to say what it has: the first one waits until Jac has compiled itself."""

PARTS = (".impl", ".test", ".cl", ".na", ".sv")
"""What a file's name ends with, before its suffix, that is a part of another file's program."""


@dataclass(frozen=True, slots=True)
class Program:
    """A file of walkers. `version` changes with whatever lies in its folder that it could import."""

    file: Path
    version: str

    @property
    def address(self) -> dict[str, str]:
        """How the interpreter finds it."""
        return {"path": str(self.file.parent), "module": self.file.stem}


@dataclass(frozen=True, slots=True)
class Described:
    """A walker as its program describes it."""

    program: Program
    name: str
    description: str
    schema: Mapping[str, Any]


def find_programs(folder: Path) -> list[Program]:
    """The programs of a folder, by name."""
    version = _digest(sorted(folder.rglob("*.jac")))[:12]
    files = (each for each in sorted(folder.glob("*.jac")) if not each.stem.endswith(PARTS))
    return [Program(each, version) for each in files if each.stem.isidentifier()]


def describe(program: Program, interpreter: Interpreter) -> list[Described]:
    """The walkers of a program, as they were when it last changed. Raises `NoAnswer`, also for one that fails."""
    marks = [str(interpreter.command), _changed(interpreter.command), str(program.file), program.version, _OURS]
    kept = interpreter.kept / f"walkers-{hashlib.sha256(chr(0).join(marks).encode()).hexdigest()[:24]}.json"
    interpreter.kept.mkdir(parents=True, exist_ok=True)
    with _alone(interpreter.kept):
        if not kept.exists():
            log.info("a Jac program is asked what it has; the first one waits for Jac itself", file=str(program.file))
            answer = interpreter.ask(program.address, seconds=DESCRIBING)
            if "walkers" not in answer:
                raise NoAnswer(str(answer.get("error", "It did not say what it has.")))
            written = kept.with_suffix(".new")
            written.write_text(json.dumps(answer))
            written.replace(kept)
        told = json.loads(kept.read_text())["walkers"]
    return [Described(program, each["name"], each["description"], each["schema"]) for each in told]


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """All processes of an installation ask the same when they start: one does, the others read what it was told."""
    with (folder / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _changed(file: Path) -> str:
    try:
        found = file.stat()
    except OSError as error:
        raise NoAnswer(f"{file} cannot be started: {error.strerror}.") from error
    return f"{found.st_mtime_ns} {found.st_size}"


def _digest(files: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for each in files:
        digest.update(each.name.encode() + b"\0" + each.read_bytes() + b"\0")
    return digest.hexdigest()


_OURS = _digest(sorted(INSIDE.glob("walk_inside_jac.py")))
