"""A run's files come whole, are saved and never run by a browser, and are closed however the request ends."""

import hashlib
import os
import socket
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import update

from tests.web.serving import Caller, House, wait_until
from windrow.storage.tables import outputs

LARGE = 48 << 20
"""Bytes: more than all the buffers between the two ends hold."""


@pytest.fixture(scope="module")
def ada(house: House) -> Caller:
    return house.user("ada")


def run_with(house: House, ada: Caller, files: dict[str, str], media_type: str = "text/plain") -> Any:
    parameters = {"files": files, "media_type": media_type}
    task = ada.post("/tasks", {"name": "Files", "kind": "stepping", "parameters": parameters})
    run = ada.post(f"/tasks/{task['id']}/start")
    house.carry_out()
    return run


def test_a_file_is_listed_and_comes_whole(house: House, ada: Caller) -> None:
    run = run_with(house, ada, {"b.txt": "two", "a.txt": "one"})

    listed = ada.get(f"/runs/{run['id']}/outputs")["items"]
    answer = ada("GET", f"/runs/{run['id']}/outputs/b.txt")

    assert [each["name"] for each in listed] == ["a.txt", "b.txt"]
    assert listed[1]["digest"] == hashlib.sha256(b"two").hexdigest()
    assert (answer.body, answer.headers["Content-Length"]) == (b"two", "3")
    assert answer.headers["ETag"] == f'"{listed[1]["digest"]}"'
    assert ada("GET", f"/runs/{run['id']}/outputs/c.txt").status == 404


@pytest.mark.parametrize(
    ("name", "disposition"),
    [
        ("plain.txt", "attachment; filename=\"plain.txt\"; filename*=UTF-8''plain.txt"),
        ('a"b\\c%.txt', "attachment; filename=\"a_b_c_.txt\"; filename*=UTF-8''a%22b%5Cc%25.txt"),
        ("Flüsse 1.csv", "attachment; filename=\"Fl_sse 1.csv\"; filename*=UTF-8''Fl%C3%BCsse%201.csv"),
        ("sub/folder.txt", "attachment; filename=\"sub_folder.txt\"; filename*=UTF-8''sub%2Ffolder.txt"),
    ],
)
def test_a_file_has_its_name_and_is_never_run(house: House, ada: Caller, name: str, disposition: str) -> None:
    run = run_with(house, ada, {name: "<script>alert(1)</script>"}, "text/html")

    answer = ada("GET", f"/runs/{run['id']}/outputs/{quote(name)}")

    assert (answer.status, answer.headers["Content-Disposition"]) == (200, disposition)
    assert answer.headers["Content-Security-Policy"] == "sandbox"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_file_is_closed_when_the_other_end_goes_away(house: House, ada: Caller) -> None:
    blobs = house.assembly.settings.data / "blobs"
    run = run_with(house, ada, {"small.txt": "x"})
    enlarge(blobs, "small.txt", run["id"], house)

    with socket.create_connection(("127.0.0.1", int(house.base.rpartition(":")[2]))) as connection:
        path = f"/api/v1/runs/{run['id']}/outputs/small.txt"
        head = f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: {ada.headers['Authorization']}\r\n\r\n"
        connection.sendall(head.encode())
        assert connection.recv(1000).startswith(b"HTTP/1.1 200")
        assert open_files(blobs) == 1

    wait_until(lambda: open_files(blobs) == 0)


def test_head_of_a_file_closes_it_too(house: House, ada: Caller) -> None:
    run = run_with(house, ada, {"a.txt": "abc"})

    answer = ada("HEAD", f"/runs/{run['id']}/outputs/a.txt")

    assert (answer.status, answer.body, answer.headers["Content-Length"]) == (200, b"", "3")
    wait_until(lambda: open_files(house.assembly.settings.data / "blobs") == 0)


def enlarge(blobs: Path, name: str, run_id: str, house: House) -> None:
    """Puts a large file in the place of a small one: the work that makes it would take too long."""
    key, size, digest = house.assembly.blobs.write(iter([b"x" * (1 << 20)] * (LARGE >> 20)))
    with house.assembly.store._database.write() as connection:
        this = (outputs.c.run_id == run_id, outputs.c.name == name)
        connection.execute(update(outputs).where(*this).values(blob=key, size=size, digest=digest))
    assert (blobs / key).stat().st_size == LARGE


def open_files(folder: Path) -> int:
    """How many files below a folder this process has open."""
    count = 0
    for each in Path("/proc/self/fd").iterdir():
        try:
            count += os.readlink(each).startswith(str(folder))
        except FileNotFoundError:
            continue  # it was the listing's own
    return count
