"""Settings have the original's keys, and dates in any format become moments in UTC or a clear complaint."""

from datetime import UTC, datetime
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from windrow.errors import BadInput
from windrow.sources.geonode.settings import SCHEMA, Settings, read_date

ORIGINAL = {
    "harvest_documents": False,
    "harvest_datasets": True,
    "copy_datasets": True,
    "copy_documents": False,
    "resource_title_filter": "river",
    "start_date_filter": "2020-01-01T10:00:00",
    "end_date_filter": "3 Feb 2021",
    "keywords_filter": ["rivers"],
    "categories_filter": ["inlandWaters"],
}


def test_the_originals_configuration_is_taken_as_it_is() -> None:
    jsonschema.validate(ORIGINAL, SCHEMA)

    assert Settings.of(ORIGINAL) == Settings(
        types=("dataset",),
        title="river",
        start=datetime(2020, 1, 1, 10, tzinfo=UTC),
        end=datetime(2021, 2, 3, tzinfo=UTC),
        keywords=("rivers",),
        categories=("inlandWaters",),
        page_size=100,
        incremental=True,
    )


def test_every_setting_explains_itself() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)

    for name, setting in SCHEMA["properties"].items():
        assert {"title", "description", "default"} <= set(setting), name
        jsonschema.validate({name: setting["default"]}, SCHEMA)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024", datetime(2024, 1, 1)),  # noqa: DTZ001 - the test adds the zone
        ("May 2024", datetime(2024, 5, 1)),  # noqa: DTZ001
        ("31/12/2024", datetime(2024, 12, 31)),  # noqa: DTZ001
        ("20241231", datetime(2024, 12, 31)),  # noqa: DTZ001
        ("2024-12-31 10:00 UTC", datetime(2024, 12, 31, 10)),  # noqa: DTZ001
        ("2024-12-31T10:00:00Z", datetime(2024, 12, 31, 10)),  # noqa: DTZ001
        ("Tue, 31 Dec 2024 10:00:00 +0200", datetime(2024, 12, 31, 8)),  # noqa: DTZ001
        ("2024-02-29", datetime(2024, 2, 29)),  # noqa: DTZ001
    ],
)
def test_dates_in_any_format_are_read_the_same_every_day(text: str, moment: datetime) -> None:
    assert read_date(text) == moment.replace(tzinfo=UTC)


@pytest.mark.parametrize("field", ["start_date_filter", "end_date_filter"])
@pytest.mark.parametrize(
    "text",
    ["soon", "10:00", "31 December", "2024-13-01", "2024-02-30", "99999999999999", "2024-01-01 10:00 IST", "1/2"],
)
def test_what_is_no_date_is_refused_by_the_name_of_its_field(field: str, text: str) -> None:
    with pytest.raises(BadInput) as complaint:
        Settings.of({field: text})

    [problem] = complaint.value.problems
    assert problem.field == f"settings.{field}"
    assert problem.problem.startswith("must be a date with its year, such as 2024-01-31")


@pytest.mark.parametrize(
    ("settings", "fields"),
    [
        ({"harvest_datasets": False, "harvest_documents": False}, ["settings.harvest_datasets"]),
        ({"start_date_filter": "2024", "end_date_filter": "2023"}, ["settings.end_date_filter"]),
        (
            {"harvest_datasets": False, "harvest_documents": False, "start_date_filter": "?", "end_date_filter": "!"},
            ["settings.harvest_datasets", "settings.start_date_filter", "settings.end_date_filter"],
        ),
    ],
)
def test_all_that_is_wrong_is_told_at_once(settings: dict[str, Any], fields: list[str]) -> None:
    with pytest.raises(BadInput) as complaint:
        Settings.of(settings)

    assert [each.field for each in complaint.value.problems] == fields


@given(st.text(max_size=40))
def test_any_text_is_a_date_or_refused(text: str) -> None:
    try:
        found = read_date(text)
    except ValueError:
        return
    assert found.tzinfo is UTC
