"""The tests' web folder is a real one: it lists, and answers conditional requests."""

import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from samples.servers.nginx import Nginx
from tests.harvests.farm import wait_for


def test_lists_its_files_and_knows_when_they_changed(tmp_path: Path, serve_folder: Callable[[Path], Nginx]) -> None:
    files = tmp_path / "files"
    files.mkdir()
    (files / "one.xml").write_text("<one/>")
    server = serve_folder(files)

    with urllib.request.urlopen(server.url, timeout=10) as listing:
        assert 'href="one.xml"' in listing.read().decode()
    with urllib.request.urlopen(f"{server.url}one.xml", timeout=10) as first:
        etag = first.headers["ETag"]
    again = urllib.request.Request(f"{server.url}one.xml", headers={"If-None-Match": etag})
    with pytest.raises(urllib.error.HTTPError) as unchanged:
        urllib.request.urlopen(again, timeout=10)
    unchanged.value.close()

    assert unchanged.value.code == 304
    wait_for(lambda: server.requests() == ["GET / 200", "GET /one.xml 200", "GET /one.xml 304"])
