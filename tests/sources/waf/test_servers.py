"""Real web servers: nginx and Python's own, asked over HTTP."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import urllib3

from samples.servers.nginx import Nginx
from tests.servers.pycsw import RECORDS
from windrow.errors import RemoteStatus
from windrow.ports.fetching import Answer, Validators
from windrow.ports.source_kinds import PageRequest, PassRequest, Reference
from windrow.sources.waf import WafKind

KIND = WafKind()
LONG_AGO = 1_000_000_000


@dataclass
class LoopbackFetcher:
    """Asks over HTTP, with validators."""

    asked: list[str] = field(default_factory=list)

    def get(self, url: str, *, validators: Validators | None = None, **_: object) -> Answer:
        headers = (
            {}
            if validators is None
            else {"If-None-Match": validators.etag}
            if validators.etag
            else {"If-Modified-Since": validators.last_modified}
        )
        with urllib3.PoolManager() as pool:
            response = pool.request("GET", url, headers=headers, timeout=30)
        self.asked.append(f"{url} {response.status}")
        if response.status not in (200, 304):
            raise RemoteStatus(f"{url} answered {response.status}.", status=response.status)
        return Answer(
            url, response.status, {name.lower(): value for name, value in response.headers.items()}, response.data
        )

    def post(self, url: str, body: bytes, **_: object) -> Answer:
        raise AssertionError("folders are only read")


@dataclass
class Known:
    """What a pass leaves for the next one."""

    version: str
    validators: Validators
    raw: bytes


def harvest(url: str, known: Mapping[str, Known], fetcher: LoopbackFetcher) -> dict[str, Known]:
    """Walks a whole pass, as the core does; returns what is in the folder now."""
    request = PassRequest(url, {})
    waiting = list(KIND.open(request, fetcher).pages)
    now: dict[str, Known] = {}
    while waiting:
        page = PageRequest(waiting.pop())
        found = KIND.read(request, page, KIND.load(request, page, fetcher))
        waiting += found.next
        for each in found.references:
            kept = known.get(each.identifier)
            now[each.identifier] = (
                kept if kept and each.version and kept.version == each.version else ask(each, kept, fetcher)
            )
    return now


def ask(reference: Reference, kept: Known | None, fetcher: LoopbackFetcher) -> Known:
    request = PassRequest(reference.href, {})
    page = PageRequest({}, [reference], {reference.identifier: kept.validators} if kept else {})
    found = KIND.read(request, page, KIND.load(request, page, fetcher))
    if found.unchanged:
        assert kept is not None
        return kept
    [record] = found.records
    record.read()
    return Known(record.version, Validators(record.etag, record.last_modified), record.raw)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with records in two levels, files of other kinds, and dates of long ago."""
    root = tmp_path / "waf"
    (root / "iso 19115-3").mkdir(parents=True)
    shutil.copy(RECORDS / "apiso" / "test.xml", root / "ä & <1>#%.xml")
    shutil.copy(RECORDS / "cite" / "Record_94bc9c83-97f6-4b40-9eb8-a8e8787a5c63.xml", root / "dc.XML")
    shutil.copy(RECORDS / "iso19115p3" / "auscope-3d-model.xml", root / "iso 19115-3" / "model.xml")
    (root / "notes.txt").write_text("no record")
    for path in root.rglob("*"):
        os.utime(path, (LONG_AGO, LONG_AGO))
    return root


@pytest.fixture
def python_server(folder: Path) -> Iterator[str]:
    """Python's http.server as a process of its own."""
    command = [sys.executable, "-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    with process:
        yield f"http://127.0.0.1:{process.stdout.readline().split()[5]}/"
        process.terminate()


EVERYTHING = {"ä & <1>#%.xml", "dc.XML", "iso 19115-3/model.xml"}


def test_nginx_gives_every_file_once_and_none_again(folder: Path, serve_folder: Callable[[Path], Nginx]) -> None:
    server, fetcher = serve_folder(folder), LoopbackFetcher()

    first = harvest(server.url, {}, fetcher)
    asked = len(fetcher.asked)
    second = harvest(server.url, first, fetcher)

    assert set(first) == EVERYTHING
    assert first["dc.XML"].raw == (folder / "dc.XML").read_bytes()
    assert second == first
    assert [each.rpartition("/")[2] for each in fetcher.asked[asked:]] == [" 200", " 200"]


def test_a_fresh_file_is_asked_for_until_its_date_can_be_trusted(
    folder: Path, serve_folder: Callable[[Path], Nginx]
) -> None:
    server, fetcher = serve_folder(folder), LoopbackFetcher()
    (folder / "dc.XML").touch()

    first = harvest(server.url, {}, fetcher)
    changed = (folder / "dc.XML").read_bytes().replace(b"Mauris", b"Maurus")
    (folder / "dc.XML").write_bytes(changed)  # in the same second and of the same size: its ETag stays the same
    second = harvest(server.url, first, fetcher)

    assert first["dc.XML"].version == ""
    assert second["dc.XML"].raw == changed


def test_a_file_with_a_date_of_this_minute_is_asked_for_by_its_etag(
    folder: Path, serve_folder: Callable[[Path], Nginx]
) -> None:
    server, fetcher = serve_folder(folder), LoopbackFetcher()
    just_now = time.time() - 20
    os.utime(folder / "dc.XML", (just_now, just_now))

    first = harvest(server.url, {}, fetcher)
    second = harvest(server.url, first, fetcher)

    assert first == second
    assert f"{server.url}dc.XML 304" in fetcher.asked


def test_python_s_server_gives_every_file_and_then_says_that_none_changed(folder: Path, python_server: str) -> None:
    fetcher = LoopbackFetcher()

    first = harvest(python_server, {}, fetcher)
    asked = len(fetcher.asked)
    second = harvest(python_server, first, fetcher)

    assert set(first) == EVERYTHING
    assert second == first
    assert sorted(each.rpartition(" ")[2] for each in fetcher.asked[asked:]) == ["200", "200", "304", "304", "304"]


def test_both_are_recognised(folder: Path, python_server: str, serve_folder: Callable[[Path], Nginx]) -> None:
    for url in (python_server, serve_folder(folder).url):
        found = KIND.detect(url, LoopbackFetcher().get(url), LoopbackFetcher())

        assert found is not None
        assert (found.url, found.certainty) == (url, 0.8)
