"""What crosses the line between a child and its worker: it arrives as it was said, or is refused."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from windrow.core.retrying import is_worth_retrying
from windrow.engines.isolation.captured import LONGEST_LINE, Allowance, Captured
from windrow.engines.isolation.frames import BadMessage, Frames, frame
from windrow.engines.isolation.isolator import scrubbed
from windrow.engines.isolation.wishes import Wishes
from windrow.engines.isolation.words import WorkFailed, raise_error, read_result, write_error, write_result
from windrow.errors import (
    BadInput,
    Conflict,
    HostResting,
    LimitExceeded,
    NotFound,
    RemoteStatus,
    RemoteTooLarge,
    RemoteUnreadable,
    StoreUnavailable,
)
from windrow.model.runs import Level
from windrow.ports.work import Done, Ended, Fanned, Isolation, Later, Performed, isolation_of

MOMENT = datetime(2026, 3, 1, 12, tzinfo=UTC)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(st.binary(max_size=50)), st.integers(1, 20))
def test_frames_arrive_whole_however_they_are_cut(bodies: list[bytes], cut: int) -> None:
    sent = b"".join(frame(each) for each in bodies)
    frames = Frames()

    received = [body for at in range(0, len(sent), cut) for body in frames.take(sent[at : at + cut])]

    assert received == bodies


@pytest.mark.parametrize(
    "performed", [Done({"a": [1, None]}, 3, 1, "most of it"), Fanned(), Later(MOMENT, "the host rests")]
)
def test_a_result_arrives_as_it_was_given(performed: Performed) -> None:
    assert read_result(orjson.loads(orjson.dumps(write_result(performed)))) == performed


def test_a_kind_without_a_store_has_not_ended_its_run_itself() -> None:
    with pytest.raises(TypeError, match="has no store"):
        write_result(Ended(None))  # type: ignore[arg-type]  # what it holds is no matter


@pytest.mark.parametrize(
    "error",
    [
        RemoteStatus("The remote answered 503.", status=503, retry_after=7.0),
        RemoteStatus("The remote answered 404.", status=404),
        RemoteUnreadable("cut off"),
        RemoteTooLarge("too large"),
        HostResting("it rests", retry_after=60.0),
        BadInput.of("settings.size", "must be less"),
        NotFound("gauge", 7),
        Conflict("not now"),
    ],
)
def test_an_error_keeps_its_class_where_a_retry_depends_on_it(error: Exception) -> None:
    with pytest.raises(type(error)) as caught:
        raise_error(orjson.loads(orjson.dumps(write_error(error))))

    assert (type(caught.value), str(caught.value)) == (type(error), str(error))
    assert is_worth_retrying(caught.value) == is_worth_retrying(error)
    assert getattr(caught.value, "retry_after", None) == getattr(error, "retry_after", None)


@pytest.mark.parametrize("error", [ValueError("odd"), KeyError("odd")])
def test_a_strangers_error_is_a_plain_failure(error: Exception) -> None:
    with pytest.raises(WorkFailed, match="odd") as caught:
        raise_error(write_error(error))

    assert is_worth_retrying(caught.value)


def test_a_child_knows_nothing_of_the_store() -> None:
    with pytest.raises(Exception, match="full") as caught:
        raise_error(write_error(StoreUnavailable("full")))

    assert not isinstance(caught.value, StoreUnavailable)


def test_a_limit_that_was_met_is_tried_again_as_the_policy_says() -> None:
    assert is_worth_retrying(LimitExceeded("too much"))


@given(json_values)
def test_whatever_is_said_to_be_a_result_is_one_or_is_refused(said: Any) -> None:
    for each in (said, {"done": said, "succeeded": said, "failed": 0, "message": ""}, {"later": said, "reason": said}):
        try:
            read_result(each)
        except BadMessage:
            continue


WORDS = [
    "log",
    "report",
    "fan_out",
    "parts",
    "more_parts",
    "output",
    "open_item",
    "keep_item",
    "fetcher",
    "get",
    "post",
]
WORDS += ["nothing"]
FIELDS = ["level", "message", "part", "data", "done", "total", "counts", "keys", "states", "number", "file", "name"]
FIELDS += ["item", "seen"]


class Nobody:
    """A work that fails the test when anything reaches it that was not checked."""

    def __getattr__(self, name: str) -> Any:
        return lambda *values, **named: _checked(name, values, named)


def _checked(name: str, values: tuple[Any, ...], named: dict[str, Any]) -> Any:
    if name == "log":
        assert isinstance(values[0], Level)
        assert isinstance(values[1], str)
        assert isinstance(named["part"], str)
    if name in ("open_item", "keep_item"):
        raise BadMessage("There are no items here.")
    if name == "fan_out":
        assert all(isinstance(each, dict) for each in values[0])
        return len(values[0])
    return iter(())


@given(st.sampled_from(WORDS), st.dictionaries(st.sampled_from(FIELDS), json_values))
def test_a_wish_is_granted_or_refused_and_nothing_else(word: str, said: dict[str, Any]) -> None:
    wishes = Wishes(Nobody(), Path("/nowhere"), lambda: None)

    try:
        wishes.grant({**said, "word": word})
    except BadMessage:
        return


@given(st.lists(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=30)), st.integers(1, 9))
def test_lines_are_logged_whole_however_they_come(lines: list[str], cut: int) -> None:
    written = "\n".join(lines).encode()
    logged: list[str] = []
    captured = Captured(lambda level, message: logged.append(message), Level.INFO, Allowance())

    for at in range(0, len(written), cut):
        captured.take(written[at : at + cut])
    captured.end()

    assert logged == lines


def test_a_long_line_is_cut_and_its_rest_does_not_become_the_next_line() -> None:
    logged: list[str] = []
    captured = Captured(lambda level, message: logged.append(message), Level.INFO, Allowance())

    for _ in range(10):
        captured.take("ä".encode() * 100_000)
    captured.take(b"\nnext\n")

    assert logged == ["ä" * LONGEST_LINE + "…", "next"]


def test_what_is_none_of_a_childs_business_is_taken_out_of_the_environment() -> None:
    given = {"PATH": "/bin", "WINDROW_SECRET_KEY": "x", "windrow_data": "x", "PGPASSWORD": "x", "PGHOST": "db"}

    assert scrubbed(given) == {"PATH": "/bin", "PGHOST": "db"}


@pytest.mark.parametrize("wrong", [{"memory": 1 << 20}, {"seconds": 0.0}, {"seconds": -1.0}])
def test_limits_that_nothing_could_keep_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="isolation"):
        Isolation(**wrong)


def test_a_kind_that_never_heard_of_isolation_has_none() -> None:
    class Old:
        name: ClassVar[str] = "old"

    assert isolation_of(Old()) is None  # type: ignore[arg-type]  # as much of a kind as is needed
