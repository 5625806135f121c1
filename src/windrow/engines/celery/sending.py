"""Sending: messages to the broker. Whoever sends keeps one connection, and makes a new one when it broke."""

from collections.abc import Iterable
from typing import Any

from celery import Celery
from kombu import Connection, Producer
from kombu.exceptions import OperationalError

from windrow.engines.celery.app import PARTS, PREFIX, RUN, level_of
from windrow.errors import WindrowError
from windrow.ports.engines import Message

CONNECT_SECONDS = 3.0


class BrokerAway(WindrowError):
    """The broker does not answer. What was to be sent stays where it is."""


class Sender:
    """Sends messages over a connection of its own; for one thread."""

    def __init__(self, app: Celery) -> None:
        self._app = app
        self._producer: Producer | None = None

    def connect(self) -> None:
        """Makes sure that there is a connection. Raises `BrokerAway`."""
        if self._producer is None:
            connection: Connection = self._app.connection_for_write(connect_timeout=CONNECT_SECONDS)
            try:
                connection.ensure_connection(max_retries=1, interval_start=0.1, timeout=CONNECT_SECONDS)
                self._producer = self._app.amqp.Producer(connection, auto_declare=False)
            except self._troubles(connection) as error:
                connection.release()
                raise BrokerAway(f"The broker does not answer: {_tell(error)}") from None

    def send(self, messages: Iterable[Message]) -> list[Message]:
        """Sends them; returns those that could not be sent any more."""
        left = list(messages)
        while left:
            try:
                self.connect()
                self._send(left[0])
            except BrokerAway:
                return left
            except Exception as error:
                if not self._is_trouble(error):
                    raise
                self.close()
                return left
            left.pop(0)
        return left

    def revoke(self, run_ids: list[str]) -> None:
        """Tells all workers that these messages are not wanted any more. Raises `BrokerAway`."""
        self.connect()
        try:
            assert self._producer is not None
            self._app.control.revoke(run_ids, connection=self._producer.connection)
        except Exception as error:
            if not self._is_trouble(error):
                raise
            self.close()
            raise BrokerAway(f"The broker does not answer: {_tell(error)}") from None

    def close(self) -> None:
        """Gives the connection back."""
        producer, self._producer = self._producer, None
        if producer is not None and producer.connection is not None:
            producer.connection.release()

    def _send(self, message: Message) -> None:
        body: tuple[Any, ...] = (message.run_id,) if message.run_id else (list(message.part_ids),)
        url = str(self._app.conf.broker_url)
        self._app.send_task(
            RUN if message.run_id else PARTS,
            args=body,
            task_id=message.run_id or None,
            queue=PREFIX + message.queue,
            priority=level_of(message.priority, url),
            producer=self._producer,
            retry=False,
            ignore_result=True,
        )

    def _is_trouble(self, error: Exception) -> bool:
        connection = None if self._producer is None else self._producer.connection
        return isinstance(error, self._troubles(connection))

    @staticmethod
    def _troubles(connection: Connection | None) -> tuple[type[BaseException], ...]:
        known = () if connection is None else (*connection.connection_errors, *connection.channel_errors)
        return (OperationalError, OSError, *known)


def _tell(error: BaseException) -> str:
    return str(error) or type(error).__name__
