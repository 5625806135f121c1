"""Quick parts go in large bunches; what takes long keeps nobody waiting behind it."""

from datetime import UTC, datetime
from typing import cast

import pytest

from windrow.core import bunches
from windrow.core.bunches import LARGEST, Bunch, Size, divide
from windrow.model.runs import PartState
from windrow.ports.runs import Closing, PartClaim

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def claims(many: int) -> list[PartClaim]:
    return [cast(PartClaim, number) for number in range(many)]


def test_a_bunch_gives_each_part_once() -> None:
    bunch = Bunch(claims(3))

    assert [bunch.next() for _ in range(4)] == [*claims(3), None]


def test_what_stands_behind_a_long_part_is_released_once(monkeypatch: pytest.MonkeyPatch) -> None:
    time = [100.0]
    monkeypatch.setattr(bunches, "monotonic", lambda: time[0])
    bunch = Bunch(claims(3))
    first = bunch.next()
    time[0] += 0.9
    assert bunch.release() == []
    time[0] += 0.2

    assert (first, bunch.release()) == (claims(1)[0], claims(3)[1:])
    assert (bunch.release(), bunch.next()) == ([], None)


def test_each_part_has_its_own_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    time = [100.0]
    monkeypatch.setattr(bunches, "monotonic", lambda: time[0])
    bunch = Bunch(claims(4))
    for _ in range(3):
        bunch.next()
        time[0] += 0.9
        assert bunch.release() == []

    assert bunch.release(now=True) == claims(4)[3:]


def test_bunches_grow_while_parts_are_quick_and_begin_anew_when_one_is_not() -> None:
    size, seen = Size(), []
    for _ in range(6):
        seen.append(size.now)
        size.note(size.now, 0.001 * size.now)
    assert seen == [1, 2, 4, 8, LARGEST, LARGEST]

    size.note(LARGEST, 2.0)

    assert size.now == 1


@pytest.mark.parametrize(("many", "sizes"), [(0, []), (1, [1]), (3, [1, 1, 1]), (4, [2, 1, 1]), (9, [3, 3, 3])])
def test_every_slot_gets_its_share(many: int, sizes: list[int]) -> None:
    made = divide(claims(many), 3)

    shares = [each.release(now=True) for each in made]
    assert [len(each) for each in shares] == sizes
    assert sorted(number for share in shares for number in share) == claims(many)  # type: ignore[type-var]  # numbers


def test_what_was_done_is_written_once() -> None:
    bunch = Bunch(claims(1))
    closing = Closing(1, "ann", PartState.DONE, {}, "", NOW)
    bunch.note_done([closing])

    assert (bunch.take_done(), bunch.take_done()) == ([closing], [])
