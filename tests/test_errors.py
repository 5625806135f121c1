"""Errors say what went wrong and what to do about it."""

import pickle

import pytest

from windrow.errors import RemoteStatus


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (401, "The credential was refused, or there is none. It answered. Why."),
        (403, "The credential does not allow this. It answered. Why."),
        (503, "It answered. Why."),
    ],
)
def test_a_status_is_explained_in_the_servers_words(status: int, said: str) -> None:
    plain = RemoteStatus("It answered.", status=status, retry_after=5, body=b"Why.")

    explained = plain.explained("Why.")

    assert str(explained) == said
    assert (explained.status, explained.retry_after, explained.body) == (status, 5, b"Why.")
    assert explained.retryable == plain.retryable
    assert str(pickle.loads(pickle.dumps(explained))) == said


def test_words_that_stand_there_already_are_not_repeated() -> None:
    assert str(RemoteStatus("It answered: Why.", status=500).explained("Why.")) == "It answered: Why."
