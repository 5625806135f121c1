"""Files come in piece by piece, as they are; a beginning is gone on with only where the rest belongs to it."""

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.fetching.conftest import LOOPBACK, QUICK, Kit
from tests.fetching.test_stopping import Button
from tests.remotes.files import RemoteFile
from tests.remotes.scripts import (
    chunked,
    drip,
    encoded,
    hang_in_body,
    large,
    redirect,
    reply,
    status,
    truncate,
    truncate_chunks,
    until_closed,
)
from tests.remotes.server import Remote
from windrow.errors import Cancelled, RemoteForbidden, RemoteStatus, RemoteTimeout, RemoteTooLarge, RemoteUnreadable
from windrow.fetching.fetcher import PoliteFetcher
from windrow.model.sources import Credential, CredentialKind
from windrow.ports.fetching import Beginning, Validators

LIMIT = 1 << 30
CONTENT = bytes(range(256)) * 4000
ETAG = '"one"'
ONE = Validators(ETAG, "")


def bytes_of(fetcher: PoliteFetcher, url: str, beginning: Beginning | None = None) -> tuple[int, bytes]:
    """Where the pieces begin, and what they are."""
    with fetcher.download(url, size_limit=LIMIT, beginning=beginning) as download:
        return download.start, b"".join(download.pieces)


def take(fetcher: PoliteFetcher, url: str, kept: bytearray, size_limit: int = LIMIT) -> None:
    """Adds what comes, until it ends or breaks off."""
    with fetcher.download(url, size_limit=size_limit) as download:
        for piece in download.pieces:
            kept += piece


def test_a_file_comes_as_it_is(kit: Kit, remote: Remote) -> None:
    url = RemoteFile(CONTENT, ETAG, "Sun, 01 Mar 2026 12:00:00 GMT", "image/tiff").on(remote, "/a.tif")

    with kit.fetcher(remote).download(url, size_limit=LIMIT) as download:
        whole = b"".join(download.pieces)

    assert whole == CONTENT
    assert (download.start, download.total, download.encoding) == (0, len(CONTENT), "")
    assert (download.media_type, download.validators.etag) == ("image/tiff", ETAG)
    assert remote.seen[0].headers["accept-encoding"] == "identity"
    assert (kit.seen[-1].outcome, kit.seen[-1].received) == ("ok", len(CONTENT))
    assert [state.in_flight for state in kit.hosts.states()] == [0]


@pytest.mark.parametrize("script", [chunked(CONTENT), until_closed(CONTENT)])
def test_a_file_without_an_announced_length(kit: Kit, remote: Remote, script: Callable[..., bool]) -> None:
    assert bytes_of(kit.fetcher(remote), remote.on("/a", script)) == (0, CONTENT)


def test_what_is_compressed_stays_so_and_says_it(kit: Kit, remote: Remote) -> None:
    url = remote.on("/a.tar.gz", encoded(CONTENT, "gzip"))

    with kit.fetcher(remote).download(url, size_limit=LIMIT) as download:
        assert b"".join(download.pieces)[:2] == b"\x1f\x8b"

    assert download.encoding == "gzip"


def test_an_unchanged_file_does_not_come(kit: Kit, remote: Remote) -> None:
    url = RemoteFile(CONTENT, ETAG).on(remote, "/a.tif")

    with kit.fetcher(remote).download(url, size_limit=LIMIT, unless=ONE) as download:
        assert (download.not_modified, list(download.pieces)) == (True, [])


def test_only_the_rest_is_asked_for(kit: Kit, remote: Remote) -> None:
    url = RemoteFile(CONTENT, ETAG).on(remote, "/a.tif")

    found = bytes_of(kit.fetcher(remote), url, Beginning(1000, ONE))

    assert found == (1000, CONTENT[1000:])
    assert (remote.seen[0].headers["range"], remote.seen[0].headers["if-range"]) == ("bytes=1000-", ETAG)


