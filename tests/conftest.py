"""What every test may use: the real servers, started when first asked for."""

pytest_plugins = [
    "tests.remotes.fixtures",
    "tests.servers.chromium",
    "tests.servers.nginx",
    "tests.servers.postgres",
    "tests.servers.pycsw",
    "tests.servers.pygeoapi",
    "tests.servers.redis",
    "tests.servers.stac_api",
]
