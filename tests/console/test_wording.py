"""Words for moments, spans and numbers."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from windrow.console import wording

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        *((0, "just now"), (3, "now"), (-3, "just now"), (-59, "59 s ago"), (60, "in 1 min"), (-3599, "59 min ago")),
        *((7200, "in 2 h"), (-86400, "1 day ago"), (2.5 * 86400, "in 2 days"), (-60 * 86400, "31 Dec 2025")),
    ],
)
def test_moments_are_told_from_now(seconds: float, told: str) -> None:
    assert wording.relative(NOW + timedelta(seconds=seconds), NOW) == told


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0.34, "340 ms"), (1.24, "1.2 s"), (59.4, "59 s"), (200, "3 min 20 s"), (3600, "1 h"), (187_200, "2 days 4 h")],
)
def test_spans_are_told_in_two_units(seconds: float, told: str) -> None:
    assert wording.span(timedelta(seconds=seconds)) == told


@given(st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_every_moment_can_be_told(moment: datetime) -> None:
    assert wording.relative(moment, NOW)


@given(st.floats(min_value=0, max_value=1))
def test_a_share_is_whole_only_at_the_end(share: float) -> None:
    assert (wording.share(share) == "100 %") == (share == 1)


@pytest.mark.parametrize(
    ("count", "told"), [(0, "0 bytes"), (999, "999 bytes"), (1500, "1.5 kB"), (123_456_789, "123 MB")]
)
def test_sizes_are_told_in_the_unit_that_fits(count: int, told: str) -> None:
    assert wording.size(count) == told
