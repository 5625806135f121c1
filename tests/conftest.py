"""What every test may use: the real servers, started when first asked for."""

pytest_plugins = ["tests.remotes.fixtures", "tests.servers.postgres", "tests.servers.pycsw"]
