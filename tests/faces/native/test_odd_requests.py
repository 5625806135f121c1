"""Requests that nobody sends on purpose are refused in plain words, and nothing of them is done."""

import json
from typing import Any

import pytest

from tests.web.serving import Caller, House

DEEP = b'{"name": "x", "kind": "stepping", "parameters": ' + b'{"a": ' * 40 + b"1" + b"}" * 41
TASK = {"name": "x", "kind": "stepping"}


@pytest.fixture(scope="module")
def admin(house: House) -> Caller:
    return house.holder("admin")


WORK = (
    *(
        "arcgis_portal",
        "availability",
        "copy",
        "digest",
        "geoprocessing",
        "harvest",
        "notebook",
        "notify",
        "ogc_process",
        "pipeline",
    ),
    *("push", "refresh", "report", "sequence", "source_diff", "stepping", "walker"),
)


@pytest.mark.parametrize(
    ("body", "field", "problem"),
    [
        (b"", "body", "is missing"),
        (
            b'{"name": "x",',
            "body",
            "is no JSON: Expecting property name enclosed in double quotes at line 1, column 14",
        ),
        (b'{"name": "x"} x', "body", "is no JSON: Extra data at line 1, column 15"),
        (b"[]", "body", "must be a JSON object"),
        (b"null", "body", "must be a JSON object"),
        (b'"text"', "body", "must be a JSON object"),
        (b'{"name": "\xff"}', "body", "must be UTF-8; the byte at position 10 is not"),
        (b"[" * 100_000, "body", "is nested too deeply"),
        (DEEP, "parameters" + ".a" * 32, "must not be nested deeper than 32 levels"),
        (b'{"name": "x", "name": "y", "kind": "stepping"}', "name", "stands there more than once"),
        (b'{"a": NaN}', "body", "is no JSON: NaN is not a number that JSON knows"),
        (b'{"a": 1e999}', "body", "holds a number that is too large"),
        (b'{"a": ' + b"9" * 5000 + b"}", "body", "holds a number with too many digits"),
    ],
)
def test_a_body_that_cannot_be_read_is_told_where(admin: Caller, body: bytes, field: str, problem: str) -> None:
    answer = admin("POST", "/tasks", body=body)

    assert (answer.status, answer.problems) == (422, {field: problem})
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("change", "problems"),
    [
        ({"name": None}, {"name": "must be a text"}),
        ({"name": ""}, {"name": "must have at least 1 characters"}),
        ({"name": "   "}, {"name": "must have 1 to 255 characters"}),
        ({"name": "a\0b"}, {"name": "must not contain control characters"}),
        ({"name": "\ud800"}, {"name": "must be a text of whole Unicode characters"}),
        ({"name": "x" * 256}, {"name": "must have at most 255 characters"}),
        ({"colour": 1}, {"colour": "is not known here; is it misspelt?"}),
        ({"priority": "high"}, {"priority": "must be a whole number"}),
        ({"priority": 101}, {"priority": "must be at most 100"}),
        ({"priority": 1.5}, {"priority": "must be a whole number"}),
        ({"priority": 10**400}, {"priority": "must be at most 100"}),
        ({"queue": "a b"}, {"queue": "must match ^[A-Za-z0-9._-]{1,64}$"}),
        (
            {"kind": "nothing"},
            {"kind": f"there is no kind of work 'nothing'; there are: {', '.join(WORK)}"},
        ),
        (
            {"kind": "harvest"},
            {"kind": "harvest is work on a source: it is started there, and not by a task of its own"},
        ),
        ({"parameters": []}, {"parameters": "must be a JSON object"}),
        ({"parameters": {"steps": "x"}}, {"parameters.steps": "must be a whole number"}),
        ({"parameters": {"steps": -1}}, {"parameters.steps": "must be at least 0"}),
        ({"parameters": {"steps": 1 << 70}}, {"parameters.steps": "must be a number of at most 64 bits"}),
        (
            {"parameters": {"error": "a\0", "media_type": "\ud800"}},
            dict.fromkeys(
                ("parameters.error", "parameters.media_type"),
                "must not contain the NUL character or half of a surrogate pair",
            ),
        ),
        (
            {"parameters": {"one": 1, "two": 2}},
            dict.fromkeys(
                ("parameters.one", "parameters.two"),
                "is not a setting of this kind; there are: error, files, media_type, steps",
            ),
        ),
        (
            {"limits": [{"key": "a"}, {"key": "", "most": 0}]},
            {"limits.1.key": "must have at least 1 characters", "limits.1.most": "must be at least 1"},
        ),
        (
            {"retry": {"attempts": 0, "first": 0}},
            {"retry.attempts": "must be at least 1", "retry.first": "must be more than 0"},
        ),
        ({"schedule": {}}, {"schedule.trigger": "is missing"}),
        ({"schedule": {"trigger": {"every_seconds": 0.5}}}, {"schedule.trigger.every_seconds": "must be at least 1"}),
        ({"schedule": {"trigger": {"every_seconds": True}}}, {"schedule.trigger.every_seconds": "must be a number"}),
        (
            {"schedule": {"trigger": {"type": "moon", "every_seconds": 9}}},
            {"schedule.trigger.type": "must be one of interval, elapsed, cron, clocked, solar, calendar"},
        ),
        (
            {"schedule": {"trigger": {"every_seconds": 60, "anchor": "2026-01-01T00:00:00"}}},
            {"schedule.trigger.anchor": "needs a time zone, such as 2026-01-01T00:00:00Z"},
        ),
        (
            {"schedule": {"trigger": {"every_seconds": 60}, "start": "yesterday", "end": 1767225600}},
            dict.fromkeys(
                ("schedule.start", "schedule.end"),
                "must be a date and time in ISO 8601 with a zone, such as 2026-01-01T00:00:00Z",
            ),
        ),
        (
            {"schedule": {"trigger": {"every_seconds": 60}, "start": "9999-12-31T23:59:59Z"}},
            {"schedule.start": "lies too far from today: choose a year that people live in"},
        ),
        (
            {"schedule": {"trigger": {"every_seconds": 60}, "end": "9999-12-31T23:00:00-10:00"}},
            {"schedule.end": "lies outside the years 1 to 9999 in UTC"},
        ),
    ],
)
def test_every_field_at_fault_is_named_with_the_remedy(
    admin: Caller, change: dict[str, Any], problems: dict[str, str]
) -> None:
    before = admin.get("/tasks")

    answer = admin("POST", "/tasks", {**TASK, **change})

    assert (answer.status, answer.problems) == (422, problems)
    assert admin.get("/tasks") == before


