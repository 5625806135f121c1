"""What an engine is to carry: bunches that fit the workers, and again what seems lost, but never a flood of it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from windrow.core.dispatching import ANSWER_WITHIN, LONGEST_ANSWER, PARTS_AT_ONCE, Dispatching
from windrow.model.workers import Room
from windrow.ports.dispatches import Sent
from windrow.ports.engines import Message

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


class Rows:
    """What is ready or was sent, told as given."""

    def __init__(self, *, runs: Sequence[Sent] = (), parts: Sequence[Sent] = ()) -> None:
        self.runs = list(runs)
        self.parts = list(parts)
        self.back: list[object] = []

    def send_runs(self, now: datetime, *, ahead: int) -> list[Sent]:
        return self.runs

    def send_parts(self, now: datetime, *, ahead: int, least: int = 1) -> list[Sent]:
        return self.parts

    def unclaimed_runs(self, before: datetime, *, limit: int) -> list[Sent]:
        return [each for each in self.runs if each.sent_at < before]

    def unclaimed_parts(self, before: datetime, *, limit: int) -> list[Sent]:
        return [each for each in self.parts if each.sent_at < before]

    def send_runs_again(self, which: Sequence[Sent], now: datetime) -> list[Sent]:
        return list(which)

    def send_parts_again(self, which: Sequence[Sent], now: datetime) -> list[Sent]:
        return list(which)

    def take_back_runs(self, run_ids: Sequence[str]) -> None:
        self.back += run_ids

    def take_back_parts(self, part_ids: Sequence[int]) -> None:
        self.back += part_ids

    def revoked(self, *, limit: int) -> list[str]:
        return ["cancelled"]


def dispatching(rows: Rows, *rooms: Room) -> Dispatching:
    return Dispatching(rows, lambda: rooms, lambda: NOW)


def sent(number: int, *, ago: timedelta = timedelta(0), sends: int = 1, queue: str = "default") -> Sent:
    return Sent(str(number), queue, 0, NOW - ago, sends)


def test_each_run_is_a_message_and_parts_go_in_bunches_that_leave_some_for_every_slot() -> None:
    rows = Rows(runs=[sent(1), sent(2)], parts=[sent(number) for number in range(10, 26)])

    messages = dispatching(rows, Room(("default",), 2, 2), Room(("default", "slow"), 2, 0)).send()

    assert messages[:2] == [Message("default", 0, run_id="1"), Message("default", 0, run_id="2")]
    assert [each.part_ids for each in messages[2:]] == [(first, first + 1) for first in range(10, 26, 2)]


def test_many_parts_never_go_in_one_message() -> None:
    rows = Rows(parts=[sent(number) for number in range(1000)])

    messages = dispatching(rows, Room(("default",), 1, 1)).send()

    assert max(len(each.part_ids) for each in messages) == PARTS_AT_ONCE
    assert sum(len(each.part_ids) for each in messages) == 1000


def test_parts_of_different_queues_are_not_mixed() -> None:
    rows = Rows(parts=[sent(1), sent(2, queue="slow"), sent(3, queue="slow")])

    messages = dispatching(rows).send()

    assert [(each.queue, each.part_ids) for each in messages] == [("default", (1,)), ("slow", (2,)), ("slow", (3,))]


def test_what_is_late_is_sent_again_as_far_as_somebody_has_nothing_to_do() -> None:
    late = ANSWER_WITHIN + SECOND
    rows = Rows(runs=[sent(1, ago=late), sent(2, ago=late), sent(3, ago=late, queue="slow"), sent(4, ago=SECOND)])

    again = dispatching(rows, Room(("default",), 50, 1), Room(("slow",), 50, 0)).send_again()

    assert [each.run_id for each in again] == ["1"]


def test_the_more_often_it_was_sent_the_longer_it_is_waited_for() -> None:
    room = Room(("default",), 9, 9)

    def is_late(sends: int, ago: timedelta) -> bool:
        return bool(dispatching(Rows(runs=[sent(1, ago=ago, sends=sends)]), room).send_again())

    assert is_late(1, ANSWER_WITHIN + SECOND)
    assert not is_late(2, ANSWER_WITHIN + SECOND)
    assert is_late(2, 2 * ANSWER_WITHIN + SECOND)
    assert not is_late(30_000, LONGEST_ANSWER - SECOND)
    assert is_late(30_000, LONGEST_ANSWER + SECOND)


def test_lost_parts_are_sent_again_in_bunches() -> None:
    late = [sent(number, ago=ANSWER_WITHIN + SECOND) for number in range(200)]

    again = dispatching(Rows(parts=late), Room(("default",), 1, 1)).send_again()

    assert sum(len(each.part_ids) for each in again) == PARTS_AT_ONCE


def test_what_could_not_be_carried_is_taken_back() -> None:
    rows = Rows()

    dispatching(rows).take_back([Message("default", 0, run_id="1"), Message("default", 0, part_ids=(7, 8))])

    assert rows.back == ["1", 7, 8]
    assert dispatching(rows).revoked() == ["cancelled"]


def test_what_stands_in_a_line_that_moves_is_not_lost() -> None:
    rows = Rows(parts=[sent(number, ago=ANSWER_WITHIN + SECOND) for number in range(100)])
    now = [NOW]
    told = Dispatching(rows, lambda: [Room(("default",), 2, 2)], lambda: now[0])
    told.parts_flow.note(rows.parts, now[0])
    rows.parts = rows.parts[10:]

    assert told.send_again() == []  # ten of them were claimed since the last look

    now[0] += ANSWER_WITHIN
    assert told.send_again() != []


def test_what_was_passed_by_is_lost_though_the_line_moves() -> None:
    early, late = sent(1, ago=8 * SECOND), sent(2, ago=5 * SECOND)
    rows = Rows(runs=[early, late, sent(3, ago=4 * SECOND)])
    told = dispatching(rows, Room(("default",), 4, 4))
    told.runs_flow.note(rows.runs, NOW)
    rows.runs.remove(late)

    assert [each.run_id for each in told.send_again()] == ["1"]


def test_who_goes_away_may_have_taken_something_along() -> None:
    rows = Rows(runs=[sent(1, ago=SECOND)])
    rooms = [Room(("default",), 4, 4, "ann"), Room(("default",), 4, 4, "ben")]
    told = Dispatching(rows, lambda: rooms, lambda: NOW)
    assert told.send_again() == []

    rooms.pop()

    assert [each.run_id for each in told.send_again()] == ["1"]
    rows.runs = [sent(2)]  # sent since
    assert told.send_again() == []


def test_what_was_begun_before_goes_before_what_was_not() -> None:
    rows = Rows(runs=[sent(1), sent(2)._replace(begun=True)], parts=[sent(3), sent(4)._replace(begun=True)])

    messages = dispatching(rows, Room(("default",), 1, 1)).send()

    assert [each.priority for each in messages] == [0, 1, 0, 1]


def test_what_was_passed_by_for_long_is_lost_though_the_line_moves() -> None:
    rows = Rows(runs=[sent(1, ago=LONGEST_ANSWER + SECOND), *(sent(number, ago=4 * SECOND) for number in range(2, 9))])
    told = dispatching(rows, Room(("default",), 4, 4))
    told.runs_flow.note(rows.runs, NOW)
    rows.runs.pop()

    assert [each.run_id for each in told.send_again()] == ["1"]


def test_what_was_sent_again_does_not_count_as_claimed() -> None:
    rows = Rows(runs=[sent(1, ago=4 * SECOND), sent(2, ago=4 * SECOND)])
    told = dispatching(rows, Room(("default",), 1, 1))
    assert [each.run_id for each in told.send_again()] == ["1"]
    rows.runs = rows.runs[1:]  # the first one is young again

    assert [each.run_id for each in told.send_again()] == ["2"]
