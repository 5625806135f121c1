"""The tests' Redis is private and empty, and can go away and come back."""

import redis

from samples.servers.redis import Redis


def test_forgets_everything_when_it_is_killed(redis_server: Redis) -> None:
    client = redis.Redis.from_url(redis_server.url)
    client.set("one", "1")

    redis_server.kill()
    redis_server.start()

    assert client.keys() == []
    client.close()
