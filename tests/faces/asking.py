"""Asking: requests as a plain client sends them."""

import urllib.error
import urllib.request
from dataclasses import dataclass
from email.message import Message
from typing import Any

import orjson


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Message
    content: bytes

    @property
    def json(self) -> Any:
        """The content as JSON."""
        return orjson.loads(self.content)

    @property
    def media_type(self) -> str:
        """The content's media type, without parameters."""
        return self.headers.get_content_type()

    def link(self, rel: str) -> str | None:
        """Where the link with this relation leads."""
        return next((each["href"] for each in self.json["links"] if each["rel"] == rel), None)


def ask(url: str, *, body: Any = None, authorization: str | None = None) -> Answer:
    """GET, or POST of a JSON body; error statuses are answers too."""
    request = urllib.request.Request(url, data=None if body is None else orjson.dumps(body))
    if body is not None:
        request.add_header("Content-Type", "application/json")
    if authorization:
        request.add_header("Authorization", authorization)
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return Answer(response.status, response.headers, response.read())
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, error.headers, error.read())
