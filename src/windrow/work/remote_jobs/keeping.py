"""Keeping results: what a job gave becomes outputs of the run, and what is small stands in the run's result too."""

import posixpath
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from windrow.formats import json
from windrow.ports.fetching import Errands
from windrow.ports.work import Work

SMALL = 2_000
"""Bytes of a value, as JSON, that is shown in the run's result."""

LONGEST_NAME = 100

SIZE_SCHEMA: Mapping[str, Any] = {
    "size_limit_mb": {
        "type": "integer",
        "minimum": 1,
        "maximum": 1_048_576,
        "default": 1024,
        "title": "Largest file",
        "description": "Megabytes of one file of the results; a larger one fails the run.",
    }
}

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_EXTENSIONS = {
    "application/json": ".json",
    "application/geo+json": ".geojson",
    "application/xml": ".xml",
    "application/pdf": ".pdf",
    "application/zip": ".zip",
    "text/csv": ".csv",
    "text/html": ".html",
    "text/plain": ".txt",
    "text/xml": ".xml",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/tiff": ".tif",
}
_JSON = "application/json"
_BINARY = "application/octet-stream"


def keep_value(work: Work, name: str, value: Any) -> dict[str, Any]:
    """Keeps a JSON value as `<name>.json`; returns what the run's result says of it."""
    written = json.serialise(value)
    file_name = f"{plain(name)}.json"
    with work.output(file_name, _JSON) as file:
        file.write(written)
    told: dict[str, Any] = {"output": file_name}
    return {**told, "value": value} if len(written) <= SMALL else told


def keep_bytes(work: Work, name: str, body: bytes, media_type: str) -> dict[str, Any]:
    """Keeps what came as it is; returns what the run's result says of it."""
    file_name = named(name, media_type)
    with work.output(file_name, media_type or _BINARY) as file:
        file.write(body)
    return {"output": file_name, "bytes": len(body)}


def keep_file(work: Work, errands: Errands, url: str, name: str, size_limit: int) -> dict[str, Any]:
    """Keeps a file of the server's, piece by piece, at most `size_limit` bytes of it; returns what the run's result
    says of it."""
    size = 0
    with errands.download(url, size_limit=size_limit) as download:
        media_type = download.media_type or _BINARY
        file_name = f"{plain(name)}-{_last_step(url)}" if _last_step(url) else named(name, media_type)
        with work.output(file_name, media_type) as file:
            for piece in download.pieces:
                work.check()
                size += file.write(piece)
    return {"output": file_name, "bytes": size}


def named(name: str, media_type: str) -> str:
    """A file's name with the extension of its media type."""
    return plain(name) + _EXTENSIONS.get(media_type, "")


def plain(name: str) -> str:
    """A name from outside as one that any file may have."""
    return _UNSAFE.sub("_", name).strip("._")[:LONGEST_NAME] or "result"


def _last_step(url: str) -> str:
    step = posixpath.basename(unquote(urlsplit(url).path))
    return plain(step) if "." in step else ""
