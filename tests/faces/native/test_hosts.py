"""Hosts in the native API: when they may be asked is said by admins, and told with how they behave."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.web.serving import Caller, House

PATH = "/hosts/Catalogue.Example.org/hours"
NIGHT: dict[str, Any] = {"begin": "22:00", "end": "06:00", "zone": "UTC", "weekdays": [], "first": None, "last": None}
ALWAYS = {**NIGHT, "begin": "00:00", "end": "00:00"}


@pytest.fixture(scope="module")
def admin(house: House) -> Caller:
    return house.holder("admin")


@pytest.fixture(autouse=True)
def _nothing_said(admin: Caller) -> Iterator[None]:
    yield
    admin("DELETE", PATH)


def test_what_is_said_of_a_host_is_told(admin: Caller) -> None:
    said = admin("PUT", PATH, {"windows": [{"begin": "22:00", "end": "06:00"}], "blackouts": [{}]})
    (listed,) = admin.get("/hosts")["items"]

    assert said.status == 200
    assert {name: listed[name] for name in ("host", "windows", "blackouts", "failures", "in_flight")} == {
        "host": "catalogue.example.org",
        "windows": [NIGHT],
        "blackouts": [ALWAYS],
        "failures": 0,
        "in_flight": 0,
    }
    assert listed["closed_until"] is not None


def test_it_is_replaced_and_taken_back(admin: Caller) -> None:
    admin("PUT", PATH, {"blackouts": [{}]})
    replaced = admin("PUT", PATH, {"windows": [{}]})
    taken = admin("DELETE", PATH)
    again = admin("DELETE", PATH)

    assert (replaced.json["blackouts"], replaced.json["closed_until"]) == ([], None)
    assert (taken.status, again.status) == (204, 404)
    assert admin.get("/hosts")["items"] == []


@pytest.mark.parametrize(
    ("path", "hours", "field", "problem"),
    [
        (PATH, {}, "blackouts", "or windows are needed; to have it asked at any hour, remove its hours"),
        (PATH, {"windows": [{}, {"zone": "Mars"}]}, "windows.1.zone", "is no IANA time zone"),
        (PATH, {"blackouts": [{"begin": "25:00"}]}, "blackouts.0.begin", "must match"),
        (PATH, {"blackouts": [{"first": "2027-01-02", "last": "2027-01-01"}]}, "blackouts.0.last", "must not lie"),
        ("/hosts/a%20test/hours", {"blackouts": [{}]}, "host", "must be a name such as"),
        ("/hosts/a.test:99999/hours", {"blackouts": [{}]}, "host", "must be a name such as"),
    ],
)
def test_what_is_wrong_is_named(admin: Caller, path: str, hours: object, field: str, problem: str) -> None:
    answer = admin("PUT", path, hours)

    assert answer.status == 422, answer.body
    assert problem in answer.problems[field]


def test_a_source_on_a_closed_host_is_not_looked_at(admin: Caller) -> None:
    admin("PUT", "/hosts/127.0.0.1/hours", {"blackouts": [{}]})

    answer = admin("POST", "/sources/detect", {"url": "http://127.0.0.1:9/"})
    admin("DELETE", "/hosts/127.0.0.1/hours")

    assert (answer.status, answer.json["title"]) == (409, "This host is not to be asked at this hour")
    assert "127.0.0.1:9 rests until " in answer.json["detail"]


def test_what_is_due_while_its_host_is_closed_is_told_ahead(admin: Caller) -> None:
    daily = {"trigger": {"type": "cron", "expression": "0 */12 * * *"}}
    drafted = {"name": "Closed", "kind": "csw", "url": "https://catalogue.example.org/csw", "schedule": daily}
    source = admin.post("/sources", drafted)
    asked = {"schedule": daily, "source_id": source["id"], "count": 2, "after": "2027-01-01T01:00:00Z"}
    open_then = admin.post("/schedules/preview", asked)["moments"]
    admin("PUT", PATH, {"blackouts": [{"begin": "08:00", "end": "18:00"}]})

    moments = admin.post("/schedules/preview", asked)["moments"]
    missing = admin("POST", "/schedules/preview", {**asked, "source_id": 4711})
    coming = admin.get("/schedules/coming?days=1")["held_up"]

    told = [(each["due"], each["waits_until"], each["waits_for"]) for each in moments]
    assert told == [
        ("2027-01-01T12:00:00Z", "2027-01-01T18:00:00Z", "catalogue.example.org"),
        ("2027-01-02T00:00:00Z", None, ""),
    ]
    assert [each["waits_until"] for each in open_then] == [None, None]
    assert missing.status == 404
    (held,) = coming
    assert (held["due"][11:], held["waits_until"][11:], held["count"]) == ("12:00:00Z", "18:00:00Z", 1)
    assert held["waits_for"] == "catalogue.example.org"
