"""Everything that enters by an entry point is there, and is what its group promises."""

import subprocess
import sys
from importlib.metadata import EntryPoint, entry_points

import pytest
from jsonschema import Draft202012Validator

from samples.servers.process import ROOT
from windrow.ports.source_kinds import SourceKind

KINDS = sorted(entry_points(group="windrow.source_kinds"), key=lambda entry: entry.name)


def test_there_are_kinds() -> None:
    assert KINDS, "the project is not installed: run `make setup`"


@pytest.mark.parametrize("entry", KINDS, ids=lambda entry: entry.name)
def test_a_source_kind_loads_by_the_name_it_gives_itself(entry: EntryPoint) -> None:
    kind: SourceKind = entry.load()()

    assert kind.name == entry.name


@pytest.mark.parametrize("entry", KINDS, ids=lambda entry: entry.name)
def test_a_source_kind_explains_its_settings(entry: EntryPoint) -> None:
    schema = entry.load().schema

    Draft202012Validator.check_schema(schema)
    assert schema["additionalProperties"] is False
    for name, setting in schema["properties"].items():
        assert {"title", "description", "default"} - set(setting) == set(), name


@pytest.mark.parametrize("entry", KINDS, ids=lambda entry: entry.name)
def test_a_source_kind_has_tests_of_its_own(entry: EntryPoint) -> None:
    assert list((ROOT / "tests" / "sources" / entry.name).glob("test_*.py"))


HEAVY = ("pyproj", "rdflib", "shapely")
"""What takes long to load is loaded by the records that need it: every process loads every kind when it starts."""


def test_kinds_start_quickly() -> None:
    loads = "; ".join(f"import {entry.module}" for entry in KINDS)
    script = f"import sys; {loads}; print([each for each in {HEAVY} if each in sys.modules])"

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
