"""What every test may use: the real servers, started when first asked for."""

import gc
import os
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import settings

pytest_plugins = [
    "tests.remotes.fixtures",
    "tests.servers.chromium",
    "tests.servers.koop",
    "tests.servers.mapserver",
    "tests.servers.nginx",
    "tests.servers.postgres",
    "tests.servers.pycsw",
    "tests.servers.pygeoapi",
    "tests.servers.rabbitmq",
    "tests.servers.redis",
    "tests.servers.stac_api",
]

LONGEST = (
    "tests/engines/test_behaviour.py",
    "tests/chaos/test_celery_on_rabbitmq.py",
    "tests/engines/test_celery.py",
    "tests/chaos/test_celery_on_redis.py",
    "tests/hosts/test_three_hosts.py",
    "tests/journeys/test_first_steps.py",
    "tests/chaos/test_embedded_on_postgresql.py",
    "tests/journeys/test_pulled_plugs.py",
    "tests/chaos/test_embedded_on_sqlite.py",
    "tests/journeys/test_several_hosts.py",
    "tests/journeys/test_rolling_upgrade.py",
    "tests/faces/native/test_fuzzing.py",
    "tests/console/test_journeys.py",
    "tests/work/notebook/test_running.py",
    "tests/harvests/test_real_servers.py",
)
"""What processes that share the tests begin with: whoever took one of them last would leave the others with nothing."""

# As our processes write them: structlog's own way tells all variables of all frames, and takes half a minute for it.
structlog.configure(
    processors=[
        structlog.processors.add_log_level,
        structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
    ]
)

# Hypothesis has a profile of its own for CI: the same examples every time, and no deadline. Here it looks further, but
# a machine that is busy with something else must not fail a test.
if not os.environ.get("CI"):
    settings.register_profile("here", deadline=None)
    settings.load_profile("here")


def pytest_configure(config: pytest.Config) -> None:
    """Has files be handed out in our order; pytest-xdist's own is by the number of their tests."""
    config.option.loadscopereorder = False


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Has the garbage collector rest while tests are loaded, and never look at them: it took a third of the time."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Puts the longest files first where several processes share the tests."""
    if hasattr(config, "workerinput"):
        places = {name: number for number, name in enumerate(LONGEST)}
        items.sort(key=lambda item: places.get(item.nodeid.partition("::")[0], len(LONGEST)))
