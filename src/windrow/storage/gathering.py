"""Gathering: what several threads want to write at the same time goes into one transaction.

Who comes first writes at once, with whatever is there. Who comes meanwhile waits for that transaction, and then all
that have come go together: nobody waits for company, and the busier it is, the more share a commit.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from windrow.errors import StoreUnavailable

Call = TypeVar("Call")
Answer = TypeVar("Answer")

AT_ONCE = 100
"""How many calls share a transaction at most."""


@dataclass(slots=True)
class _Ticket(Generic[Call, Answer]):
    call: Call
    turn: threading.Event = field(default_factory=threading.Event)
    answer: list[Answer] = field(default_factory=list)
    error: BaseException | None = None
    leads: bool = False


class Gathering(Generic[Call, Answer]):
    """`carry` does several calls in one transaction, and gives an answer to each. Safe to use from several threads."""

    def __init__(self, carry: Callable[[Sequence[Call]], Sequence[Answer]]) -> None:
        self._carry = carry
        self._lock = threading.Lock()
        self._waiting: list[_Ticket[Call, Answer]] = []
        self._busy = False

    def __call__(self, call: Call) -> Answer:
        """What `carry` answers to this call, or raises for it."""
        mine: _Ticket[Call, Answer] = _Ticket(call)
        with self._lock:
            self._waiting.append(mine)
            mine.leads, self._busy = not self._busy, True
        if not mine.leads:
            mine.turn.wait()
        if mine.leads:
            self._lead()
        if mine.error is not None:
            raise mine.error
        return mine.answer[0]

    def _lead(self) -> None:
        with self._lock:
            these, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
        try:
            self._do(these)
        finally:
            self._hand_on()
            for each in these:
                each.leads = False
                each.turn.set()

    def _hand_on(self) -> None:
        with self._lock:
            self._busy = bool(self._waiting)
            if self._busy:
                self._waiting[0].leads = True
                self._waiting[0].turn.set()

    def _do(self, these: Sequence[_Ticket[Call, Answer]]) -> None:
        try:
            answers = self._carry([each.call for each in these])
        except StoreUnavailable as error:
            for each in these:
                each.error = error
        except BaseException as error:  # noqa: BLE001 - whoever asked raises it
            if len(these) == 1:
                these[0].error = error
            else:
                # One of them spoiled it for all: each by itself.
                for each in these:
                    self._do([each])
        else:
            for each, answer in zip(these, answers, strict=True):
                each.answer.append(answer)
