"""Tests wait for conditions, and all of them run."""

import ast
from pathlib import Path

from tests.rules.tree import name, python_files

SKIPS = {"skip", "skipif", "xfail", "importorskip", "skipTest"}


def test_no_test_sleeps_or_is_skipped() -> None:
    found = [f"{name(path)}:{line}" for path in python_files("tests") for line in shirking(path)]

    assert found == []


def shirking(path: Path) -> list[int]:
    """The lines that call `sleep`, or mention a skip of pytest's."""
    tree = ast.parse(path.read_text())
    return [
        node.lineno
        for node in ast.walk(tree)
        if (isinstance(node, ast.Attribute) and node.attr in SKIPS and is_pytest(node))
        or (isinstance(node, ast.Call) and ast.unparse(node.func) in {"sleep", "time.sleep", "asyncio.sleep"})
    ]


def is_pytest(node: ast.Attribute) -> bool:
    return ast.unparse(node.value) in {"pytest", "pytest.mark"}
