"""The Celery application: our settings of it, and the two messages that it carries."""

from bisect import bisect_right
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from celery import Celery
from celery.app.amqp import AMQP
from kombu import Connection, Queue

from windrow.errors import StoreUnavailable
from windrow.ports.engines import Carrier

log = structlog.get_logger()

PREFIX = "windrow."
"""Before the names of our queues and messages: others may use the same broker."""

RUN = f"{PREFIX}run"
PARTS = f"{PREFIX}parts"

LEVELS = (-50, -10, -1, 0, 1, 5, 10, 25, 50)
"""The lowest priorities of the levels 1 to 9: brokers know ten levels, and most people use small numbers."""

VISIBILITY = 24 * 3600
"""Seconds after which Redis gives a message that was taken but not done to somebody else. Our leases find out in
seconds who fell silent; this only keeps Redis from sending on what takes long."""


RECONNECT: dict[str, float] = {"interval_start": 0.2, "interval_step": 0.4, "interval_max": 2.0}
"""Seconds between two tries to reach a broker that is away."""


@dataclass(frozen=True, slots=True)
class Pool:
    """How a worker carries several runs at once: in `slots` threads, or processes that are replaced when one of them
    holds more than `memory` bytes at the end of a run (0: never)."""

    name: str
    slots: int
    memory: int = 0


class _Connection(Connection):  # type: ignore[misc]  # kombu has no types to speak of
    """Tries again soon: kombu's own pauses grow to half a minute, and Celery has no setting for them."""

    def ensure_connection(self, *arguments: Any, **named: Any) -> Any:
        return super().ensure_connection(*arguments, **{**RECONNECT, **named})


class _Messages(AMQP):  # type: ignore[misc]  # Celery has no types
    Connection = _Connection


def make_app(broker_url: str, queues: Collection[str], pool: Pool) -> Celery:
    """The application, with nothing registered yet. No connection is made."""
    app = Celery("windrow", set_as_current=False, amqp=_Messages)
    on_redis = _is_redis(broker_url)
    app.conf.update(
        broker_url=broker_url,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options=_redis_options() if on_redis else {},
        task_queues=[Queue(PREFIX + name, queue_arguments=_arguments(broker_url)) for name in queues],
        task_default_queue=PREFIX + next(iter(queues)),
        task_queue_max_priority=None if on_redis else 9,
        task_serializer="json",
        accept_content=["json"],
        task_ignore_result=True,
        # A message is done when its run has ended or was given back; who dies on the way leaves it to the broker.
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        worker_pool=pool.name,
        worker_concurrency=pool.slots,
        worker_max_memory_per_child=pool.memory // 1024 or None,
        worker_proc_alive_timeout=60.0,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        worker_send_task_events=False,
    )
    return app


def register(app: Celery, carrier: Callable[[], Carrier], give_back: Callable[[Sequence[int]], None]) -> None:
    """Registers what workers do with a message; `give_back` takes numbers of parts that were not come to."""

    @app.task(name=RUN)  # type: ignore[untyped-decorator]
    def run(run_id: str) -> None:
        _calmly(lambda: carrier().perform(run_id))

    @app.task(name=PARTS)  # type: ignore[untyped-decorator]
    def parts(part_ids: list[int]) -> None:
        _calmly(lambda: carry_parts(part_ids))

    def carry_parts(part_ids: list[int]) -> None:
        left = carrier().perform_parts(part_ids)
        if left:
            give_back(left)


def _calmly(carry_out: Callable[[], object]) -> None:
    # The message is done all the same: what nobody claimed is sent again when the database is back.
    try:
        carry_out()
    except StoreUnavailable as error:
        log.warning("the database does not answer", reason=str(error))


def level_of(priority: int, broker_url: str) -> int:
    """The broker's level for one of our priorities (-100 to 100); Redis counts from the top."""
    level = bisect_right(LEVELS, priority)
    return 9 - level if _is_redis(broker_url) else level


def _is_redis(broker_url: str) -> bool:
    return broker_url.startswith(("redis", "sentinel", "valkey"))


def _redis_options() -> dict[str, object]:
    return {
        "visibility_timeout": VISIBILITY,
        "priority_steps": list(range(10)),
        "queue_order_strategy": "priority",
        "socket_keepalive": True,
        "health_check_interval": 10,
    }


def _arguments(broker_url: str) -> dict[str, int] | None:
    return None if _is_redis(broker_url) else {"x-max-priority": 9}
