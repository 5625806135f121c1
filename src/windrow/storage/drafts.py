"""Drafts: files that are not whole yet, and survive whoever writes them."""

import contextlib
import fcntl
import hashlib
import os
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from windrow.errors import Conflict, StoreUnavailable
from windrow.ports.store import Kept

PIECE = 1 << 20

SYNC_EVERY = 32 << 20
"""Bytes after which what was written is made to reach the disk: so much is lost of a draft at most, and no stop waits
for more of it to get there."""

_NAME = re.compile(r"[a-z0-9-]{1,64}")


class FolderDraft:
    """The port `Draft`: `<name>.part` and, beside it, `<name>.note`. Made by `open_draft` only.

    The note begins with how many bytes are sure to be on the disk. Beyond them, a power cut may have left anything.
    """

    def __init__(self, root: Path, name: str, file: BinaryIO) -> None:
        self._root = root
        self._path = _part(root, name)
        self._note_path = self._path.with_suffix(".note")
        self._file = file
        self._digest = hashlib.sha256()
        self._size = 0
        self._synced = 0
        self._note = ""

    @property
    def sha256(self) -> str:
        """Of what it holds, in hex."""
        return self._digest.hexdigest()

    @property
    def note(self) -> str:
        """What `begin` was told; "" for a draft that was not begun."""
        return self._note

    @property
    def size(self) -> int:
        """Bytes that it holds."""
        return self._size

    def take_up(self, check: Callable[[], None]) -> None:
        """Reads what is there of it. Without its note it is worth nothing, as nobody knows what it was to become."""
        try:
            synced, _, self._note = self._note_path.read_text(encoding="utf-8").partition("\n")
            self._synced = int(synced)
        except (FileNotFoundError, ValueError):
            self._note = ""
        self._file.truncate(min(self._synced, os.fstat(self._file.fileno()).st_size))
        while piece := self._file.read(PIECE):
            check()
            self._take(piece)
        self._synced = self._size
        if self._note:
            # It is as old as its last use, for whoever removes forsaken ones.
            self._note_path.touch()
            os.utime(self._file.fileno())

    def begin(self, note: str) -> None:
        """Empties it; `note` is what whoever goes on with it must know."""
        with _told(self._root):
            self._file.seek(0)
            self._file.truncate(0)
            self._digest, self._size, self._note = hashlib.sha256(), 0, note
            self._mark()

    def append(self, piece: bytes) -> None:
        """Adds bytes at its end."""
        with _told(self._root):
            self._file.write(piece)
        self._take(piece)
        if self._size - self._synced >= SYNC_EVERY:
            self.sync()

    def finish(self, announce: Callable[[str], None]) -> Kept:
        """Makes it a file that is kept. `announce` is told its key before there is such a file."""
        digest = self.sha256
        key = f"{digest[:2]}/{digest[2:4]}/{digest}-{secrets.token_hex(8)}"
        self.sync()
        announce(key)
        with _told(self._root):
            publish(self._path, self._root, key)
            self._note_path.unlink(missing_ok=True)
        return Kept(key, self._size, digest)

    def discard(self) -> None:
        """Removes it; called again, it does nothing."""
        with _told(self._root):
            self._path.unlink(missing_ok=True)
            self._note_path.unlink(missing_ok=True)

    def sync(self) -> None:
        """Has what was written reach the disk, and notes how much that is."""
        with _told(self._root):
            self._file.flush()
            os.fsync(self._file.fileno())
            self._mark()

    def _mark(self) -> None:
        self._synced = self._size
        unfinished = self._note_path.with_suffix(".new")
        unfinished.write_text(f"{self._synced}\n{self._note}", encoding="utf-8")
        unfinished.replace(self._note_path)

    def _take(self, piece: bytes) -> None:
        self._digest.update(piece)
        self._size += len(piece)


@contextmanager
def open_draft(root: Path, name: str, check: Callable[[], None]) -> Iterator[FolderDraft]:
    """See the port. The lock is the kernel's: it is free again whatever became of the process that held it."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"no name for a draft: {name!r}")
    with _told(root):
        path = _part(root, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        file = _open_locked(path, name)
    with file:
        draft = FolderDraft(root, name, file)
        with _told(root):
            draft.take_up(check)
        try:
            yield draft
        finally:
            if draft.note and path.exists():
                draft.sync()


def publish(draft: Path, root: Path, key: str) -> None:
    """Gives a whole draft its place among the files, and has the names on the way reach the disk."""
    path = root / key
    path.parent.mkdir(parents=True, exist_ok=True)
    draft.rename(path)
    for folder in (path.parent, path.parent.parent, root):
        _sync_folder(folder)


def _part(root: Path, name: str) -> Path:
    return root / "drafts" / f"{name}.part"


def _open_locked(path: Path, name: str) -> BinaryIO:
    while True:
        file = path.open("a+b")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Between opening and locking, its last holder may have made a file of it.
            if _is_still(path, file):
                file.seek(0)
                return file
        except BlockingIOError as error:
            file.close()
            raise Conflict(f"Somebody else is writing the draft {name}.") from error
        except BaseException:
            file.close()
            raise
        file.close()


def _is_still(path: Path, file: BinaryIO) -> bool:
    with contextlib.suppress(FileNotFoundError):
        return os.path.samestat(path.stat(), os.fstat(file.fileno()))
    return False


def _sync_folder(folder: Path) -> None:
    """A new name in a folder reaches the disk only with the folder itself."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _told(root: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreUnavailable(f"A file could not be kept in {root}: {error.strerror}") from error
