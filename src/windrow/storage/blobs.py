"""Blobs: files in a folder, each named for its content."""

import contextlib
import hashlib
import os
import re
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO

from windrow.errors import NotFound, StoreUnavailable
from windrow.ports.store import Draft
from windrow.storage.drafts import open_draft, publish

_KEY = re.compile(r"[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{64}-[0-9a-f]{16}")
_DRAFTS = "drafts"


class FolderBlobs:
    """The port `Blobs` in a folder: `ab/cd/abcd…-…`, the SHA-256 of the content and 16 random letters.

    The same content written twice is kept twice: were it shared, deleting one owner's file while another writes the
    same would lose it, and whoever deletes would first have to know all owners.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def write(self, content: Iterator[bytes]) -> tuple[str, int, str]:
        """Keeps a file; returns its key, its size in bytes and its SHA-256 in hex. Visible only when whole."""
        drafts = self._root / _DRAFTS
        draft = drafts / secrets.token_hex(16)
        try:
            drafts.mkdir(parents=True, exist_ok=True)
            try:
                size, digest = _write_draft(draft, content)
                key = f"{digest[:2]}/{digest[2:4]}/{digest}-{secrets.token_hex(8)}"
                publish(draft, self._root, key)
            finally:
                draft.unlink(missing_ok=True)
        except OSError as error:
            raise StoreUnavailable(f"A file could not be kept in {self._root}: {error.strerror}") from error
        return key, size, digest

    def draft(self, name: str, check: Callable[[], None]) -> AbstractContextManager[Draft]:
        """A file to be written over several goes. Raises `Conflict` while somebody else writes it."""
        return open_draft(self._root, name, check)

    def open(self, key: str) -> AbstractContextManager[BinaryIO]:
        """Reads a file. Raises `NotFound`."""
        try:
            return self._path(key).open("rb")
        except FileNotFoundError as error:
            raise NotFound("file", key) from error

    def delete(self, key: str) -> None:
        """Removes a file; a missing one is removed already."""
        with contextlib.suppress(NotFound):
            self._path(key).unlink(missing_ok=True)

    def keys(self, *, older_than: float) -> Iterator[str]:
        """The keys of files that are at least so many seconds old, in no order: for a sweep of those nobody owns.

        A file is older than the row that names it; only one that was written a while ago and has none is an orphan.
        """
        limit = time.time() - older_than
        for path in self._root.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]/*"):
            with contextlib.suppress(FileNotFoundError):
                if path.stat().st_mtime <= limit:
                    yield path.relative_to(self._root).as_posix()

    def forget_drafts(self, *, older_than: float) -> int:
        """Removes drafts that nobody has written to for so many seconds; returns how many files."""
        limit, gone = time.time() - older_than, 0
        for path in (self._root / _DRAFTS).glob("*"):
            with contextlib.suppress(FileNotFoundError):
                if path.stat().st_mtime <= limit:
                    path.unlink()
                    gone += 1
        return gone

    def _path(self, key: str) -> Path:
        # A key is never a way to other files, wherever it came from.
        if not _KEY.fullmatch(key):
            raise NotFound("file", key)
        return self._root / key


def _write_draft(draft: Path, content: Iterator[bytes]) -> tuple[int, str]:
    size, digest = 0, hashlib.sha256()
    with draft.open("xb") as file:
        for piece in content:
            file.write(piece)
            digest.update(piece)
            size += len(piece)
        file.flush()
        os.fsync(file.fileno())
    return size, digest.hexdigest()
