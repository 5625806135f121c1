"""Places and periods in queries: read as the standards say, refused by name otherwise."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from windrow.core.extents import read_bbox, read_period
from windrow.errors import BadInput
from windrow.formats.dates import INSTANT

MORNING = datetime(2026, 1, 2, 6, 30, tzinfo=UTC)
DAY = datetime(2026, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-02T06:30:00Z", (MORNING, MORNING + INSTANT)),
        ("2026-01-02t07:30:00.000+01:00", (MORNING, MORNING + INSTANT)),
        ("2026-01-02", (DAY, DAY + timedelta(days=1))),
        ("2026-01-02T06:30:00Z/..", (MORNING, None)),
        ("2026-01-02T06:30:00Z/", (MORNING, None)),
        ("../2026-01-02", (None, DAY + timedelta(days=1))),
        ("/2026-01-02T06:30:00Z", (None, MORNING + INSTANT)),
        ("2026-01-02/2026-01-02T06:30:00Z", (DAY, MORNING + INSTANT)),
        ("2026-01-02/9999-12-31T23:59:59Z", (DAY, None)),
    ],
)
def test_periods_include_their_ends_as_the_standards_say(text: str, expected: object) -> None:
    assert read_period(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "/", "../..", "x", "2026", "2026-13-01", "20260102", "2026-01-02T06:30:00", "2026-01-03/2026-01-02", "a/b/c"],
)
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="datetime"):
        read_period(text)


def test_boxes_have_four_numbers_or_six() -> None:
    assert read_bbox("9.5, 46,17,49") == (9.5, 46.0, 17.0, 49.0)
    assert read_bbox("170,-10,0,-170,10,500") == (170.0, -10.0, -170.0, 10.0)


@pytest.mark.parametrize("text", ["", "1,2,3", "1,2,3,4,5", "1,2,3,x", "1,2,3,inf", "nan,1,1,1"])
def test_what_is_no_box_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="bbox"):
        read_bbox(text)


@pytest.mark.parametrize("read", [read_bbox, read_period])
@given(text=st.text(max_size=40) | st.text("0123456789-:TZ/.,", max_size=40))
def test_no_text_breaks_the_reading(read: Callable[[str], object], text: str) -> None:
    with suppress(BadInput):
        assert read(text) != (None, None, None, None)
