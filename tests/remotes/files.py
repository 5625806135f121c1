"""A file on a remote, as servers offer files: with validators, in ranges, and with whatever goes wrong on the way."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.remotes.scripts import Connection, Script, head
from tests.remotes.server import Remote, Seen


@dataclass
class RemoteFile:
    """Answers GET by RFC 9110.

    ranges       whether it knows Range at all
    if_range     whether it looks at If-Range before it answers one: some servers do not
    cuts         after how many bytes of the next answers it hangs up; one is taken for each
    announced    what it says in Content-Length; None is the truth, -1 is nothing
    """

    content: bytes
    etag: str = ""
    last_modified: str = ""
    media_type: str = "application/octet-stream"
    ranges: bool = True
    if_range: bool = True
    cuts: list[int] = field(default_factory=list)
    announced: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def on(self, remote: Remote, path: str) -> str:
        """Offers it at a path; returns the URL."""
        return remote.answer(path, self._choose)

    def _choose(self, seen: Seen) -> Script:
        if self._is_current(seen):
            return _answer(304, self._validators, b"")
        start = self._start(seen)
        if start is None:
            return self._send(200, {}, self.content)
        if start >= len(self.content):
            return _answer(416, {"Content-Range": f"bytes */{len(self.content)}", "Content-Length": 0}, b"")
        span = {"Content-Range": f"bytes {start}-{len(self.content) - 1}/{len(self.content)}"}
        return self._send(206, span, self.content[start:])

    @property
    def _validators(self) -> dict[str, str | int]:
        given = {"ETag": self.etag, "Last-Modified": self.last_modified}
        return {name: value for name, value in given.items() if value}

    def _is_current(self, seen: Seen) -> bool:
        if "if-none-match" in seen.headers:
            return seen.headers["if-none-match"] == self.etag
        return bool(self.last_modified) and seen.headers.get("if-modified-since") == self.last_modified

    def _start(self, seen: Seen) -> int | None:
        asked = re.fullmatch(r"bytes=(\d+)-", seen.headers.get("range", ""))
        if asked is None or not self.ranges:
            return None
        condition = seen.headers.get("if-range", "")
        if self.if_range and condition and condition not in (self.etag, self.last_modified):
            return None
        return int(asked[1])

    def _send(self, status: int, span: Mapping[str, str | int], body: bytes) -> Script:
        length = len(body) if self.announced is None else self.announced
        fields = {"Content-Type": self.media_type, **self._validators, **span, **self.headers}
        if length >= 0:
            fields["Content-Length"] = length
        cut = self.cuts.pop(0) if self.cuts else None
        return _answer(status, fields, body if cut is None else body[:cut], whole=cut is None and length == len(body))


def _answer(status: int, fields: Mapping[str, str | int], body: bytes, *, whole: bool = True) -> Script:
    def answer(connection: Connection, method: str) -> bool:
        connection.send(head(status, fields) + body)
        return whole

    return answer
