"""Writes what can be looked up about commands, settings and exit codes into the pages, from the code itself.

    .venv/bin/python -m tools.write_reference

What stands above the mark in a page is written by people, and stays; all below it is written anew.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from pathlib import Path
from typing import Any, get_args

from typer.core import TyperArgument, TyperGroup, TyperOption

from samples.servers.process import ROOT
from windrow.cli.app import root
from windrow.cli.exits import MEANINGS
from windrow.core.pipelines.schema import ITEM_SCHEMA
from windrow.settings import SettingLine, Settings, describe_settings
from windrow.work.sequence.strict.schema import SCHEMA

MARK = "<!-- From here on written by tools/write_reference.py. -->\n"
FOLDER = ROOT / "docs" / "reference"


def commands() -> Iterator[str]:
    """Every command with its arguments and options."""
    yield f"## `windrow`\n\n{_parameters(root())}"
    for name, command in root().commands.items():
        if command.hidden:
            continue
        if not isinstance(command, TyperGroup):
            yield _command(f"windrow {name}", command, level=2)
            continue
        yield f"## `windrow {name} …`\n\n{command.help}\n"
        for subname, subcommand in command.commands.items():
            yield _command(f"windrow {name} {subname}", subcommand, level=3)


def _command(path: str, command: Any, *, level: int) -> str:
    arguments = " ".join(_argument(each) for each in command.params if isinstance(each, TyperArgument))
    title = f"{'#' * level} `{path}{' ' if arguments else ''}{arguments}`"
    return f"{title}\n\n{_paragraphs(command.help)}\n\n{_parameters(command)}"


def _argument(each: TyperArgument) -> str:
    name = _name(each).strip("[].") if each.metavar else _name(each)
    repeated = "…" if each.nargs == -1 or each.multiple else ""
    return f"{name}{repeated}" if each.required else f"[{name}{repeated}]"


def _name(each: TyperArgument) -> str:
    return each.metavar or str(each.name).upper()


def _paragraphs(text: str | None) -> str:
    return "\n\n".join(" ".join(part.split()) for part in (text or "").split("\n\n"))


def _parameters(command: Any) -> str:
    rows = [_row(each) for each in command.params if not each.hidden]
    return "| option | meaning |\n|---|---|\n" + "".join(rows)


def _row(each: Any) -> str:
    if isinstance(each, TyperOption):
        ways = [*each.opts, *each.secondary_opts]
        value = "" if each.is_flag else f" {each.metavar or _value(each)}"
        said = ", ".join(f"`{way}{value}`" for way in ways)
    else:
        said = f"`{_argument(each)}`"
    cells = (said, f"{each.help or ''}{_choices(each)}{_default(each)}")
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def _value(each: Any) -> str:
    return str(each.name).upper() if not _enumeration(each) else "CHOICE"


def _enumeration(each: Any) -> type[Enum] | None:
    annotation = each.type_descriptor.annotation
    kinds = [kind for kind in (annotation, *get_args(annotation)) if isinstance(kind, type) and issubclass(kind, Enum)]
    return kinds[0] if kinds else None


def _choices(each: Any) -> str:
    kind = _enumeration(each)
    return "" if kind is None else " One of " + ", ".join(f"`{choice.value}`" for choice in kind) + "."


def _default(each: Any) -> str:
    if isinstance(each.show_default, str):
        return f" Without it, `{each.show_default}`."
    default = each.default.value if isinstance(each.default, Enum) else each.default
    return "" if default in (None, False, True) or not each.show_default else f" Without it, `{default}`."


def settings() -> Iterator[str]:
    """Every setting."""
    yield "| variable | default | meaning |\n|---|---|---|\n"
    for line in describe_settings(Settings()):
        yield f"| `{line.variable}` | {_code(line)} | {line.meaning.replace('|', '/')} |\n"


def _code(line: SettingLine) -> str:
    return f"`{line.default}`" if line.default else ""


def exit_codes() -> Iterator[str]:
    """Every exit code."""
    yield "| code | meaning |\n|---|---|\n"
    for code, meaning in MEANINGS.items():
        yield f"| {code.value} | {meaning} |\n"


PAGES: Mapping[str, tuple[Callable[[], Iterator[str]], str]] = {
    "command-line.md": (commands, "\n"),
    "settings.md": (settings, ""),
    "exit-codes.md": (exit_codes, ""),
}


SCHEMAS: Mapping[str, Mapping[str, Any]] = {"pipeline.schema.json": ITEM_SCHEMA}


def written(name: str) -> str:
    """A page as it should be."""
    make, between = PAGES[name]
    by_people = _path(name).read_text(encoding="utf-8").partition(MARK)[0]
    return f"{by_people}{MARK}\n{between.join(make())}"


def schema(name: str) -> str:
    """A published JSON Schema as it should be."""
    return json.dumps(SCHEMAS[name], indent=2, ensure_ascii=False) + "\n"


def _path(name: str) -> Path:
    return FOLDER / name


SEQUENCES = FOLDER / "sequence.schema.json"


def sequence_schema() -> str:
    """The JSON Schema of strict sequences, as it is published."""
    return json.dumps(SCHEMA, indent=2) + "\n"


if __name__ == "__main__":
    for page in PAGES:
        _path(page).write_text(written(page), encoding="utf-8")
    SEQUENCES.write_text(sequence_schema(), encoding="utf-8")
    for document in SCHEMAS:
        _path(document).write_text(schema(document), encoding="utf-8")
