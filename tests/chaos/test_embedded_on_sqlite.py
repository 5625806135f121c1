"""Chaos, embedded on SQLite."""

from tests.chaos.telling import assert_everything_is_there_once, patient


@patient
def test_whatever_happens_everything_is_there_once() -> None:
    assert_everything_is_there_once("embedded on SQLite")
