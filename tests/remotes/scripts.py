"""What a remote may do with a request: answer well, badly, slowly, partly, or not at all."""

import gzip
import socket
import struct
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import TypeAlias

PIECE = 64 * 1024


@dataclass(frozen=True)
class Connection:
    """The raw end of a connection, the sign that the remote closes, and whom to tell that the answer begins."""

    socket: socket.socket
    closing: threading.Event
    answering: Callable[[], None]

    def send(self, data: bytes) -> None:
        """Sends it all."""
        self.answering()
        self.socket.sendall(data)

    def wait(self, seconds: float | None = None) -> bool:
        """Waits, but not past the remote's end; whether the remote still runs."""
        return not self.closing.wait(seconds)


Script: TypeAlias = Callable[[Connection, str], bool]
"""Answers one request (its method is given); says whether the connection goes on."""


def head(status: int, headers: Mapping[str, str | int]) -> bytes:
    """A status line and headers."""
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = "Strange"
    lines = [f"HTTP/1.1 {status} {phrase}", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    return "\r\n".join(lines).encode("latin-1")


def reply(
    body: bytes,
    *,
    status: int = 200,
    media_type: str = "application/xml",
    headers: Mapping[str, str] | None = None,
    meanwhile: Callable[[], object] = lambda: None,
) -> Script:
    """A proper answer; `meanwhile` is called before it goes out."""

    def answer(connection: Connection, method: str) -> bool:
        meanwhile()
        bodiless = status in (204, 304) or method == "HEAD"
        fields: dict[str, str | int] = {"Content-Type": media_type}
        if status != 204:
            fields["Content-Length"] = len(body)
        connection.send(head(status, {**fields, **(headers or {})}) + (b"" if bodiless else body))
        return True

    return answer


def status(code: int, body: bytes = b"", *, retry_after: str = "", headers: Mapping[str, str] | None = None) -> Script:
    """A bare status, with `Retry-After` (seconds or a date) if wished."""
    wish = {"Retry-After": retry_after} if retry_after else {}
    return reply(body, status=code, media_type="text/html", headers={**wish, **(headers or {})})


def redirect(location: str, code: int = 302) -> Script:
    """Sends on to another place."""
    return reply(b"moved", status=code, headers={"Location": location})


def hang() -> Script:
    """Takes the request and never says a word."""

    def answer(connection: Connection, method: str) -> bool:
        connection.wait()
        return False

    return answer


def hang_in_body(beginning: bytes = b"<records>") -> Script:
    """Says how much will come, sends a little and falls silent."""

    def answer(connection: Connection, method: str) -> bool:
        connection.send(head(200, {"Content-Length": len(beginning) + 1000}) + beginning)
        connection.wait()
        return False

    return answer


def drip(body: bytes, interval: float) -> Script:
    """Sends the body byte by byte, so many seconds apart."""

    def answer(connection: Connection, method: str) -> bool:
        connection.send(head(200, {"Content-Length": len(body)}))
        for position in range(len(body)):
            if not connection.wait(interval):
                return False
            connection.send(body[position : position + 1])
        return True

    return answer


def drip_headers(interval: float) -> Script:
    """Sends headers byte by byte without end."""

    def answer(connection: Connection, method: str) -> bool:
        connection.send(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while connection.wait(interval):
            connection.send(b"z")
        return False

    return answer


def truncate(body: bytes, after: int) -> Script:
    """Promises the whole body and closes after so many bytes: a wrong length, a broken proxy."""

    def answer(connection: Connection, method: str) -> bool:
        connection.send(head(200, {"Content-Length": len(body), "Connection": "close"}) + body[:after])
        return False

    return answer


def truncate_chunks(body: bytes) -> Script:
    """Sends a chunk and closes without the last one."""

    def answer(connection: Connection, method: str) -> bool:
        chunk = b"%x\r\n%b\r\n" % (len(body), body)
        connection.send(head(200, {"Transfer-Encoding": "chunked", "Connection": "close"}) + chunk)
        return False

    return answer


def chunked(body: bytes, size: int = 1000) -> Script:
    """A proper answer in chunks."""

    def answer(connection: Connection, method: str) -> bool:
        connection.send(head(200, {"Content-Type": "application/xml", "Transfer-Encoding": "chunked"}))
        for start in range(0, len(body), size):
            piece = body[start : start + size]
            connection.send(b"%x\r\n%b\r\n" % (len(piece), piece))
        connection.send(b"0\r\n\r\n")
        return True

    return answer


def until_closed(body: bytes) -> Script:
    """A body without a length, ended by closing, as HTTP/1.0 servers do."""

    def answer(connection: Connection, method: str) -> bool:
        connection.send(head(200, {"Content-Type": "application/xml", "Connection": "close"}) + body)
        return False

    return answer


def reset() -> Script:
    """Takes the request and resets the connection."""

    def answer(connection: Connection, method: str) -> bool:
        connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.socket.close()
        return False

    return answer


def hang_up() -> Script:
    """Takes the request and closes the connection without an answer."""
    return lambda connection, method: False


def answer_and_hang_up(body: bytes) -> Script:
    """Answers as if the connection stayed open, and closes it all the same."""

    def answer(connection: Connection, method: str) -> bool:
        connection.send(head(200, {"Content-Length": len(body)}) + body)
        return False

    return answer


def garble(data: bytes = b"SSH-2.0-OpenSSH_9.6\r\n") -> Script:
    """Something that is not HTTP."""

    def answer(connection: Connection, method: str) -> bool:
        connection.send(data)
        return False

    return answer


def encoded(body: bytes, encoding: str) -> Script:
    """The body in gzip or deflate; any other name is put into the header without doing it."""
    packers: dict[str, Callable[[bytes], bytes]] = {"gzip": gzip.compress, "deflate": zlib.compress}
    packed = packers.get(encoding, bytes)(body)
    return reply(packed, headers={"Content-Encoding": encoding})


def gzip_bomb(megabytes: int) -> Script:
    """Zeros by the megabyte, a thousandth of that on the wire, made as they are sent."""

    def answer(connection: Connection, method: str) -> bool:
        connection.send(head(200, {"Content-Encoding": "gzip", "Connection": "close"}))
        for piece in _zeros_packed(megabytes):
            connection.send(piece)
        return False

    return answer


def _zeros_packed(megabytes: int) -> Iterator[bytes]:
    packer = zlib.compressobj(9, wbits=31)
    for _ in range(megabytes):
        yield packer.compress(bytes(1024 * 1024))
    yield packer.flush()


def large(size: int, *, announced: bool = True) -> Script:
    """So many bytes, with or without saying so first."""

    def answer(connection: Connection, method: str) -> bool:
        length = {"Content-Length": size} if announced else {}
        connection.send(head(200, {**length, "Connection": "close"}))
        for start in range(0, size, PIECE):
            connection.send(b"x" * min(PIECE, size - start))
        return False

    return answer


def html_page(text: str = "Please sign in") -> Script:
    """A web page with 200 where XML or JSON was promised."""
    page = f"<!doctype html><html><head><title>Portal</title></head><body><h1>{text}</h1></body></html>"
    return reply(page.encode(), media_type="text/html; charset=utf-8")


def entity_bomb(depth: int = 10) -> Script:
    """XML that grows tenfold per level when its entities are resolved ("billion laughs")."""
    levels = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(depth))
    text = f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY l0 "lol">{levels}]><r>&l{depth};</r>'
    return reply(text.encode())


def external_entity(target: str) -> Script:
    """XML that asks its reader to fetch `target`."""
    text = f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "{target}">]><r>&x;</r>'
    return reply(text.encode())


def wrong_encoding(text: str = "<title>Überschwemmung</title>") -> Script:
    """XML that says UTF-8 and is Latin-1."""
    return reply(b'<?xml version="1.0" encoding="UTF-8"?>' + text.encode("latin-1"))
