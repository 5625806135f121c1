"""What can be looked up says what there is: every command, option, setting and exit code."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from typer.core import TyperGroup

from tests.rules.tree import python_files
from tools.write_reference import FOLDER, PAGES, SCHEMAS, schema, written
from windrow.cli.app import root
from windrow.settings import Settings

WITHOUT_JSON = {
    "api",  # these three answer nothing
    "clock",
    "worker",
    "items download",  # these write a file
    "runs download",
    "records document",
    "records export",
    "sequence export",
    "sequence import",
    "sequence schema",
}


@pytest.mark.parametrize("page", PAGES)
def test_the_page_is_what_the_code_says(page: str) -> None:
    assert (FOLDER / page).read_text(encoding="utf-8") == written(page), "run: python -m tools.write_reference"


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_published_schema_is_what_the_code_checks(name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == schema(name), "run: python -m tools.write_reference"


def test_every_option_explains_itself() -> None:
    silent = [f"{path}: {each.name}" for path, command in commands() for each in command.params if not each.help]

    assert [each for each in silent if not each.startswith(("api", "clock", "worker: worker_id"))] == []


def test_every_command_answers_in_json_unless_it_answers_a_file() -> None:
    answering = {path for path, command in commands() if any(each.name == "as_json" for each in command.params)}

    assert {path for path, _ in commands()} - answering == WITHOUT_JSON


def test_every_setting_says_what_it_is_for() -> None:
    assert [name for name, field in Settings.model_fields.items() if not (field.description or "").endswith(ENDS)] == []


def test_every_setting_is_read_somewhere() -> None:
    code = "".join(path.read_text() for path in python_files("src/windrow"))
    own_file = {"config", "database_url"}  # read by the settings themselves, to find the others and the database

    unread = {name for name in Settings.model_fields if not re.search(rf"(settings|chosen)\.{name}\b", code)}

    assert unread == own_file


ENDS = (".", "/8", "example.org", "makes one.")


def commands() -> Iterator[tuple[str, Any]]:
    for name, command in root().commands.items():
        if isinstance(command, TyperGroup):
            yield from ((f"{name} {subname}", each) for subname, each in command.commands.items())
        else:
            yield name, command
