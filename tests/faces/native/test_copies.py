"""Copies are listed and downloaded by whoever may see their record, whole or in part, and never run by a browser."""

import hashlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.web.world import World
from windrow.faces.native.ranges import Cut, cut
from windrow.model.identity import new_id

CONTENT = b"a,b\n1,2\n"
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def path(world: World) -> str:
    return f"/records/{world.ids['record_id']}/copies"


def test_the_files_of_a_record_are_listed(world: World, path: str) -> None:
    (copy,) = world.ada.get(path)["items"]

    shown = {name: copy[name] for name in ("name", "role", "state", "size", "sha256", "media_type")}
    assert shown == {
        "name": "rivers.csv",
        "role": "data",
        "state": "copied",
        "size": len(CONTENT),
        "sha256": SHA256,
        "media_type": "text/csv",
    }


def test_a_file_comes_whole_to_be_saved(world: World, path: str) -> None:
    answer = world.vic("GET", f"{path}/{world.ids['copy_id']}")

    assert (answer.status, answer.body) == (200, CONTENT)
    told = {name: answer.headers[name] for name in ("Content-Length", "ETag", "Accept-Ranges", "Content-Type")}
    assert told == {
        "Content-Length": "8",
        "ETag": f'"{SHA256}"',
        "Accept-Ranges": "bytes",
        "Content-Type": "text/csv; charset=utf-8",
    }
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="rivers.csv"')
    assert (answer.headers["X-Content-Type-Options"], answer.headers["Content-Security-Policy"]) == (
        "nosniff",
        "sandbox",
    )


@pytest.mark.parametrize(
    ("headers", "status", "body", "span"),
    [
        ({"Range": "bytes=4-"}, 206, b"1,2\n", "bytes 4-7/8"),
        ({"Range": "bytes=0-2"}, 206, b"a,b", "bytes 0-2/8"),
        ({"Range": "bytes=-2"}, 206, b"2\n", "bytes 6-7/8"),
        ({"Range": "bytes=4-", "If-Range": f'"{SHA256}"'}, 206, b"1,2\n", "bytes 4-7/8"),
        ({"Range": "bytes=4-", "If-Range": '"other"'}, 200, CONTENT, None),
        ({"Range": "bytes=0-1,4-5"}, 200, CONTENT, None),
        ({"Range": "lines=1-2"}, 200, CONTENT, None),
        ({"Range": "bytes=8-"}, 416, b"", "bytes */8"),
        ({"If-None-Match": f'"{SHA256}"'}, 304, b"", None),
    ],
)
def test_a_part_of_it(
    world: World, path: str, headers: dict[str, str], status: int, body: bytes, span: str | None
) -> None:
    answer = world.ada("GET", f"{path}/{world.ids['copy_id']}", headers=headers)

    assert (answer.status, answer.body, answer.headers.get("Content-Range")) == (status, body, span)


@given(size=st.integers(0, 50), text=st.from_regex(r"bytes=\d{0,2}-\d{0,2}", fullmatch=True))
def test_no_part_reaches_beyond_the_file(size: int, text: str) -> None:
    found = cut({"range": text}, size=size, etag='"a"')

    assert 0 <= found.start <= found.start + found.length <= size
    assert found.length > 0 or found in (Cut(416, 0, 0), Cut(200, 0, 0))


def test_nobody_else_has_it(world: World, path: str) -> None:
    number = world.ids["copy_id"]

    assert world.bob("GET", path).status == 404
    assert world.bob("GET", f"{path}/{number}").status == 404
    other = world.resources[-1]
    assert world.ada("GET", f"/records/{other}/copies/{number}").status == 404


def test_copying_is_started_where_it_is_switched_on(world: World) -> None:
    source = world.ids["source_id"]
    refused = world.ada("POST", f"/sources/{source}/copy")
    assert (refused.status, "copying" in refused.json["detail"]) == (409, True)

    changed = world.ada("PATCH", f"/sources/{source}", {"policies": {"copying": "data", "copy_formats": ["csv"]}})
    run = world.ada.post(f"/sources/{source}/copy", {"full": True})

    assert (changed.json["policies"]["copying"], changed.json["policies"]["copy_formats"]) == ("data", ["csv"])
    assert (run["kind"], run["parameters"]) == ("copy", {"source_id": source, "full": True})
    assert world.vic("POST", f"/sources/{source}/copy").status == 403
    world.ada.post(f"/runs/{run['id']}/cancel")


def test_a_source_tells_what_it_has(world: World) -> None:
    stock: Any = world.ada.get(f"/sources/{world.ids['source_id']}/copies")

    assert stock == {"counts": {"copied": 1}, "size": len(CONTENT)}


def test_wrong_formats_are_refused(world: World) -> None:
    policies = {"copy_formats": ["*.csv"], "largest_copy": 0}
    body = {"name": new_id(), "kind": "waf", "url": "https://a.test/", "policies": policies}

    answer = world.ada("POST", "/sources", body)

    assert answer.status == 422
    assert {each["field"] for each in answer.json["errors"]} == {"policies.copy_formats.0", "policies.largest_copy"}
