"""The arithmetic of what must agree after a pass."""

import pytest

from windrow.model.reconciliation import Tallied, compare


@pytest.mark.parametrize(
    ("tallied", "local", "held"),
    [
        (Tallied(None, 0, 0), 0, 0),
        (Tallied(5, 5, 5), 5, 0),
        (Tallied(None, 5, 5), 5, 0),
        (Tallied(5, 5, 4), 4, 0),  # one came twice
        (Tallied(5, 5, 5), 8, 3),  # three are missing and wait for a person
        (Tallied(5, 5, None), 9, 0),  # what is known could not be looked at
    ],
)
def test_these_agree(tallied: Tallied, local: int, held: int) -> None:
    assert compare(tallied, local=local, held=held) == []


@pytest.mark.parametrize(
    ("tallied", "local", "held", "told"),
    [
        (Tallied(6, 5, 5), 5, 0, ["the remote announced 6 records, and the run got 5"]),
        (Tallied(None, 5, 5), 7, 0, ["the run saw 5 different resources, and 7 are kept here"]),
        (
            Tallied(5, 5, 5),
            4,
            1,
            ["the run saw 5 different resources, and 4 are kept here, of which 1 wait for a decision"],
        ),
    ],
)
def test_these_differ(tallied: Tallied, local: int, held: int, told: list[str]) -> None:
    assert compare(tallied, local=local, held=held) == told
