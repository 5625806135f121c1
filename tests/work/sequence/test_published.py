"""What is published of sequences is what the code does."""

import json
import re
from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator

from samples.servers.process import ROOT
from tools.write_reference import SEQUENCES, sequence_schema
from windrow.work.sequence.explaining import USED_BY_COMPAT
from windrow.work.sequence.strict.reading import check
from windrow.work.sequence.strict.schema import SCHEMA

PAGE = ROOT / "docs" / "reference" / "sequences.md"
WORKED = ROOT / "docs" / "doing" / "sequences.md"


def _keys(schema: Any) -> Iterator[str]:
    for key, inner in schema.get("properties", {}).items():
        yield key
        yield from _keys(inner)
    for each in (*schema.get("$defs", {}).values(), *schema.get("anyOf", ())):
        yield from _keys(each)


def test_the_published_schema_is_the_one_that_is_checked() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SEQUENCES.read_text() == sequence_schema(), "run: python -m tools.write_reference"


def test_every_key_is_explained() -> None:
    page = PAGE.read_text()

    missing = {key for key in {*_keys(SCHEMA), *USED_BY_COMPAT} - {"$schema"} if not re.search(rf"\b{key}\b", page)}

    assert missing == set()


def test_the_worked_example_is_right() -> None:
    first = WORKED.read_text().split("```json\n")[1].split("```")[0]

    check(json.loads(first))
