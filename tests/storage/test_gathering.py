"""What several threads ask for at once is done together; each gets its own answer, and its own trouble."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from tests.harvests.farm import wait_for
from windrow.errors import StoreUnavailable
from windrow.storage.gathering import AT_ONCE, Gathering


class Book:
    """Carries calls when it is let, and notes which of them went together."""

    def __init__(self) -> None:
        self.together: list[list[int]] = []
        self.open = threading.Event()
        self.trouble: Callable[[Sequence[int]], None] = lambda calls: None

    def __call__(self, calls: Sequence[int]) -> list[int]:
        self.together.append(list(calls))
        assert self.open.wait(20)
        self.trouble(calls)
        return [10 * each for each in calls]


def ask(gathering: Gathering[int, int], book: Book, calls: Sequence[int]) -> list[Future[int]]:
    """The first call is under way when the others come."""
    pool = ThreadPoolExecutor(len(calls))
    first = pool.submit(gathering, calls[0])
    wait_for(lambda: len(book.together) == 1)
    others = [pool.submit(gathering, each) for each in calls[1:]]
    wait_for(lambda: len(gathering._waiting) == len(calls) - 1)
    pool.shutdown(wait=False)
    book.open.set()
    return [first, *others]


def test_who_comes_first_does_not_wait_and_the_others_go_together() -> None:
    book = Book()

    futures = ask(Gathering(book), book, range(20))

    assert [each.result(20) for each in futures] == [10 * number for number in range(20)]
    assert book.together[0] == [0]
    assert sorted(book.together[1]) == list(range(1, 20))


def test_never_too_many_at_once() -> None:
    book = Book()

    futures = ask(Gathering(book), book, range(AT_ONCE + 20))

    assert [each.result(20) for each in futures] == [10 * number for number in range(AT_ONCE + 20)]
    assert [len(each) for each in book.together] == [1, AT_ONCE, 19]


def test_one_that_fails_spoils_it_for_nobody_else() -> None:
    book = Book()

    def fail(calls: Sequence[int]) -> None:
        if 3 in calls:
            raise ValueError("three")

    book.trouble = fail
    futures = ask(Gathering(book), book, range(6))

    assert [each.result(20) for each in futures if each is not futures[3]] == [0, 10, 20, 40, 50]
    with pytest.raises(ValueError, match="three"):
        futures[3].result(20)


def test_a_database_that_is_away_is_told_to_all_and_asked_once() -> None:
    book = Book()

    def fail(calls: Sequence[int]) -> None:
        raise StoreUnavailable("restarting")

    book.trouble = fail
    gathering = Gathering(book)
    futures = ask(gathering, book, range(6))

    for each in futures:
        with pytest.raises(StoreUnavailable):
            each.result(20)
    assert len(book.together) == 2
    book.trouble = lambda calls: None
    assert gathering(7) == 70