def test_a_date_proves_as_much_where_there_is_no_strong_etag(kit: Kit, remote: Remote) -> None:
    date = "Sun, 01 Mar 2026 12:00:00 GMT"
    url = RemoteFile(CONTENT, 'W/"one"', date).on(remote, "/a.tif")

    assert bytes_of(kit.fetcher(remote), url, Beginning(1000, Validators('W/"one"', date)))[0] == 1000
    assert remote.seen[0].headers["if-range"] == date


@pytest.mark.parametrize("validators", [Validators(), Validators('W/"one"', "")])
def test_without_a_proof_the_file_begins_anew(kit: Kit, remote: Remote, validators: Validators) -> None:
    url = RemoteFile(CONTENT, 'W/"one"').on(remote, "/a.tif")

    assert bytes_of(kit.fetcher(remote), url, Beginning(1000, validators)) == (0, CONTENT)
    assert "range" not in remote.seen[0].headers


@pytest.mark.parametrize(
    "file",
    [
        RemoteFile(CONTENT, ETAG, ranges=False),
        RemoteFile(CONTENT, '"two"'),
        RemoteFile(CONTENT, '"two"', if_range=False),
        RemoteFile(CONTENT, ETAG, headers={"Content-Range": f"bytes 999-{len(CONTENT) - 1}/{len(CONTENT)}"}),
        RemoteFile(CONTENT, ETAG, headers={"Content-Range": "bytes 1000-1999/2000"}),
        RemoteFile(CONTENT, ETAG, headers={"Content-Range": "nonsense"}),
        RemoteFile(CONTENT[:900], ETAG),
    ],
    ids=["no ranges", "changed", "changed, and it does not say so", "elsewhere", "too short", "nonsense", "shrunk"],
)
def test_what_does_not_belong_to_the_beginning_begins_anew(kit: Kit, remote: Remote, file: RemoteFile) -> None:
    found = bytes_of(kit.fetcher(remote), file.on(remote, "/a.tif"), Beginning(1000, ONE))

    assert found == (0, file.content)


def test_a_beginning_that_is_the_whole_file_needs_nothing_more(kit: Kit, remote: Remote) -> None:
    url = RemoteFile(CONTENT, ETAG).on(remote, "/a.tif")

    assert bytes_of(kit.fetcher(remote), url, Beginning(len(CONTENT), ONE)) == (len(CONTENT), b"")


def test_a_part_that_was_not_asked_for_is_no_file(kit: Kit, remote: Remote) -> None:
    url = remote.on("/a", reply(b"abc", status=206, headers={"Content-Range": "bytes 0-2/9"}))

    with pytest.raises(RemoteUnreadable, match="a part of the file"):
        bytes_of(kit.fetcher(remote), url)


@pytest.mark.parametrize("script", [truncate(CONTENT, 5000), truncate_chunks(CONTENT[:5000])])
def test_what_came_before_a_break_was_given(kit: Kit, remote: Remote, script: Callable[..., bool]) -> None:
    url, kept = remote.on("/a", script), bytearray()

    with pytest.raises(RemoteUnreadable, match="cut off"):
        take(kit.fetcher(remote), url, kept)

    assert bytes(kept) == CONTENT[:5000]
    assert len(remote.seen) == 1, "what broke off in the middle is for the caller to go on with"
    assert kit.seen[-1].outcome == "RemoteUnreadable"


@pytest.mark.parametrize("announced", [True, False])
def test_a_file_beyond_the_limit_is_refused(kit: Kit, remote: Remote, announced: bool) -> None:
    url, kept = remote.on("/a", large(50_000_000, announced=announced)), bytearray()

    with pytest.raises(RemoteTooLarge):
        take(kit.fetcher(remote), url, kept, size_limit=1_000_000)

    assert len(kept) == 0 if announced else len(kept) <= 1_000_000


