"""The engines that Windrow runs on, each with its servers."""

import pytest

ENGINES = ["embedded on SQLite", "embedded on PostgreSQL", "Celery on Redis", "Celery on RabbitMQ"]


def choose_engine(request: pytest.FixtureRequest, name: str) -> tuple[str, dict[str, str]]:
    """The database's URL (none for SQLite) and the environment of an installation on that engine."""
    if name == "embedded on SQLite":
        return "", {}
    database = str(request.getfixturevalue("postgres_server").new_database())
    if name == "embedded on PostgreSQL":
        return database, {}
    broker = request.getfixturevalue("shared_redis_server" if "Redis" in name else "rabbitmq_server")
    return database, {"WINDROW_ENGINE": "celery", "WINDROW_BROKER_URL": broker.url}
