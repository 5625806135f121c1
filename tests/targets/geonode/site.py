"""A small GeoNode as its public documentation describes API v2 (docs.geonode.org, API usage examples): none runs here.

Documents are made by form data with `title`, `doc_url` and an `extension` where the address does not end in one that is
allowed; they are changed by PATCH with JSON, deleted by DELETE on resources, which answers 204, and searched for by
`search` with `search_fields`. Its own number and UUID are given to each. Refusals are `{"success": false, "errors":
[...], "code": ...}`, those of authentication `{"detail": ...}`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from email.parser import BytesParser
from typing import Any
from uuid import UUID

import orjson

from tests.remotes.scripts import Script, reply
from tests.remotes.server import Remote, Seen

BASIC = "Basic YWRhOnNlY3JldA=="
ALLOWED = ("txt", "pdf", "csv", "xml", "zip")
MOST = 20


@dataclass
class Site:
    """Answers at `remote`; `documents` by number. `after` is called when a change is done, before it is answered.

    short       whether lists leave the abstracts out
    tells_made  whether the answer to POST is the document
    """

    remote: Remote
    documents: dict[int, dict[str, Any]] = field(default_factory=dict)
    short: bool = False
    tells_made: bool = True
    searches: bool = True
    after: Callable[[str], Script | None] = lambda method: None
    made: int = 0

    def __post_init__(self) -> None:
        self.remote.answer("/api/v2/documents/", self._list_or_make)
        self.remote.answer("/api/v2/resources/", self._list)
        for number in range(1, MOST):
            self.remote.answer(f"/api/v2/documents/{number}/", self._on_one(number))
            self.remote.answer(f"/api/v2/resources/{number}/", self._on_one(number))

    @property
    def url(self) -> str:
        return self.remote.url("/catalogue/#/")

    def add(self, **fields: Any) -> int:
        self.made += 1
        own = {"pk": str(self.made), "uuid": str(UUID(int=self.made)), "resource_type": "document", "abstract": ""}
        self.documents[self.made] = {**own, **fields}
        return self.made

    def _list_or_make(self, seen: Seen) -> Script:
        return self._make(seen) if seen.method == "POST" else self._answer_list(seen, "documents")

    def _list(self, seen: Seen) -> Script:
        return self._answer_list(seen, "resources")

    def _answer_list(self, seen: Seen, name: str) -> Script:
        if refusal := _refusal(seen, anonymous=True):
            return refusal
        word = seen.query.get("search", "")
        found = [each for each in self.documents.values() if not word or not self.searches or _has(each, word)]
        rows = [{key: value for key, value in each.items() if key != "abstract" or not self.short} for each in found]
        return _json(200, {"links": {}, "total": len(rows), "page": 1, "page_size": 10, name: rows[:10]})

    def _make(self, seen: Seen) -> Script:
        if refusal := _refusal(seen):
            return refusal
        kind = seen.headers["content-type"]
        form = BytesParser().parsebytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + seen.body)
        assert form.is_multipart()
        fields = {}
        for part in form.walk():
            content = part.get_payload(decode=True)
            if isinstance(content, bytes):
                fields[str(part.get_param("name", header="content-disposition"))] = content.decode()
        if not fields.get("title") or len(fields["title"]) > 255 or fields.get("extension") not in ALLOWED:
            return _json(
                400, {"success": False, "errors": ["The document provided is not supported."], "code": "invalid"}
            )
        number = self.add(title=fields["title"], doc_url=fields["doc_url"], extension=fields["extension"])
        made = {"document": self.documents[number]} if self.tells_made else {"success": True}
        return self.after("POST") or _json(200, made)

    def _on_one(self, number: int) -> Callable[[Seen], Script]:
        def answer(seen: Seen) -> Script:
            if refusal := _refusal(seen, anonymous=seen.method == "GET"):
                return refusal
            if number not in self.documents:
                return _json(404, {"success": False, "errors": ["Not found."], "code": "not_found"})
            if seen.method == "DELETE":
                del self.documents[number]
                return self.after("DELETE") or reply(b"", status=204)
            if seen.method == "PATCH":
                self.documents[number] |= orjson.loads(seen.body)
            return self.after(seen.method) or _json(200, {"document": self.documents[number]})

        return answer


def _has(document: dict[str, Any], word: str) -> bool:
    return any(word in document.get(name, "") for name in ("title", "abstract"))


def _refusal(seen: Seen, *, anonymous: bool = False) -> Script | None:
    given = seen.headers.get("authorization", "")
    if given and given != BASIC:
        return _json(401, {"detail": "Invalid username/password."})
    return None if given or anonymous else _json(403, {"detail": "Authentication credentials were not provided."})


def _json(status: int, document: Any) -> Script:
    return reply(orjson.dumps(document), status=status, media_type="application/json")
