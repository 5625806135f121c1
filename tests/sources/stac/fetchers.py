"""A fetcher that answers from memory, and what every fetcher here makes of an answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from windrow.errors import RemoteError, RemoteStatus
from windrow.ports.fetching import Answer, Validators

DATE = "Fri, 14 Mar 2025 09:26:53 GMT"


def answer_of(url: str, content: Any, *, media_type: str = "application/json", status: int = 200) -> Answer:
    """An answer with the content as JSON; bytes stay as they are."""
    body = content if isinstance(content, bytes) else orjson.dumps(content)
    return Answer(url, status, {"content-type": media_type, "date": DATE}, body)


@dataclass
class WrittenFetcher:
    """Documents by their URL: JSON values, bytes, whole answers, errors to raise, or functions that give those."""

    documents: Mapping[str, Any]
    asked: list[str] = field(default_factory=list)

    def get(
        self,
        url: str,
        *,
        parameters: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
        validators: Validators | None = None,
    ) -> Answer:
        assert parameters is None
        self.asked.append(url)
        found = self.documents.get(url, RemoteStatus(f"{url} answered 404.", status=404))
        content = found() if isinstance(found, Callable) else found  # type: ignore[arg-type]
        if isinstance(content, RemoteError):
            raise content
        return content if isinstance(content, Answer) else answer_of(url, content)

    def post(self, url: str, body: bytes, *, media_type: str, headers: Mapping[str, str] | None = None) -> Answer:
        raise RemoteStatus(f"{url} answered 405.", status=405)
