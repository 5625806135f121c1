"""The relay: carries what became ready from the database to the broker. Several may run at once, one in each clock.

Requests that start work never wait for a broker: they write a row, and the relay sends its id on as soon as it can.
"""

import threading
import time
from collections.abc import Callable

import structlog

from windrow.engines.celery.sending import BrokerAway, Sender
from windrow.errors import StoreUnavailable
from windrow.ports.engines import Dispatcher, Message
from windrow.ports.store import Changes

log = structlog.get_logger()

LONGEST_SLEEP = 0.5
"""Seconds between two looks when nobody commits anything: a net under the waking."""

REST = 0.025
"""Seconds between the beginnings of two rounds while much is committed, so that many go together."""

TROUBLED = 1.0
"""Seconds between two tries while the database or the broker is away."""

REPEAT_EVERY = 1.0
"""Seconds between two looks for messages that were lost, or are not wanted any more."""


class RelayLoop:
    """Sends until it is stopped."""

    def __init__(self, dispatcher: Dispatcher, sender: Sender, changes: Callable[[], Changes]) -> None:
        self._dispatcher = dispatcher
        self._sender = sender
        self._changes = changes
        self._stopping = threading.Event()
        self._away = False
        self._repeat_at = 0.0

    def stop(self) -> None:
        """Ends `run`."""
        self._stopping.set()

    def run(self) -> None:
        """Sends until stopped."""
        try:
            while not self._stopping.is_set():
                try:
                    self._serve()
                except BrokerAway as error:
                    self._tell_away(error)
                    self._stopping.wait(TROUBLED)
                except StoreUnavailable as error:
                    log.warning("the database does not answer", reason=str(error))
                    self._stopping.wait(TROUBLED)
                except Exception:
                    # The edge of the loop: it must go on whatever one round meets.
                    log.exception("nothing could be sent")
                    self._stopping.wait(TROUBLED)
        finally:
            self._sender.close()

    def _serve(self) -> None:
        changes = self._changes()
        try:
            while not self._stopping.is_set():
                began = time.monotonic()
                self.relay()
                changes.wait(LONGEST_SLEEP)
                self._stopping.wait(max(0.0, began + REST - time.monotonic()))
        finally:
            changes.close()

    def relay(self) -> None:
        """One round: sends what became ready, and now and then what seems lost. Raises `BrokerAway`."""
        self._sender.connect()
        if self._away:
            self._away = False
            log.info("the broker answers again")
        self._send(self._dispatcher.send)
        if time.monotonic() >= self._repeat_at:
            self._send(self._dispatcher.send_again)
            if revoked := self._dispatcher.revoked():
                self._sender.revoke(revoked)
            self._repeat_at = time.monotonic() + REPEAT_EVERY

    def _send(self, take: Callable[[], list[Message]]) -> None:
        messages = take()
        left = self._sender.send(messages) if messages else []
        if left:
            self._dispatcher.take_back(left)
            raise BrokerAway("The broker went away.")

    def _tell_away(self, error: BrokerAway) -> None:
        if not self._away:
            log.warning("the broker is away; what is to be run waits in the database", reason=str(error))
        self._away = True
