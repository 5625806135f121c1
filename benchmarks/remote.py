"""The remote that is harvested: a server of CSW and of OGC API Records that answers out of memory, in its own process.

`/<count>/csw` is a catalogue of that many records; what changed since a day is always nothing. `/<count>/restless/csw`
is the same with something else in every page at every answer, `/<count>/<mood>/csw` in one of the moods of `moods.py`;
`/<count>/<mood>/asked` tells how many pages of it were asked for. `/record/<identifier>` is one record by itself.

`/<count>/late-<ms>/records` is a collection of so many JSON records, each answer to which takes so many milliseconds;
its items are pages below `items`, and single records by their identifiers below that.
"""

import argparse
import asyncio
import sys
from collections import Counter
from itertools import count
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from benchmarks import catalogue, features
from benchmarks.moods import MOODS, Mood
from benchmarks.moods import page as page_in

_HEAD = "HTTP/1.1 {status}\r\nContent-Type: application/{form}\r\nContent-Length: {length}\r\n\r\n"
_WELL = Mood()
_answers = count()
_asked: Counter[str] = Counter()


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
        while self._transport is not None and b"\r\n\r\n" in self._received:
            request, _, self._received = self._received.partition(b"\r\n\r\n")
            self._say(request.split(b" ", 2)[1].decode())

    def _say(self, target: str) -> None:
        delay = delay_of(target)
        if delay is None:
            return
        if delay:
            asyncio.get_running_loop().call_later(delay, self._write, target)
        else:
            self._write(target)

    def _write(self, target: str) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        refused = is_list(target) and mood_of(target).refuses(_start(_query(target)))
        body = b"" if refused else answer(target)
        status = "500 Internal Server Error" if refused else "200 OK" if body else "404 Not Found"
        form = "geo+json" if body[:1] == b"{" else "xml"
        self._transport.write(_HEAD.format(status=status, form=form, length=len(body)).encode())
        self._transport.write(body)


def mood_of(target: str) -> Mood:
    """What the remote is like under that address."""
    match urlsplit(target).path.strip("/").split("/"):
        case [_, mood, "csw"]:
            return MOODS.get(mood, _WELL)
        case _:
            return _WELL


def delay_of(target: str) -> float | None:
    """Seconds until an answer; None for never."""
    match urlsplit(target).path.strip("/").split("/"):
        case [_, late, "records", *_]:
            return int(late.removeprefix("late-")) / 1000
        case _:
            return mood_of(target).delay if is_list(target) or mood_of(target).delay is None else 0.0


def is_list(target: str) -> bool:
    """Whether a page of records is asked for."""
    return _query(target).get("request") == "GetRecords"


def _query(target: str) -> dict[str, str]:
    return {name.lower(): value for name, value in parse_qsl(urlsplit(target).query)}


def _start(query: dict[str, str]) -> int:
    return int(query.get("startposition", "1"))


def answer(target: str) -> bytes:
    """The body for a path with its query; empty where there is nothing."""
    parts = urlsplit(target)
    match parts.path.strip("/").split("/"):
        case [number, mood, "asked"]:
            return str(_asked[f"{number}/{mood}"]).encode()
        case [number, mood, "csw"] if number.isdecimal() and mood in MOODS:
            return _answer_in(mood, int(number), _query(target))
        case [number, *flags, "csw"] if number.isdecimal():
            return _answer_csw(int(number), _query(target), restless="restless" in flags)
        case ["record", identifier]:
            return catalogue.record(features.number_of(identifier))
        case [number, _, "records", *place] if number.isdecimal():
            return _answer_records(int(number), place, _query(target))
        case _:
            return b""


def _answer_in(mood: str, size: int, query: dict[str, str]) -> bytes:
    if query.get("request") == "GetCapabilities":
        return catalogue.capabilities()
    _asked[f"{size}/{mood}"] += 1
    wanted = 0 if query.get("resulttype") == "hits" else int(query.get("maxrecords", "10"))
    return page_in(mood, _start(query), wanted, 0 if "constraint" in query else size)


def _answer_records(size: int, place: list[str], query: dict[str, str]) -> bytes:
    match place:
        case []:
            return features.collection()
        case ["items"]:
            return features.page(int(query.get("offset", "0")), int(query.get("limit", "10")), size)
        case ["items", identifier]:
            return features.record(features.number_of(identifier))
        case _:
            return b""


def _answer_csw(size: int, query: dict[str, str], *, restless: bool) -> bytes:
    if query.get("request") == "GetCapabilities":
        return catalogue.capabilities()
    matched = 0 if "constraint" in query else size
    wanted = 0 if query.get("resulttype") == "hits" else int(query.get("maxrecords", "10"))
    note = f"answer {next(_answers)}" if restless else ""
    return catalogue.page(int(query.get("startposition", "1")), wanted, matched, note=note)


async def serve(hosts: int) -> None:
    """Serves on one port of every address of `host` until standard input ends; prints the port."""
    catalogue.page(1, catalogue.LONGEST_PAGE, catalogue.LONGEST_PAGE)
    features.page(0, catalogue.LONGEST_PAGE, catalogue.LONGEST_PAGE)
    loop = asyncio.get_running_loop()
    first = await loop.create_server(Conversation, "127.0.0.1", 0, backlog=256)
    port = first.sockets[0].getsockname()[1]
    others = [await loop.create_server(Conversation, host(number), port) for number in range(1, hosts + 1)]
    print(port, flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    for server in (first, *others):
        server.close()


def host(number: int) -> str:
    """The address of a host of its own on this machine; 0 is the first."""
    return f"127.0.{number // 250 + 1}.{number % 250 + 1}" if number else "127.0.0.1"


def main(arguments: list[str] | None = None) -> Any:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.remote", description=__doc__)
    parser.add_argument("--hosts", type=int, default=0, help="so many further addresses")
    asyncio.run(serve(parser.parse_args(arguments).hosts))


if __name__ == "__main__":
    main()
