"""Tickets of requests under way last as long as the requests, and hardly longer than the process that holds them."""

import threading
from collections.abc import Iterator, Sequence

import pytest

from windrow.fetching import holding
from windrow.fetching.holding import Holder


class Book:
    """Notes what is renewed, in the order it comes."""

    def __init__(self) -> None:
        self.renewed: list[tuple[str, list[str]]] = []
        self.changed = threading.Condition()

    def renew(self, host: str, tickets: Sequence[str]) -> None:
        with self.changed:
            self.renewed.append((host, sorted(tickets)))
            self.changed.notify_all()

    def wait_for(self, host: str, tickets: list[str]) -> bool:
        with self.changed:
            return self.changed.wait_for(lambda: (host, tickets) in self.renewed, timeout=10)


@pytest.fixture
def book() -> Book:
    return Book()


@pytest.fixture
def holder(book: Book, monkeypatch: pytest.MonkeyPatch) -> Iterator[Holder]:
    monkeypatch.setattr(holding, "RENEW_EVERY", 0.02)
    holder = Holder(book.renew)
    yield holder
    holder.close()


def test_what_takes_long_is_renewed_by_host(holder: Holder, book: Book) -> None:
    holder.hold("a:80", "1")
    holder.hold("a:80", "2")
    holder.hold("b:80", "3")

    assert book.wait_for("a:80", ["1", "2"])
    assert book.wait_for("b:80", ["3"])


def test_what_was_let_go_is_renewed_no_more(holder: Holder, book: Book) -> None:
    holder.hold("a:80", "1")
    holder.hold("a:80", "2")
    assert book.wait_for("a:80", ["1", "2"])

    holder.let_go("2")

    assert book.wait_for("a:80", ["1"])
    assert book.renewed[-1] == ("a:80", ["1"])


def test_the_thread_ends_when_nothing_is_out_and_begins_anew(holder: Holder, book: Book) -> None:
    holder.hold("a:80", "1")
    watcher = holder._watcher
    assert watcher is not None
    holder.let_go("1")
    watcher.join(10)
    assert not watcher.is_alive()

    holder.hold("a:80", "2")

    assert book.wait_for("a:80", ["2"])


def test_the_watch_outlasts_the_longest_pause_between_renewals() -> None:
    assert holding.HOLD > 3 * holding.RENEW_EVERY
