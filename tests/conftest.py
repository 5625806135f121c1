"""What every test may use: the real servers, started when first asked for."""

import os

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