def test_the_limit_is_that_of_the_whole_file(kit: Kit, remote: Remote) -> None:
    url = RemoteFile(CONTENT, ETAG).on(remote, "/a")

    with (
        pytest.raises(RemoteTooLarge),
        kit.fetcher(remote).download(url, size_limit=len(CONTENT) - 1, beginning=Beginning(1000, ONE)),
    ):
        pass


def test_a_file_that_comes_too_slowly_is_given_up(kit: Kit, remote: Remote) -> None:
    url = remote.on("/a", drip(CONTENT, 0.02))
    fetcher = kit.fetcher(remote, replace(QUICK, whole_timeout=1))

    with pytest.raises(RemoteTimeout, match="did not finish"):
        bytes_of(fetcher, url)


def test_a_file_may_take_long_that_comes_at_a_pace(kit: Kit, remote: Remote) -> None:
    url = remote.on("/a", drip(b"x" * 60, 0.02))
    fetcher = kit.fetcher(remote, replace(QUICK, whole_timeout=0.4))

    with fetcher.download(url, size_limit=LIMIT, slowest=10) as download:
        assert b"".join(download.pieces) == b"x" * 60


def test_a_stop_is_heeded_in_the_middle_of_a_file(kit: Kit, remote: Remote) -> None:
    button = Button()
    url = remote.on("/a", hang_in_body())
    fetcher = kit.fetcher(remote, replace(QUICK, read_timeout=60, whole_timeout=60), check=button)
    timer = button.press_after(0.3)

    with pytest.raises(Cancelled):
        bytes_of(fetcher, url)

    assert button.since() < 1
    assert [state.in_flight for state in kit.hosts.states()] == [0]
    timer.join()


def test_what_has_not_begun_is_tried_again(kit: Kit, remote: Remote) -> None:
    url = remote.on("/a", status(503, retry_after="7"), reply(CONTENT))

    assert bytes_of(kit.fetcher(remote), url) == (0, CONTENT)
    assert kit.time.waited >= 6.9


def test_a_missing_file_is_told(kit: Kit, remote: Remote) -> None:
    with pytest.raises(RemoteStatus, match="404"):
        bytes_of(kit.fetcher(remote), remote.url("/nowhere"))


def test_the_credential_stays_with_its_origin_and_the_range_goes_along(
    kit: Kit, remote: Remote, other_remote: Remote
) -> None:
    target = RemoteFile(CONTENT, ETAG).on(other_remote, "/store/a.tif")
    url = remote.on("/a.tif", redirect(target))
    fetcher = kit.fetcher(remote, credential=Credential(CredentialKind.BEARER, "secret token"))

    assert bytes_of(fetcher, url, Beginning(1000, ONE)) == (1000, CONTENT[1000:])

    assert remote.seen[0].headers["authorization"] == "Bearer secret token"
    assert "authorization" not in other_remote.seen[0].headers
    assert other_remote.seen[0].headers["range"] == "bytes=1000-"


def test_a_redirect_to_a_forbidden_address_is_not_followed(kit: Kit, remote: Remote) -> None:
    url = remote.on("/a.tif", redirect("http://169.254.169.254/latest/meta-data"))

    with pytest.raises(RemoteForbidden):
        bytes_of(kit.fetcher(remote), url)


def test_a_download_keeps_its_turn_until_it_is_done(kit: Kit, remote: Remote) -> None:
    url = RemoteFile(CONTENT).on(remote, "/a")
    maker, one = kit.maker(LOOPBACK), replace(QUICK, concurrency=1)
    first, second = (maker(one, origin=url, credential=None, check=lambda: None) for _ in range(2))

    with first.download(url, size_limit=LIMIT) as download:
        other = threading.Thread(target=bytes_of, args=(second, url))
        other.start()
        other.join(0.5)
        assert (other.is_alive(), len(remote.seen)) == (True, 1)
        for _ in download.pieces:
            pass

    other.join(10)
    assert len(remote.seen) == 2
