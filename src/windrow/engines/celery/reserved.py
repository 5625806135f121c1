"""Reserved: what Celery's workers have taken from the broker and not begun. Asking takes a second, so nobody waits."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import structlog
from celery import Celery

log = structlog.get_logger()

FRESH = 5.0
"""Seconds for which an answer is good."""

ASK_SECONDS = 1.0


class Reserved:
    """Implements `windrow.ports.engines.Reservations`: answers what was last heard, and asks anew in the background."""

    def __init__(self, app: Callable[[], Celery]) -> None:
        self._app = app
        self._known: Mapping[str, Sequence[str]] = {}
        self._asked = float("-inf")
        self._asking = threading.Lock()

    def reserved(self) -> Mapping[str, Sequence[str]]:
        """Run ids by worker (the part of Celery's node name before the @)."""
        if time.monotonic() - self._asked > FRESH and self._asking.acquire(blocking=False):
            threading.Thread(target=self._ask, name="reserved", daemon=True).start()
        return self._known

    def _ask(self) -> None:
        try:
            self._known = _by_worker(self._app().control.inspect(timeout=ASK_SECONDS).reserved() or {})
        except Exception as error:  # noqa: BLE001 - whatever a broker that is away gives
            log.info("the broker was not reached for an inspection", reason=str(error))
            self._known = {}
        finally:
            self._asked = time.monotonic()
            self._asking.release()


def _by_worker(answers: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, list[str]]:
    # A run's id is the id of its message.
    return {node.partition("@")[0]: [str(each.get("id")) for each in held] for node, held in answers.items() if held}
