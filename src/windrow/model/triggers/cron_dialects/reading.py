"""Reading one field of a cron expression, sign by sign, so that every refusal can name its position."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

from windrow.errors import BadInput

DIGITS = "0123456789"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Kind:
    """What a field may hold: numbers from `low` to `high`, or names, of which the first stands for `first_name`."""

    title: str
    low: int
    high: int
    names: Sequence[str] = ()
    first_name: int = 0
    long_names: Sequence[str] = ()
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Manners:
    """What a dialect allows beyond `*`, `5`, `1-5`, `*/2`, `1-5/2` and lists of them.

    wraps    ranges over the end: `FRI-MON`, `50-10`
    tails    a step after a single number: `5/15` is `5-59/15`
    seconds  six fields, of which the first are seconds, and seven, of which the last are years
    """

    wraps: bool = False
    tails: bool = False
    seconds: bool = False


class Scanner:
    """A place in a text. Positions count from 1, as people do."""

    def __init__(self, text: str, start: int = 0, end: int | None = None) -> None:
        self.text = text
        self.at = start
        self.end = len(text) if end is None else end

    @property
    def sign(self) -> str:
        """The sign at this place, in upper case; empty at the end."""
        return self.text[self.at].upper() if self.at < self.end else ""

    def accept(self, word: str) -> bool:
        """Goes past a word if it stands here."""
        if not self.text[self.at : self.end].upper().startswith(word):
            return False
        self.at += len(word)
        return True

    def take(self, signs: str) -> str:
        """Goes past as many of these signs as stand here."""
        start = self.at
        while self.sign and self.sign in signs:
            self.at += 1
        return self.text[start : self.at].upper()

    def refuse(self, problem: str, at: int | None = None) -> NoReturn:
        """Says what is wrong, and where."""
        refuse(problem, self.at if at is None else at)


def refuse(problem: str, at: int) -> NoReturn:
    """Raises `BadInput` with the position, which counts from 0 here and from 1 for people."""
    raise BadInput.of("trigger.expression", f"position {at + 1}: {problem}")


def read_value(scanner: Scanner, kind: Kind) -> int:
    """One number or name. Raises `BadInput`."""
    start = scanner.at
    if digits := scanner.take(DIGITS):
        value = int(digits) if len(digits) < 5 else kind.high + 1
        if kind.low <= value <= kind.high:
            return value
        return scanner.refuse(f"{kind.title} goes from {kind.low} to {kind.high}{kind.hint}", start)
    word = scanner.take(LETTERS)
    for names in (kind.names, kind.long_names):
        if word in names:
            return names.index(word) + kind.first_name
    return _refuse_word(scanner, kind, word, start)


def _refuse_word(scanner: Scanner, kind: Kind, word: str, start: int) -> NoReturn:
    known = f"a number from {kind.low} to {kind.high}"
    if kind.names:
        known += f" or {kind.names[0]} to {kind.names[-1]}"
    found = repr(word or scanner.sign) if word or scanner.sign else "nothing"
    scanner.refuse(f"{found} is no {kind.title}; use {known}{_hint_of(scanner, word)}", start)


def read_item(scanner: Scanner, kind: Kind, manners: Manners) -> tuple[list[int], bool]:
    """The values of one item of a list, and whether it is a wildcard. Raises `BadInput`."""
    start = scanner.at
    if scanner.accept("*"):
        step = _read_step(scanner, kind)
        return list(range(kind.low, kind.high + 1, step or 1)), True
    first = read_value(scanner, kind)
    if scanner.accept("-"):
        return _read_range(scanner, kind, manners, first, start), False
    step = _read_step(scanner, kind)
    if step is None:
        return [first], False
    if not manners.tails:
        scanner.refuse(f"a step needs a range before it; write {first}-{kind.high}/{step}", start)
    return list(range(first, kind.high + 1, step)), first == kind.low


def _read_range(scanner: Scanner, kind: Kind, manners: Manners, first: int, start: int) -> list[int]:
    last = read_value(scanner, kind)
    if last == 0 and kind.high == 7 and first > 0:
        last = 7  # FRI-SUN: Sunday is 0 as a beginning and 7 as an end
    step = _read_step(scanner, kind)
    if first == last and step is not None:
        scanner.refuse(f"a range of one value takes no step; write {first}, or {first}-{kind.high}/{step}", start)
    if first <= last:
        return list(range(first, last + 1, step or 1))
    if not manners.wraps:
        parts = f"{first}-{kind.high},{kind.low}-{last}"
        scanner.refuse(f"a range goes from the smaller to the larger value; write {parts}", start)
    size = kind.high - kind.low + 1
    return [(each - kind.low) % size + kind.low for each in range(first, last + size + 1, step or 1)]


def _read_step(scanner: Scanner, kind: Kind) -> int | None:
    if not scanner.accept("/"):
        return None
    start = scanner.at
    digits = scanner.take(DIGITS)
    if not digits:
        scanner.refuse("a number must follow the /, such as */15")
    step, most = int(digits[:5]), kind.high - kind.low
    if not 1 <= step <= most:
        hint = "; for longer spans use an interval" if step else ""
        scanner.refuse(f"a step of the {kind.title} lies between 1 and {most}{hint}", start)
    return step


def finish_item(scanner: Scanner) -> None:
    """Makes sure that the item ends here. Raises `BadInput`."""
    if scanner.sign:
        scanner.refuse(f"{scanner.sign!r} does not belong here{_hint_of(scanner, '')}")


def _hint_of(scanner: Scanner, word: str) -> str:
    sign = word or scanner.sign
    if sign in ("#", "?", "L", "W", "LW"):
        return f"; {sign} is for days, and in the dialect quartz"
    return "; no calendars are kept for C" if sign == "C" else ""
