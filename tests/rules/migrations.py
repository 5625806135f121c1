"""What a migration may not do, since the last release's processes go on working beside it; read from its source."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

FORBIDDEN = {
    "drop_table": "drops a table",
    "drop_column": "drops a column",
    "rename_table": "renames a table",
}

STATEMENTS = {
    r"\bDROP\s+(TABLE|COLUMN)\b": "drops a table or column",
    r"\bRENAME\s+(TO|COLUMN)\b": "renames a table or column",
    r"\bALTER\s+(COLUMN\s+)?\w+\s+(SET\s+DATA\s+)?TYPE\b": "changes a type",
    r"\bSET\s+NOT\s+NULL\b": "makes a column required",
    r"\bADD\s+(COLUMN\s+)?(?!CONSTRAINT\b)\w+\s(?![^;]*\bDEFAULT\b)[^;]*\bNOT\s+NULL\b": (
        "adds a required column without a default"
    ),
}


@dataclass(frozen=True, slots=True)
class Breach:
    """A line of a migration that the last release could not live with."""

    line: int
    what: str


def breaches(source: str) -> list[Breach]:
    """Every such line of a migration, in order. `downgrade` is left alone: nobody works beside that."""
    tree = ast.parse(source)
    tree.body = [node for node in tree.body if not (isinstance(node, ast.FunctionDef) and node.name == "downgrade")]
    found = {*_in_calls(tree), *_in_statements(tree)}
    return sorted(found, key=lambda each: (each.line, each.what))


def _in_calls(tree: ast.AST) -> Iterator[Breach]:
    """What is said by Alembic's operations, of `op` or of a batch, however they were imported."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = _name(node.func)
        if name in FORBIDDEN:
            yield Breach(node.lineno, FORBIDDEN[name])
        elif name == "alter_column":
            yield from (Breach(node.lineno, what) for what in _altered(node))
        elif name == "add_column" and not _may_be_missing(node):
            yield Breach(node.lineno, "adds a required column without a default")


def _altered(call: ast.Call) -> Iterator[str]:
    given = {each.arg: each.value for each in call.keywords}
    if None in given:
        yield "changes a column in a way that cannot be read here"
    if "new_column_name" in given or "name" in given:
        yield "renames a column"
    if "type_" in given:
        yield "changes a type"
    if "nullable" in given and not _is(given["nullable"], True):
        yield "makes a column required"


def _may_be_missing(call: ast.Call) -> bool:
    """Whether a row may be written by somebody who does not know the new column."""
    column = next((each for each in call.args if isinstance(each, ast.Call) and _name(each.func) == "Column"), None)
    if column is None:
        return False  # it is made elsewhere: not to be read here
    given = {each.arg: each.value for each in column.keywords}
    if None in given or "primary_key" in given:
        return False
    has_default = "server_default" in given and not _is(given["server_default"], None)
    return has_default or "nullable" not in given or _is(given["nullable"], True)


def _in_statements(tree: ast.AST) -> Iterator[Breach]:
    """What is said in SQL."""
    for node in ast.walk(tree):
        text = _text(node)
        for pattern, what in STATEMENTS.items():
            if text and re.search(pattern, text, re.IGNORECASE):
                yield Breach(node.lineno, what)  # type: ignore[attr-defined]  # what has a text is an expression


def _text(node: ast.AST) -> str:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=values):
            return "".join(_text(each) or "filled_in" for each in values)
        case _:
            return ""


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _is(node: ast.expr, value: object) -> bool:
    return isinstance(node, ast.Constant) and node.value is value
