"""Copies in the console: switched on in the settings, shown with the record, counted with the source."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.console.test_drafts import posted
from tests.console.visiting import Visitor, visitor
from tests.web.world import World, inhabit
from windrow.console.schema_forms import fields_of
from windrow.model.copies import Copying


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder: Path = tmp_path_factory.mktemp("console")
    with inhabit(folder) as world:
        yield world


@pytest.fixture(scope="module")
def ada(world: World) -> Visitor:
    return visitor(world.house, "ada")


def test_a_record_shows_its_files(world: World, ada: Visitor) -> None:
    record, copy = world.ids["record_id"], world.ids["copy_id"]

    seen = ada.get(f"/records/{record}")

    assert f'href="/api/v1/records/{record}/copies/{copy}"' in seen.html
    assert "rivers.csv" in seen.text
    assert "8 Bytes, copied" in seen.text
    assert ada.get(f"/api/v1/records/{record}/copies/{copy}").html == "a,b\n1,2\n"


def test_copying_is_switched_on_in_the_settings_and_started_with_the_source(world: World, ada: Visitor) -> None:
    source = world.ids["source_id"]
    principal = world.house.principal("ada")
    assert f"/sources/{source}/copy" not in ada.get(f"/sources/{source}").forms
    form = {
        "name": "Alpha's folder",
        "url": world.remote.url("/waf/"),
        "kind": "waf",
        **dict(posted(fields_of(world.house.assembly.kinds.sources["waf"].schema, {}))),
        "keep_gone": "on",
        "copying": "data_and_pictures",
        "largest_copy": "100",
        "copy_budget": "2048",
        "copy_formats": "CSV, image/jp2",
    }

    answer = ada.post(f"/sources/{source}/settings", form)

    policies = world.house.assembly.windrow.sources.get(principal, source).policies
    assert answer.status == 303
    assert (policies.copying, policies.copy_formats) == (Copying.DATA_AND_PICTURES, ("csv", "image/jp2"))
    assert (policies.largest_copy, policies.copy_budget, policies.keep_gone) == (100 << 20, 2048 << 20, True)
    seen = ada.get(f"/sources/{source}")
    assert f"/sources/{source}/copy" in seen.forms
    assert "Copied files 1, 8 Bytes" in seen.text
    started = ada.post(f"/sources/{source}/copy")
    assert started.location.startswith("/runs/")


def test_what_makes_no_sense_is_told_at_its_field(world: World, ada: Visitor) -> None:
    source = world.ids["source_id"]

    seen = ada.post(f"/sources/{source}/settings", {"name": "a", "kind": "waf", "copying": quote("all of it")})

    assert (seen.status, "must be one of none, data, data_and_pictures" in seen.text) == (422, True)
