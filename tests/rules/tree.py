"""The files that the rules look at."""

import ast
from collections.abc import Iterator
from pathlib import Path

from samples.servers.process import ROOT

SOURCE = ROOT / "src" / "windrow"


def python_files(*folders: str) -> list[Path]:
    """All Python files of the folders, in order."""
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def name(path: Path) -> str:
    """Its path within the project, as a reader would write it."""
    return path.relative_to(ROOT).as_posix()


def names_in(path: Path) -> Iterator[str]:
    """Every name that a module gives or uses: of modules, classes, functions, arguments, attributes, variables."""
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Name(id=found) | ast.Attribute(attr=found) | ast.arg(arg=found):
                yield found
            case ast.FunctionDef(name=found) | ast.AsyncFunctionDef(name=found) | ast.ClassDef(name=found):
                yield found
            case ast.keyword(arg=str(found)):
                yield found
            case _:
                pass
