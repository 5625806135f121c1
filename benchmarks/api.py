"""The API that sequences ask: a JSON server that answers out of memory, in a process of its own.

`/list/<count>` is a list of that many numbers, `/item/<number>` an object; `/slow/<number>` is the same, 20 ms later.
"""

import asyncio
import json
import sys

DELAY = 0.02
"""Seconds that a slow answer takes."""

_HEAD = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"


class Conversation(asyncio.Protocol):
    """One connection: GET requests one after another, as HTTP/1.1 keeps it alive."""

    def __init__(self) -> None:
        self._received = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keeps the way back."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answers every request that has come whole."""
        self._received += data
        while b"\r\n\r\n" in self._received:
            request, _, self._received = self._received.partition(b"\r\n\r\n")
            _, word, number = request.split(b" ", 2)[1].decode().split("/")
            if word == "slow":
                asyncio.get_running_loop().call_later(DELAY, self._write, word, int(number))
            else:
                self._write(word, int(number))

    def _write(self, word: str, number: int) -> None:
        thing = {"id": number, "title": f"Thing {number}", "tags": ["first", "second"], "open": True}
        body = json.dumps(list(range(number)) if word == "list" else thing).encode()
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(_HEAD.format(length=len(body)).encode() + body)


async def serve() -> None:
    """Serves on a free port of loopback until standard input ends; prints the address."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Conversation, "127.0.0.1", 0, backlog=256)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(serve())
