"""A kind of target for tests: a folder with a file for each record, named by its identifier."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote, unquote, urlsplit

from windrow.errors import RemoteUnreachable, Unfit
from windrow.ports.fetching import Courier
from windrow.ports.targets import Item, TargetRequest


class Shed:
    """Writes titles. It is there when its folder is."""

    name: ClassVar[str] = "shed"
    title: ClassVar[str] = "Shed"
    schema: ClassVar[Mapping[str, Any]] = {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "ending": {"type": "string", "title": "Ending", "description": "Of the files.", "default": "txt"},
            "least": {"type": "integer", "title": "Least", "description": "Letters of a title.", "default": 0},
        },
    }

    def check(self, request: TargetRequest, courier: Courier) -> None:
        if not _folder(request).is_dir():
            raise RemoteUnreachable("There is no such folder.")

    def put(self, request: TargetRequest, item: Item, courier: Courier) -> str:
        if len(item.record.title) < request.settings["least"]:
            raise Unfit("Its title is too short.")
        path = self._path(request, item)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(item.record.title)
        return path.name

    def remove(self, request: TargetRequest, item: Item, courier: Courier) -> None:
        self._path(request, item).unlink(missing_ok=True)

    def _path(self, request: TargetRequest, item: Item) -> Path:
        return _folder(request) / f"{quote(item.identifier, safe='')}.{request.settings['ending']}"


def _folder(request: TargetRequest) -> Path:
    return Path(unquote(urlsplit(request.url).path))
