"""A small CKAN portal as its public documentation describes it (docs.ckan.org, API guide, 2.10): none can be installed.

Of the Action API it knows what a pusher of packages asks for. An answer is `{"success": true, "result": ...}`, or
`{"success": false, "error": {"__type": ..., "message": ...}}` with 403 (no or wrong key: Authorization Error), 404 (Not
Found Error), 409 (Validation Error: a list of problems for each field) or 400 (no JSON). Names, tags, organisations and
extras are validated as that page says. Deleted packages keep their names until they are purged.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import orjson

from tests.remotes.scripts import Script, reply
from tests.remotes.server import Remote, Seen

KEY = "0b4c-key"
_NAME = re.compile(r"[a-z0-9_-]{2,100}")
_TAG = re.compile(r"[\w \-.]{2,100}")


class Refused(Exception):
    def __init__(self, status: int, kind: str, **told: Any) -> None:
        self.status, self.error = status, {"__type": kind, **told}


@dataclass
class Portal:
    """Answers at `remote`; `packages` by id. `after` is called when an action is done, before it is answered."""

    remote: Remote
    packages: dict[str, dict[str, Any]] = field(default_factory=dict)
    organisations: tuple[str, ...] = ("office",)
    shows_deleted: bool = True
    asked: list[str] = field(default_factory=list)
    after: Callable[[str], Script | None] = lambda action: None

    def __post_init__(self) -> None:
        for action in ("package_show", "package_create", "package_update", "package_delete", "dataset_purge"):
            self.remote.answer(f"/api/3/action/{action}", self._answering(action))
        self.remote.answer("/api/3/action/organization_list_for_user", self._answering("organization_list_for_user"))

    @property
    def url(self) -> str:
        return self.remote.url("/")

    @property
    def active(self) -> list[dict[str, Any]]:
        return [each for each in self.packages.values() if each["state"] == "active"]

    def _answering(self, action: str) -> Callable[[Seen], Script]:
        def answer(seen: Seen) -> Script:
            self.asked.append(action)
            try:
                result = self._do(action, seen)
            except Refused as refusal:
                return _reply(refusal.status, {"success": False, "error": refusal.error, "help": "..."})
            return self.after(action) or _reply(200, {"success": True, "result": result, "help": "..."})

        return answer

    def _do(self, action: str, seen: Seen) -> Any:
        key = seen.headers.get("authorization") or seen.headers.get("x-ckan-api-key")
        if action == "organization_list_for_user":
            return [{"id": f"id-{each}", "name": each} for each in self.organisations] if key == KEY else []
        if action == "package_show":
            return self._find(seen.query.get("id", ""), deleted=key == KEY and self.shows_deleted)
        if seen.method != "POST" or seen.headers.get("content-type") != "application/json":
            raise Refused(400, "Bad request - JSON Error", message="No request body data")
        if key != KEY:
            raise Refused(403, "Authorization Error", message="Access denied")
        return self._change(action, orjson.loads(seen.body))

    def _change(self, action: str, fields: dict[str, Any]) -> Any:
        if action == "package_create":
            self._validate(fields, own="")
            fields = {"state": "active", **fields, "id": f"id-{len(self.packages)}"}
            self.packages[fields["id"]] = fields
            return fields
        there = self._find(fields.get("id", ""), deleted=True)
        if action == "package_delete":
            there["state"] = "deleted"
            return None
        if action == "dataset_purge":
            del self.packages[there["id"]]
            return None
        self._validate(fields, own=there["id"])
        self.packages[there["id"]] = {**fields, "id": there["id"]}
        return self.packages[there["id"]]

    def _find(self, name: str, *, deleted: bool) -> dict[str, Any]:
        for each in self.packages.values():
            if name in (each["id"], each["name"]) and (deleted or each["state"] == "active"):
                return each
        raise Refused(404, "Not Found Error", message="Not found")

    def _validate(self, fields: dict[str, Any], *, own: str) -> None:
        problems: dict[str, Any] = {}
        if not _NAME.fullmatch(fields.get("name", "")):
            problems["name"] = ["Must be purely lowercase alphanumeric (ascii) characters and these symbols: -_"]
        if any(each["name"] == fields.get("name") and each["id"] != own for each in self.packages.values()):
            problems["name"] = ["That URL is already in use."]
        if fields.get("owner_org") not in self.organisations:
            problems["owner_org"] = ["Organization does not exist"]
        if any(not _TAG.fullmatch(each["name"]) for each in fields.get("tags", [])):
            problems["tags"] = [{"name": ["Tag can only contain alphanumeric characters, spaces or symbols: -_."]}]
        keys = [each["key"] for each in fields.get("extras", [])]
        if len(keys) != len(set(keys)) or not all(isinstance(each["value"], str) for each in fields["extras"]):
            problems["extras"] = [{"key": ["There is a schema field with the same name"]}]
        if problems:
            raise Refused(409, "Validation Error", **problems)


def _reply(status: int, document: Any) -> Script:
    return reply(orjson.dumps(document), status=status, media_type="application/json;charset=utf-8")
