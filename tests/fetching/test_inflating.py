"""Compressed bodies come out whole, in bounded chunks, or not at all."""

import gzip
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from windrow.fetching.inflating import CHUNK, CutOff, NotCompressed, inflate


def _raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


PACKERS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", gzip.compress),
    "zlib": ("deflate", zlib.compress),
    "raw": ("deflate", _raw_deflate),
}


def _cut(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


@given(body=st.binary(max_size=5000), size=st.integers(2, 6000), packer=st.sampled_from(sorted(PACKERS)))
def test_what_was_packed_comes_out_however_it_is_cut(body: bytes, size: int, packer: str) -> None:
    encoding, pack = PACKERS[packer]

    assert b"".join(inflate(_cut(pack(body), size), encoding)) == body


@given(body=st.binary(min_size=1, max_size=500), packer=st.sampled_from(sorted(PACKERS)), data=st.data())
def test_what_ends_early_is_never_taken_for_whole(body: bytes, packer: str, data: st.DataObject) -> None:
    encoding, pack = PACKERS[packer]
    packed = pack(body)
    length = data.draw(st.integers(2, len(packed) - 1))

    with pytest.raises((CutOff, NotCompressed)):
        list(inflate([packed[:length]], encoding))


@given(st.binary(min_size=1, max_size=200).filter(lambda body: body[:2] != b"\x1f\x8b"))
def test_what_is_not_gzip_is_told(body: bytes) -> None:
    with pytest.raises((CutOff, NotCompressed)):
        list(inflate([body], "gzip"))


def test_several_members_are_read_and_what_follows_is_left_out() -> None:
    packed = gzip.compress(b"one ") + gzip.compress(b"two") + b"\0\0 padding"

    assert b"".join(inflate(_cut(packed, 7), "gzip")) == b"one two"
    assert b"".join(inflate([packed], "gzip")) == b"one two"


def test_no_body_at_all_is_an_empty_one() -> None:
    assert list(inflate([], "gzip")) == []


def test_no_chunk_is_larger_than_said() -> None:
    packed = gzip.compress(bytes(20 * CHUNK))

    sizes = [len(chunk) for chunk in inflate([packed], "gzip")]

    assert (max(sizes), sum(sizes)) == (CHUNK, 20 * CHUNK)