def test_several_fields_at_fault_are_all_named(admin: Caller) -> None:
    answer = admin("POST", "/tasks", {"kind": 1, "priority": "x", "limits": 1, "more": 1})

    assert sorted(answer.problems) == ["kind", "limits", "more", "name", "priority"]


@pytest.mark.parametrize("path", ["/sources/{}", "/records/{}", "/records/{}/document", "/sources/{}/resources"])
@pytest.mark.parametrize("number", ["0", "-1", "abc", "1.0", "+1", "1_0", "%00", "9" * 30, "٣", "%F0%9F%A6%80", "1e3"])
def test_a_number_that_names_nothing_is_not_found(admin: Caller, path: str, number: str) -> None:
    answer = admin("GET", path.format(number.encode().decode("ascii", "ignore") or "%D9%A3"))

    assert (answer.status, answer.json["type"]) == (404, "urn:windrow:problem:not-found")


@pytest.mark.parametrize("identifier", ["1", "%00", "x" * 5000, "%2e%2e%2fme", "019AA7B2-4F00-7C11-9D2E-6B1F0A2C3D4E"])
def test_an_id_that_names_nothing_is_not_found(admin: Caller, identifier: str) -> None:
    for word in ("tasks", "runs", "users"):
        assert admin("GET", f"/{word}/{identifier}").status == 404


