"""Files are kept whole or not at all, are named for what is in them, and go one by one."""

import hashlib
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from windrow.errors import NotFound, StoreUnavailable
from windrow.storage.blobs import FolderBlobs


@pytest.fixture
def blobs(tmp_path: Path) -> FolderBlobs:
    return FolderBlobs(tmp_path / "blobs")


def read(blobs: FolderBlobs, key: str) -> bytes:
    with blobs.open(key) as file:
        return file.read()


@given(st.lists(st.binary(max_size=2000), max_size=5))
@settings(max_examples=30, deadline=None)
def test_what_is_written_is_read_again(tmp_path_factory: pytest.TempPathFactory, pieces: list[bytes]) -> None:
    blobs, whole = FolderBlobs(tmp_path_factory.mktemp("blobs")), b"".join(pieces)

    key, size, digest = blobs.write(iter(pieces))

    assert read(blobs, key) == whole
    assert (size, digest) == (len(whole), hashlib.sha256(whole).hexdigest())
    assert key.startswith(f"{digest[:2]}/{digest[2:4]}/{digest}")


def test_a_file_whose_content_fails_leaves_nothing(blobs: FolderBlobs, tmp_path: Path) -> None:
    def broken() -> Iterator[bytes]:
        yield b"half"
        raise RuntimeError("no more")

    with pytest.raises(RuntimeError):
        blobs.write(broken())

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_of_two_equal_files_one_can_go(blobs: FolderBlobs) -> None:
    first, second = (blobs.write(iter([b"same"]))[0] for _ in range(2))

    blobs.delete(first)
    blobs.delete(first)

    assert read(blobs, second) == b"same"
    with pytest.raises(NotFound):
        blobs.open(first)


@pytest.mark.parametrize("key", ["", "../../etc/passwd", "/etc/passwd", "aa/bb/../../secret.key", "ab/cd/x\0"])
def test_a_key_is_no_way_to_other_files(blobs: FolderBlobs, tmp_path: Path, key: str) -> None:
    (tmp_path / "blobs").mkdir()
    (tmp_path / "blobs" / "secret.key").write_text("secret")

    blobs.delete(key)
    with pytest.raises(NotFound):
        blobs.open(key)

    assert (tmp_path / "blobs" / "secret.key").exists()


def test_a_sweep_sees_old_files_and_forgets_what_dead_writers_left(blobs: FolderBlobs, tmp_path: Path) -> None:
    keys = {blobs.write(iter([bytes([number])]))[0] for number in range(5)}
    (tmp_path / "blobs" / "drafts" / "left").write_bytes(b"half")

    assert set(blobs.keys(older_than=0)) == keys
    assert list(blobs.keys(older_than=3600)) == []
    assert (blobs.forget_drafts(older_than=3600), blobs.forget_drafts(older_than=0)) == (0, 1)
    assert set(blobs.keys(older_than=0)) == keys


def test_an_empty_store_can_be_swept(blobs: FolderBlobs) -> None:
    assert (list(blobs.keys(older_than=0)), blobs.forget_drafts(older_than=0)) == ([], 0)


def test_a_folder_that_cannot_be_written_is_told_plainly(tmp_path: Path) -> None:
    (tmp_path / "blobs").write_text("a file where the folder should be")

    with pytest.raises(StoreUnavailable, match="could not be kept"):
        FolderBlobs(tmp_path / "blobs").write(iter([b"x"]))


def test_many_writers_do_not_disturb_each_other(blobs: FolderBlobs) -> None:
    written: dict[int, str] = {}

    def write(number: int) -> None:
        written[number] = blobs.write(iter([b"%d" % number] * 100))[0]

    threads = [threading.Thread(target=write, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {number: read(blobs, key) for number, key in written.items()} == {n: b"%d" % n * 100 for n in range(16)}
