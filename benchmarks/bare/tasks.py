"""The bare tasks. The worker is started as `celery -A benchmarks.bare.tasks worker`.

They say when they ran by one small write to Redis; results, where a chord needs them, are kept there too.
"""

import os
import time
from functools import cache

import redis
from celery import Celery, chord

app = Celery("bare", broker=os.environ.get("BARE_BROKER"), backend=os.environ.get("BARE_REDIS"))
app.conf.update(
    task_acks_late=True,
    task_ignore_result=True,
    worker_prefetch_multiplier=1,
    broker_connection_retry_on_startup=True,
)

DONE = "done"
STARTED = "started"


@cache
def client() -> redis.Redis:
    """One per process; it may be used by several threads."""
    return redis.Redis.from_url(os.environ["BARE_REDIS"], socket_timeout=None)


@app.task  # type: ignore[untyped-decorator]  # Celery has no types
def nothing() -> None:
    """Counts itself, so that somebody can know when all have run."""
    client().incr(DONE)


@app.task  # type: ignore[untyped-decorator]  # Celery has no types
def note_start() -> None:
    """Tells when it began."""
    client().rpush(STARTED, str(time.time()))


@app.task(ignore_result=False)  # type: ignore[untyped-decorator]  # Celery has no types
def member() -> int:
    """One part of a fan-out."""
    return 1


@app.task  # type: ignore[untyped-decorator]  # Celery has no types
def body(counts: list[int]) -> None:
    """The fan-in."""
    client().rpush(STARTED, str(sum(counts)))


def fan(size: int) -> None:
    """A chord of so many members."""
    chord([member.s() for _ in range(size)])(body.s())
