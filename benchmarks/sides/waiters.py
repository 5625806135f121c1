"""Many who wait for one task at once, each on a connection of its own: what they cost the API, and when they hear."""

import argparse
import asyncio
import json
import time
from pathlib import Path

from benchmarks.children import memory as memory_of

LOOKS = 12
LOOK_EVERY = 0.5
"""Seconds between two looks at the memory, once all have asked."""

AT_ONCE = 50
"""Connections that are opened together: a listener's queue is no longer than that of the system."""


async def wait(host: str, port: int, token: str, task: str, asked: asyncio.Semaphore) -> float:
    """One of them; when it was told, and that the task had succeeded."""
    async with asked:
        reader, writer = await asyncio.open_connection(host, port)
        path = f"/js/walker_queue_wait?task_id={task}&timeout=300"
        head = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: token {token}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode())
        await writer.drain()
    answer = await reader.read()
    told = time.perf_counter()
    writer.close()
    assert answer.startswith(b"HTTP/1.1 200"), answer[:500]
    assert b'"SUCCESS"' in answer, answer[-500:]
    return told


async def measure(given: argparse.Namespace) -> dict[str, object]:
    """Memory (MB) and threads of the API, before and while they wait; seconds from the end to the first and last."""
    before, threads = memory_of(given.pid), _threads(given.pid)
    asked = asyncio.Semaphore(AT_ONCE)
    waiting = [
        asyncio.create_task(wait(given.host, given.port, given.token, given.task, asked)) for _ in range(given.count)
    ]
    seen = []
    for _ in range(LOOKS):
        await asyncio.sleep(LOOK_EVERY)
        seen.append(memory_of(given.pid))
    assert not any(each.done() for each in waiting), "all of them should have been waiting"
    more = _threads(given.pid) - threads
    begun = time.perf_counter()
    Path(given.until).touch()
    told = [each - begun for each in await asyncio.gather(*waiting)]
    return {"before": before, "during": max(seen), "threads": more, "first": min(told), "last": max(told)}


def _threads(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/task").iterdir()))


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sides.waiters", description=__doc__)
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.add_argument("pid", type=int, help="of the API process")
    parser.add_argument("token")
    parser.add_argument("task", help="what all wait for")
    parser.add_argument("until", help="the file that ends it")
    parser.add_argument("count", type=int, help="how many wait")
    print(json.dumps(asyncio.run(measure(parser.parse_args()))))


if __name__ == "__main__":
    main()
