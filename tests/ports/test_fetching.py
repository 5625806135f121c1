"""What an answer says of itself: when it was given, and whether its validators prove anything."""

from datetime import UTC, datetime

import pytest

from windrow.errors import RemoteStatus, RemoteTimeout, RemoteUnreadable
from windrow.ports.fetching import Answer, Validators
from windrow.ports.source_kinds import Loaded


def answer(**headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer("https://remote.example/a.xml", 200, named, b"<a/>")


@pytest.mark.parametrize(
    ("modified", "settled"),
    [
        ("Fri, 14 Mar 2025 09:26:52 GMT", False),
        ("Fri, 14 Mar 2025 09:26:54 GMT", False),
        ("Fri, 14 Mar 2025 09:26:00 GMT", True),
        ("Fri, 14 Mar 2025 09:26:52 -0000", False),
        ("", True),
        ("yesterday", True),
    ],
)
def test_validators_are_trusted_when_the_document_has_settled(modified: str, settled: bool) -> None:
    given = answer(date="Fri, 14 Mar 2025 09:26:53 GMT", etag='"a"', last_modified=modified)

    assert given.validators == Validators('"a"', modified)
    assert given.settled_validators == (given.validators if settled else Validators())


def test_validators_are_trusted_where_the_server_tells_no_time() -> None:
    assert answer(etag='"a"', last_modified="Fri, 14 Mar 2025 09:26:53 GMT").settled_validators.etag == '"a"'


@pytest.mark.parametrize(
    ("said", "moment"),
    [
        ("Fri, 14 Mar 2025 09:26:53 GMT", datetime(2025, 3, 14, 9, 26, 53, tzinfo=UTC)),
        ("Fri, 14 Mar 2025 09:26:53 -0000", datetime(2025, 3, 14, 9, 26, 53, tzinfo=UTC)),
        ("Fri, 14 Mar 2025 10:26:53 +0100", datetime(2025, 3, 14, 9, 26, 53, tzinfo=UTC)),
        ("soon", None),
        ("Fri, 31 Dec 9999 23:59:59 -0100", None),
        ("Fri, 31 Dec 99999999999999999999 23:59:59 GMT", None),
    ],
)
def test_an_answer_tells_when_it_was_given(said: str, moment: datetime | None) -> None:
    found = answer(date=said).answered_at

    assert found == moment
    assert found is None or found.tzinfo is UTC
    assert answer().answered_at is None


@pytest.mark.parametrize("kept", [{}, {"etag": '"a"'}, {"etag": '"a"', "last_modified": "x"}])
def test_validators_are_kept_and_found_again(kept: dict[str, str]) -> None:
    found = Validators.of({**kept, "api": "v2"})

    assert found == (Validators(**kept) if kept else None)
    assert (found or Validators()).kept == kept


def test_a_key_has_one_answer() -> None:
    given = answer()

    assert Loaded([given]).answer is given
    with pytest.raises(RemoteTimeout):
        _ = Loaded([RemoteTimeout("too late")]).answer
    for answers in ([], [given, given]):
        with pytest.raises(RemoteUnreadable, match=f"{len(answers)} answers"):
            _ = Loaded(answers).answer


def test_documents_that_all_fail_for_now_are_the_servers_fault() -> None:
    busy, missing = RemoteStatus("busy", status=503), RemoteStatus("missing", status=404)

    assert Loaded.documents([busy, answer()]).answers[0] is busy
    assert list(Loaded.documents([busy, missing]).answers) == [busy, missing]
    with pytest.raises(RemoteStatus, match="busy"):
        Loaded.documents([busy, busy])
