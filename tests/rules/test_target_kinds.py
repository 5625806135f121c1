"""Every kind of target is made known, explains its settings, is documented and has tests of its own."""

import json
import tomllib
from importlib import import_module
from pkgutil import iter_modules

import pytest
from jsonschema import Draft202012Validator

import windrow.targets
from samples.servers.process import ROOT
from windrow.ports.targets import TargetKind

# From the file and not from what is installed: a kind is known here from the moment it is written.
_PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
ENTRIES: dict[str, str] = _PROJECT["entry-points"]["windrow.target_kinds"]
PAGE = (ROOT / "docs" / "reference" / "target-kinds.md").read_text()


def kind_of(name: str) -> TargetKind:
    module, _, attribute = ENTRIES[name].partition(":")
    kind: TargetKind = getattr(import_module(module), attribute)()
    return kind


def test_every_folder_is_a_kind_that_is_made_known() -> None:
    assert {each.name for each in iter_modules(windrow.targets.__path__)} == set(ENTRIES)


@pytest.mark.parametrize("name", ENTRIES)
def test_a_target_kind_loads_by_the_name_it_gives_itself(name: str) -> None:
    assert kind_of(name).name == name


@pytest.mark.parametrize("name", ENTRIES)
def test_a_target_kind_explains_its_settings(name: str) -> None:
    schema = kind_of(name).schema

    Draft202012Validator.check_schema(schema)
    assert schema["additionalProperties"] is False
    for setting, told in schema["properties"].items():
        assert {"title", "description", "default"} - set(told) == set(), setting
        assert Draft202012Validator(told).is_valid(told["default"]), setting


@pytest.mark.parametrize("name", ENTRIES)
def test_a_target_kind_is_documented(name: str) -> None:
    kind = kind_of(name)
    rows = {
        f"| `{setting}` | `{json.dumps(told['default'])}` | {told['description']} |"
        for setting, told in kind.schema["properties"].items()
    }

    assert f"## `{name}`: {kind.title}" in PAGE
    assert rows - set(PAGE.splitlines()) == set()


@pytest.mark.parametrize("name", ENTRIES)
def test_a_target_kind_has_tests_of_its_own(name: str) -> None:
    assert list((ROOT / "tests" / "targets" / name).glob("test_*.py"))
