"""Folders, held open: whatever is written or deleted in them stays in them, and is whole at every moment.

Every name is taken relative to an open folder, has no slash in it, and is never followed where it is a symbolic link:
so nobody can lead a write elsewhere, not even while it goes on.
"""

import fcntl
import os
import secrets
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_TEMPORARY = ".windrow-"
_LOCK = ".windrow.lock"
_STALE = 3600.0
"""Seconds after which a temporary file cannot be one that is just being written."""

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_FILE = os.O_CLOEXEC | os.O_NOFOLLOW


class Shelf:
    """An open folder. Raises `OSError`."""

    def __init__(self, handle: int) -> None:
        self._handle = handle

    @contextmanager
    def inside(self, name: str) -> Iterator["Shelf"]:
        """A folder in this one, which is made where it is missing."""
        with suppress(FileExistsError):
            os.mkdir(_single(name), dir_fd=self._handle)
        with _opened(name, within=self._handle) as shelf:
            yield shelf

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Nobody else who locks it too is at work in it meanwhile, in any process."""
        lock = os.open(_LOCK, os.O_RDWR | os.O_CREAT | _FILE, 0o666, dir_fd=self._handle)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def names(self) -> list[str]:
        """What lies in it, sorted, without hidden files."""
        return sorted(each for each in os.listdir(self._handle) if not each.startswith("."))

    def read(self, name: str) -> bytes | None:
        """The file's content; None where no such file is, or something else of that name."""
        try:
            handle = os.open(_single(name), os.O_RDONLY | os.O_NONBLOCK | _FILE, dir_fd=self._handle)
        except OSError:
            return None
        with os.fdopen(handle, "rb") as file:
            return file.read() if stat.S_ISREG(os.fstat(handle).st_mode) else None

    def write(self, name: str, content: bytes) -> bool:
        """Puts the file there, unless it has this content already. Whether it was written.

        It is written under another name, brought to the disk, and renamed: a reader gets the old or the new one, and
        after a power cut it is one of the two. Where a link has that name, the link is replaced.
        """
        if self.read(_single(name)) == content:
            return False
        temporary = f"{_TEMPORARY}{secrets.token_hex(8)}"
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _FILE, 0o666, dir_fd=self._handle)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.rename(temporary, name, src_dir_fd=self._handle, dst_dir_fd=self._handle)
        except BaseException:
            with suppress(OSError):
                os.unlink(temporary, dir_fd=self._handle)
            raise
        os.fsync(self._handle)
        return True

    def delete(self, name: str) -> None:
        """Takes the file away; nothing happens where there is none."""
        with suppress(FileNotFoundError):
            os.unlink(_single(name), dir_fd=self._handle)
            os.fsync(self._handle)

    def tidy(self) -> None:
        """Takes away what writers left that died at work."""
        for name in os.listdir(self._handle):
            if name.startswith(_TEMPORARY):
                with suppress(FileNotFoundError):
                    if time.time() - os.stat(name, dir_fd=self._handle, follow_symlinks=False).st_mtime > _STALE:
                        os.unlink(name, dir_fd=self._handle)


@contextmanager
def open_shelf(path: Path) -> Iterator[Shelf]:
    """The folder at that path, which must be there."""
    handle = os.open(path, _FOLDER)
    try:
        yield Shelf(handle)
    finally:
        os.close(handle)


@contextmanager
def _opened(name: str, *, within: int) -> Iterator[Shelf]:
    handle = os.open(_single(name), _FOLDER | os.O_NOFOLLOW, dir_fd=within)
    try:
        yield Shelf(handle)
    finally:
        os.close(handle)


def _single(name: str) -> str:
    if not name or "/" in name or "\0" in name or name in (".", ".."):
        raise ValueError(f"{name!r} is no name of a file.")
    return name
