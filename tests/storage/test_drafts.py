"""A draft survives its writer, is gone on with byte for byte, and has one writer at a time."""

import hashlib
import threading
from pathlib import Path

import pytest

from windrow.errors import Cancelled, Conflict, StoreUnavailable
from windrow.ports.store import Kept
from windrow.storage.blobs import FolderBlobs


@pytest.fixture
def blobs(tmp_path: Path) -> FolderBlobs:
    return FolderBlobs(tmp_path / "blobs")


def never() -> None:
    """Nobody stops."""


def read(blobs: FolderBlobs, key: str) -> bytes:
    with blobs.open(key) as file:
        return file.read()


def write(blobs: FolderBlobs, name: str, content: bytes, note: str = "a note") -> None:
    with blobs.draft(name, never) as draft:
        draft.begin(note)
        draft.append(content)


def test_it_is_gone_on_with_and_becomes_one_file(blobs: FolderBlobs, tmp_path: Path) -> None:
    write(blobs, "copy-1", b"abc" * 1000)
    announced: list[str] = []

    with blobs.draft("copy-1", never) as draft:
        assert (draft.note, draft.size) == ("a note", 3000)
        draft.append(b"def")
        kept = draft.finish(announced.append)

    whole = b"abc" * 1000 + b"def"
    assert kept == Kept(announced[0], len(whole), hashlib.sha256(whole).hexdigest())
    assert read(blobs, kept.key) == whole
    assert list((tmp_path / "blobs" / "drafts").iterdir()) == []


def test_begun_anew_it_holds_nothing_of_what_was_there(blobs: FolderBlobs) -> None:
    write(blobs, "copy-1", b"old" * 1000)

    with blobs.draft("copy-1", never) as draft:
        draft.begin("another")
        draft.append(b"new")
        kept = draft.finish(lambda key: None)

    assert read(blobs, kept.key) == b"new"


def test_without_its_note_it_is_worth_nothing(blobs: FolderBlobs, tmp_path: Path) -> None:
    write(blobs, "copy-1", b"abc")
    (tmp_path / "blobs" / "drafts" / "copy-1.note").unlink()

    with blobs.draft("copy-1", never) as draft:
        assert (draft.note, draft.size) == ("", 0)


def test_of_what_may_not_have_reached_the_disk_nothing_is_believed(blobs: FolderBlobs, tmp_path: Path) -> None:
    write(blobs, "copy-1", b"abc")
    with (tmp_path / "blobs" / "drafts" / "copy-1.part").open("ab") as file:
        file.write(bytes(1000))  # as a writer leaves it that was killed, or a power cut

    with blobs.draft("copy-1", never) as draft:
        assert (draft.size, draft.sha256) == (3, hashlib.sha256(b"abc").hexdigest())


def test_much_of_it_is_believed_although_its_writer_was_killed(
    blobs: FolderBlobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("windrow.storage.drafts.SYNC_EVERY", 1000)
    context = blobs.draft("copy-1", never)
    draft = context.__enter__()
    draft.begin("a note")
    for _ in range(7):
        draft.append(b"x" * 400)
    draft._file.close()  # type: ignore[attr-defined]  # its writer is gone, and with it the lock

    with blobs.draft("copy-1", never) as found:
        assert (found.note, found.size) == ("a note", 2400)
    with pytest.raises(ValueError, match="closed"):
        context.__exit__(None, None, None)


def test_it_has_one_writer_at_a_time(blobs: FolderBlobs) -> None:
    with blobs.draft("copy-1", never) as draft:
        draft.begin("")
        with pytest.raises(Conflict), blobs.draft("copy-1", never):
            pass
        with blobs.draft("copy-2", never):
            pass

    with blobs.draft("copy-1", never):
        pass


def test_who_waited_for_it_does_not_write_into_the_file_that_came_of_it(blobs: FolderBlobs) -> None:
    write(blobs, "copy-1", b"abc")
    keys: list[str] = []

    def finish() -> None:
        with blobs.draft("copy-1", never) as draft:
            keys.append(draft.finish(lambda key: None).key)

    thread = threading.Thread(target=finish)
    thread.start()
    thread.join()
    write(blobs, "copy-1", b"def")

    assert read(blobs, keys[0]) == b"abc"


def test_a_stop_is_heeded_while_it_is_read(blobs: FolderBlobs) -> None:
    write(blobs, "copy-1", b"abc")

    def stop() -> None:
        raise Cancelled("stop")

    with pytest.raises(Cancelled), blobs.draft("copy-1", stop):
        pass


def test_what_nobody_goes_on_with_is_removed(blobs: FolderBlobs, tmp_path: Path) -> None:
    write(blobs, "copy-1", b"abc")

    assert (blobs.forget_drafts(older_than=3600), blobs.forget_drafts(older_than=0)) == (0, 2)
    assert list((tmp_path / "blobs" / "drafts").iterdir()) == []


def test_discarded_it_is_gone(blobs: FolderBlobs, tmp_path: Path) -> None:
    with blobs.draft("copy-1", never) as draft:
        draft.begin("")
        draft.discard()
        draft.discard()

    assert list((tmp_path / "blobs" / "drafts").iterdir()) == []


def test_a_file_of_which_nobody_was_told_does_not_come_to_be(blobs: FolderBlobs, tmp_path: Path) -> None:
    write(blobs, "copy-1", b"abc")

    def fail(key: str) -> None:
        raise StoreUnavailable("away")

    with pytest.raises(StoreUnavailable), blobs.draft("copy-1", never) as draft:
        draft.finish(fail)

    assert list(blobs.keys(older_than=0)) == []
    with blobs.draft("copy-1", never) as draft:
        assert draft.size == 3


def test_a_full_disk_is_told(blobs: FolderBlobs, tmp_path: Path) -> None:
    (tmp_path / "blobs").write_text("a file where the folder should be")

    with pytest.raises(StoreUnavailable), blobs.draft("copy-1", never):
        pass
