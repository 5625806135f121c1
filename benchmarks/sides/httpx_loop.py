"""Bare httpx: a list, and then each of its items one after another, by one client that keeps its connection.

It runs in an interpreter that has httpx and nothing of Windrow: `python httpx_loop.py URL COUNT ROUNDS`.
"""

import json
import sys
import time

import httpx  # type: ignore[import-not-found]  # in an interpreter of its own


def measure(url: str, count: int, rounds: int) -> list[float]:
    """Seconds of each round; one that nobody counts goes first."""
    with httpx.Client() as client:
        return [_round(client, url, count) for _ in range(rounds + 1)][1:]


def _round(client: httpx.Client, url: str, count: int) -> float:
    begun = time.perf_counter()
    for number in client.get(f"{url}/list/{count}").json():
        client.get(f"{url}/item/{number}").json()
    return time.perf_counter() - begun


if __name__ == "__main__":
    print(json.dumps({"seconds": measure(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))}))
