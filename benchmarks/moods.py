"""Moods: what a remote may be like besides well. Each is a way to answer for a catalogue of so many records.

changed     one record in a hundred says something else
lacking     one in a hundred is gone
spoilt      one in ten cannot be read
slow        every page takes a fifth of a second
hanging     no request is ever answered
failing     every list request is answered with a 500
one-failing the third page is answered with a 500
empty       the list is empty, and says so
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from benchmarks import catalogue

HUNDREDTH = 7
TENTH = 3
SLOW_SECONDS = 0.2
THIRD_PAGE = 2 * catalogue.PAGE_SIZE + 1


@dataclass(frozen=True, slots=True)
class Mood:
    """How a remote answers list requests.

    spoil     what becomes of a record
    keeps     whether it has a record, by its number
    delay     seconds until each answer; None never answers
    refuses   whether the page that begins there is answered with a 500
    """

    spoil: Callable[[int, bytes], bytes] | None = None
    keeps: Callable[[int], bool] = lambda _: True
    delay: float | None = 0.0
    refuses: Callable[[int], bool] = lambda _: False


def _retitle(number: int, record: bytes) -> bytes:
    return record.replace(b"</gmd:title>", b"</gmd:title><!-- anew -->", 1) if number % 100 == HUNDREDTH else record


def _spoil(number: int, record: bytes) -> bytes:
    return record.replace(b"fileIdentifier>", b"file>") if number % 10 == TENTH else record


MOODS = {
    "well": Mood(),
    "changed": Mood(spoil=_retitle),
    "lacking": Mood(keeps=lambda number: number % 100 != HUNDREDTH),
    "spoilt": Mood(spoil=_spoil),
    "slow": Mood(delay=SLOW_SECONDS),
    "hanging": Mood(delay=None),
    "failing": Mood(refuses=lambda _: True),
    "one-failing": Mood(refuses=lambda start: start == THIRD_PAGE),
    "empty": Mood(keeps=lambda _: False),
}


def page(mood: str, start: int, size: int, records: int) -> bytes:
    """An answer to GetRecords in that mood; `start` counts from 1."""
    numbers = _numbers(mood, records)
    chosen = numbers[start - 1 : start - 1 + min(size, catalogue.LONGEST_PAGE)]
    spoil = MOODS[mood].spoil or (lambda _, record: record)
    documents = [spoil(number, catalogue.record(number)) for number in chosen]
    return catalogue.wrap(documents, start, len(numbers))


@cache
def _numbers(mood: str, records: int) -> list[int]:
    return [number for number in range(records) if MOODS[mood].keeps(number)]
