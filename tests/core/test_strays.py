"""What a worker holds without knowing it is found, but not what it just claims."""

from windrow.core.strays import Strays
from windrow.ports.runs import Held


def test_only_what_is_astray_twice_in_a_row_is_certain() -> None:
    strays = Strays()
    held = Held({"a": 1, "b": 2, "known": 1}, {1, 2, 3})

    assert strays.certain(held, runs={"known"}, parts={3}) == Held({}, [])
    assert strays.certain(held, runs={"known", "b"}, parts={2, 3}) == Held({"a": 1}, [1])


def test_another_attempt_begins_anew() -> None:
    strays = Strays()
    strays.certain(Held({"a": 1}, ()), runs=(), parts=())

    assert strays.certain(Held({"a": 2}, ()), runs=(), parts=()) == Held({}, [])
    assert strays.certain(Held({"a": 2}, ()), runs=(), parts=()) == Held({"a": 2}, [])