@pytest.mark.parametrize("path", ["/nowhere", "/sources/", "/Sources", "//api/v2/me", "//api/v1", "/me/"])
def test_a_path_that_does_not_exist_is_not_found(admin: Caller, path: str) -> None:
    answer = admin("GET", path)

    assert (answer.status, answer.headers["Content-Type"]) == (404, "application/problem+json")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/me", "GET, HEAD"),
        ("PATCH", "/sources", "GET, POST, HEAD"),
        ("OPTIONS", "/sources", "GET, POST, HEAD"),
        ("PUT", "/tasks/019aa7b2-4f00-7c11-9d2e-6b1f0a2c3d4e", "GET, PATCH, DELETE, HEAD"),
        ("DELETE", "//healthz", "GET, HEAD"),
        ("BREW", "/me", "GET, HEAD"),
    ],
)
def test_a_method_that_is_not_possible_is_told_with_those_that_are(
    admin: Caller, method: str, path: str, allowed: str
) -> None:
    answer = admin(method, path)

    assert (answer.status, answer.headers["Allow"]) == (405, allowed)
    assert answer.json["detail"] == f"{method} is not possible here; there are: {allowed}."


@pytest.mark.parametrize("path", ["/me", "/sources", "//healthz", "//metrics", "/openapi.json"])
def test_head_tells_what_get_would(admin: Caller, path: str) -> None:
    head, get = admin("HEAD", path), admin("GET", path)

    assert (head.status, head.body, head.headers["Content-Type"]) == (200, b"", get.headers["Content-Type"])


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/jsonp", ""]
)
def test_a_body_that_is_not_called_json_is_refused(admin: Caller, kind: str) -> None:
    answer = admin("POST", "/tasks", body=json.dumps(TASK).encode(), headers={"Content-Type": kind})

    assert (answer.status, answer.json["title"]) == (415, "Not the expected kind of content")


@pytest.mark.parametrize(
    "kind", ["application/json; charset=utf-8", "application/merge-patch+json", "Application/JSON"]
)
def test_other_spellings_of_json_are_understood(admin: Caller, kind: str) -> None:
    assert admin("POST", "/tasks", TASK, headers={"Content-Type": kind}).status == 201


def test_a_body_that_is_too_large_is_refused_whether_announced_or_not(admin: Caller) -> None:
    large = b'{"name": "' + b"x" * (1 << 20) + b'"}'

    announced = admin("POST", "/tasks", body=large)
    unannounced = admin.pool.request(
        "POST",
        f"{admin.base}/api/v1/tasks",
        body=(large[start : start + 65536] for start in range(0, len(large), 65536)),
        headers={**admin.headers, "Content-Type": "application/json"},
        chunked=True,
    )

    assert [announced.status, unannounced.status] == [413, 413]
    assert json.loads(unannounced.data)["detail"] == "Send at most 1,048,576 bytes."


def test_unknown_parameters_of_a_query_are_ignored_and_nul_is_refused(admin: Caller) -> None:
    assert admin("GET", "/runs", query={"colour": "red"}).status == 200
    assert admin("GET", "/runs", query={"kind": "a\0"}).problems == {"kind": "must not contain the NUL character"}
    assert admin("GET", "/runs", query={"task_id": "no id"}).json["items"] == []


@pytest.mark.parametrize("cursor", ["x", "W10", "WzFd", "WyJ4Il0", "%", "WyJcdTAwMDAiXQ", "WzFlMzBd"])
@pytest.mark.parametrize("path", ["/runs", "/tasks", "/users", "/sources", "/records", "/tenants"])
def test_a_cursor_that_no_list_gave_is_told(admin: Caller, path: str, cursor: str) -> None:
    answer = admin("GET", path, query={"cursor": cursor})

    # A cursor is opaque: some that we did not make look as if we had, and begin anywhere.
    assert answer.status == 200 or list(answer.problems) == ["cursor"]


@pytest.mark.parametrize(
    "value", ["Bearer", "Bearer wr_", "Bearer \xff", "Basic", "Basic x", "Basic Og==", "Basic YTpi", "Digest x", "x"]
)
def test_credentials_that_cannot_be_read_are_wrong_credentials(house: House, value: str) -> None:
    answer = house.anybody()("GET", "/me", headers={"Authorization": value})

    assert (answer.status, answer.headers["Content-Type"]) == (401, "application/problem+json")
