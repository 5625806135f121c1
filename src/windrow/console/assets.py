"""Static files of the console: served with a hash of all of them in their address, to be kept for a year."""

import gzip
import hashlib
import mimetypes
from functools import cache
from pathlib import Path

from fastapi import APIRouter, Request, Response

from windrow.errors import NotFound

FOLDER = Path(__file__).with_name("static")
FOREVER = "public, max-age=31536000, immutable"
TEXTS = ("text/", "application/javascript", "application/json", "application/geo+json", "image/svg")
TYPES = {".js": "text/javascript", ".geojson": "application/geo+json", ".svg": "image/svg+xml", ".txt": "text/plain"}

router = APIRouter(include_in_schema=False)


@router.get("/static/{digest}/{name:path}")
def read_asset(digest: str, name: str, request: Request) -> Response:
    """A static file. Under another version's digest it is served too, but not to be kept."""
    if name not in names():
        raise NotFound("path", request.url.path)
    content, zipped, media_type = load(name)
    headers = {"Cache-Control": FOREVER if digest == fingerprint() else "no-cache", "Vary": "Accept-Encoding"}
    if zipped is not None and "gzip" in request.headers.get("accept-encoding", ""):
        content, headers["Content-Encoding"] = zipped, "gzip"
    return Response(content, media_type=media_type, headers=headers)


def address_of(name: str) -> str:
    """The path of a static file. Raises `NotFound` for one that is not there: a page must not ask in vain."""
    if name not in names():
        raise NotFound("asset", name)
    return f"/static/{fingerprint()}/{name}"


@cache
def names() -> frozenset[str]:
    """All static files by their path within the folder."""
    return frozenset(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.is_file())


@cache
def fingerprint() -> str:
    """A hash over all static files: one for all, so that they can name each other by relative paths."""
    digest = hashlib.blake2b(digest_size=6)
    for name in sorted(names()):
        digest.update(name.encode() + b"\0" + hashlib.sha256((FOLDER / name).read_bytes()).digest())
    return digest.hexdigest()


@cache
def load(name: str) -> tuple[bytes, bytes | None, str]:
    """A file's content, the same compressed where that helps, and its media type."""
    content, suffix = (FOLDER / name).read_bytes(), Path(name).suffix
    media_type = TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    zipped = gzip.compress(content, 9, mtime=0) if media_type.startswith(TEXTS) else None
    return content, zipped, media_type
