"""Harvesters: made, read, listed, changed and deleted as GeoNode's clients do it."""

from dataclasses import replace
from typing import Any

import pytest

from tests.faces.geonode.conftest import WMS, Portal
from tests.web.serving import Caller, House
from windrow.core.attending import REFRESH
from windrow.faces.native.translate import change_source
from windrow.model.copies import DATA_FORMATS, DOCUMENT_FORMATS, FORMATS
from windrow.model.schedules import Schedule
from windrow.model.triggers import AnyTrigger, Cron, Elapsed
from windrow.ports.catalogue import Reader, Search
from windrow.wire.sources import SourceChange

GEONODE = "geonode.harvesting.harvesters.geonodeharvester.GeonodeUnifiedHarvesterWorker"

FULL = {
    "id", "name", "status", "remote_url", "remote_available", "scheduling_enabled", "default_owner",
    "check_availability_frequency", "harvesting_session_update_frequency",
    "refresh_harvestable_resources_update_frequency", "harvester_type", "harvester_type_specific_configuration",
    "last_checked_availability", "last_checked_harvestable_resources", "last_check_harvestable_resources_message",
    "harvest_new_resources_by_default", "delete_orphan_resources_automatically", "last_updated", "links",
}  # fmt: skip
BRIEF = FULL - {
    "harvester_type", "harvester_type_specific_configuration", "last_checked_availability", "last_updated",
    "last_checked_harvestable_resources", "last_check_harvestable_resources_message",
    "harvest_new_resources_by_default", "delete_orphan_resources_automatically",
}  # fmt: skip


def told(answer: Any) -> dict[str, list[str]]:
    assert answer.json["success"] is False
    assert answer.json["code"] == "invalid"
    fields: dict[str, list[str]] = answer.json["fields"]
    return fields


def test_a_harvester_as_it_is_made(portal: Portal) -> None:
    made = portal.create("as made")

    assert set(made) >= FULL
    own = f"{portal.ask.base}/api/v2/harvesters/{made['id']}/"
    assert made["links"] == {"self": own, "harvestable_resources": f"{own}harvestable-resources/"}
    assert {name: made[name] for name in FULL - {"id", "links", "last_updated", "default_owner"}} == {
        "name": "as made",
        "status": "ready",
        "remote_url": "http://127.0.0.1:9/",
        "remote_available": False,
        "scheduling_enabled": True,
        "check_availability_frequency": 10,
        "harvesting_session_update_frequency": 60,
        "refresh_harvestable_resources_update_frequency": 30,
        "harvester_type": WMS,
        "harvester_type_specific_configuration": {},
        "last_checked_availability": None,
        "last_checked_harvestable_resources": None,
        "last_check_harvestable_resources_message": "",
        "harvest_new_resources_by_default": False,
        "delete_orphan_resources_automatically": False,
    }
    assert made["default_owner"] == 1
    assert portal.get(f"harvesters/{made['id']}/") == {"harvester": made}


def test_the_list_is_brief_and_paged(portal: Portal) -> None:
    numbers = [portal.create(f"paged {number}")["id"] for number in range(3)]

    page = portal.get("harvesters/", page_size=2, **{"filter{name.startswith}": "paged"})

    assert set(page) == {"links", "total", "page", "page_size", "harvesters"}
    assert (page["total"], page["page"], page["page_size"]) == (3, 1, 2)
    assert [each["id"] for each in page["harvesters"]] == numbers[:2]
    assert set(page["harvesters"][0]) == BRIEF
    assert page["links"]["previous"] is None
    following = portal.ask("GET", page["links"]["next"].removeprefix(portal.ask.base).join(["/", ""])).json
    assert [each["id"] for each in following["harvesters"]] == numbers[2:]
    assert following["links"]["next"] is None
    assert portal("GET", "harvesters/", query={"page": 99}).status == 404
    assert portal("GET", "harvesters/", query={"page": "x"}).status == 404


def test_lists_are_narrowed_sorted_and_cut(portal: Portal) -> None:
    first, second = portal.create("Zebra", scheduling_enabled=False)["id"], portal.create("aardvark")["id"]

    def found(**query: Any) -> list[int]:
        return [each["id"] for each in portal.get("harvesters/", page_size=100, **query)["harvesters"]]

    assert found(**{"filter{name}": "Zebra"}) == [first]
    assert found(**{"filter{name.icontains}": "ARDV"}) == [second]
    assert found(**{"filter{name.in}": ["Zebra", "aardvark"], "sort[]": "-name"}) == [second, first]
    assert found(**{"filter{id.in}": f"{first},{second}", "sort[]": "-id"}) == [second, first]
    assert first not in found(**{"filter{-name}": "Zebra"})
    assert first in found(**{"filter{status}": "ready"})
    assert found(**{"filter{status}": "harvesting-resources"}) == []
    assert first in found(**{"filter{remote_available}": "false"})
    assert first in found(**{"filter{scheduling_enabled}": "false"})
    assert second in found(**{"filter{scheduling_enabled}": "true"})
    assert first not in found(**{"filter{scheduling_enabled}": "true"})
    assert first in found(**{"filter{harvester_type}": WMS, "filter{default_owner}": "1"})
    chosen = portal.get("harvesters/", **{"include[]": "harvester_type", "exclude[]": ["links", "status"]})
    assert set(chosen["harvesters"][0]) == (BRIEF | {"harvester_type"}) - {"links", "status"}


@pytest.mark.parametrize(
    "query",
    [
        {"filter{nonsense}": "1"},
        {"filter{name.nonsense}": "1"},
        {"filter{id}": "one"},
        {"filter{id.icontains}": "1"},
        {"sort[]": "nonsense"},
        {"include[]": "nonsense"},
    ],
)
def test_what_makes_no_sense_in_a_query_is_refused(portal: Portal, query: dict[str, str]) -> None:
    answer = portal("GET", "harvesters/", query=query)

    assert answer.status == 400
    assert answer.json["code"] == "invalid"


@pytest.mark.parametrize(
    ("fields", "at_fault"),
    [
        ({"name": None}, {"name"}),
        ({"name": " ", "remote_url": "gopher://x"}, {"name", "remote_url"}),
        ({"name": "x" * 256}, {"name"}),
        ({"status": "harvesting-resources"}, {"status"}),
        ({"status": "sleeping"}, {"status"}),
        ({"harvester_type": "no.such.Worker"}, {"harvester_type"}),
        ({"scheduling_enabled": "perhaps", "check_availability_frequency": "often"},
         {"scheduling_enabled", "check_availability_frequency"}),
        ({"harvesting_session_update_frequency": 0}, {"harvesting_session_update_frequency"}),
        ({"harvester_type_specific_configuration": {"nonsense": 1}},
         {"harvester_type_specific_configuration.nonsense"}),
        ({"harvester_type_specific_configuration": [1]}, {"harvester_type_specific_configuration"}),
        ({"default_owner": 4711}, {"default_owner"}),
        ({"default_owner": "me"}, {"default_owner"}),
    ],
)  # fmt: skip
def test_every_field_at_fault_is_told(portal: Portal, fields: dict[str, Any], at_fault: set[str]) -> None:
    body = {"name": "wrong", "remote_url": "http://127.0.0.1:9/", "harvester_type": WMS, **fields}

    answer = portal("POST", "harvesters/", body)

    assert answer.status == 400
    assert set(told(answer)) == at_fault
    assert all(any(each.startswith(f"{name}: ") for each in answer.json["errors"]) for name in at_fault)


def test_what_is_missing_is_told_together(portal: Portal) -> None:
    assert told(portal("POST", "harvesters/", {})) == {
        "name": ["This field is required."],
        "remote_url": ["This field is required."],
    }


def test_a_name_can_be_taken_once(portal: Portal) -> None:
    portal.create("only one")
    other = portal.create("another one")["id"]

    for answer in (
        portal("POST", "harvesters/", {"name": "only one", "remote_url": "http://h/", "harvester_type": WMS}),
        portal("PATCH", f"harvesters/{other}/", {"name": "only one"}),
    ):
        assert (answer.status, set(told(answer))) == (400, {"name"})


@pytest.mark.parametrize(
    ("body", "content_type", "status", "code"),
    [
        (b"{", "application/json", 400, "parse_error"),
        (b"[]", "application/json", 400, "invalid"),
        (b"<a/>", "text/xml", 415, "unsupported_media_type"),
    ],
)
def test_a_body_that_is_none(portal: Portal, body: bytes, content_type: str, status: int, code: str) -> None:
    answer = portal("POST", "harvesters/", body=body, headers={"Content-Type": content_type})

    assert (answer.status, answer.json["code"]) == (status, code)


def test_a_form_is_understood_as_well(portal: Portal) -> None:
    body = b"name=by+form&remote_url=http%3A%2F%2Fh%2F&scheduling_enabled=off&harvester_type_specific_configuration={}"
    answer = portal("POST", "harvesters/", body=body, headers={"Content-Type": "application/x-www-form-urlencoded"})

    assert (answer.status, answer.json["harvester"]["scheduling_enabled"]) == (201, False)


def test_a_change_leaves_the_rest(portal: Portal) -> None:
    configuration = {"dataset_title_filter": "river", "deep": False}
    made = portal.create("changing", harvester_type_specific_configuration=configuration)
    assert made["harvester_type_specific_configuration"] == configuration

    changed = portal.change(made["id"], name="changed", check_availability_frequency="5")

    unlike = {name for name in made if made[name] != changed[name]}
    assert unlike == {"name", "check_availability_frequency", "last_updated"}
    answer = portal("PUT", f"harvesters/{made['id']}/", {"name": "put", "remote_url": "http://other/"})
    assert answer.status == 200
    put = answer.json["harvester"]
    assert (put["name"], put["remote_url"], put["check_availability_frequency"]) == ("put", "http://other/", 5)
    assert set(told(portal("PUT", f"harvesters/{made['id']}/", {"name": "put"}))) == {"remote_url"}


def test_frequencies_count_from_the_last_start(portal: Portal) -> None:
    made = portal.create("frequent", harvesting_session_update_frequency=120)
    portal.put("a")
    portal.do(made["id"], "updating-harvestable-resources")

    view = portal.house.assembly.windrow.sources.view(portal.house.principal("admin"), made["id"])

    refresh = view.attendants[REFRESH]
    assert view.last_refresh is not None
    assert refresh.schedule is not None
    assert isinstance(refresh.schedule.trigger, Elapsed)
    assert refresh.schedule.next_due == view.last_refresh.created_at + refresh.schedule.trigger.every
    switched_off = portal.change(made["id"], scheduling_enabled=False)
    assert switched_off["scheduling_enabled"] is False
    view = portal.house.assembly.windrow.sources.view(portal.house.principal("admin"), made["id"])
    schedules = [view.task.schedule, *(each.schedule for each in view.attendants.values())]
    assert [each is not None and each.enabled for each in schedules].count(False) == 2


def test_what_these_frequencies_cannot_say_stays_until_somebody_says_another_number(portal: Portal) -> None:
    made = portal.create("nightly", harvesting_session_update_frequency=120)
    windrow, admin = portal.house.assembly.windrow, portal.house.principal("admin")
    view = windrow.sources.view(admin, made["id"])
    nightly = Schedule(Cron("30 2 * * *", "Europe/Berlin"))
    draft = change_source(view, SourceChange(), now=portal.house.assembly.clock())
    windrow.sources.change(admin, made["id"], replace(draft, schedule=nightly))

    def trigger() -> AnyTrigger:
        schedule = windrow.sources.view(admin, made["id"]).task.schedule
        assert schedule is not None
        return schedule.trigger

    shown = portal.get(f"harvesters/{made['id']}/")["harvester"]
    assert shown["harvesting_session_update_frequency"] == 60
    changed = portal.change(made["id"], name="still nightly", harvesting_session_update_frequency=60)
    assert changed["harvesting_session_update_frequency"] == 60
    assert trigger() == nightly.trigger
    portal.change(made["id"], scheduling_enabled=False)
    assert trigger() == nightly.trigger
    portal.change(made["id"], harvesting_session_update_frequency=90)
    assert isinstance(trigger(), Elapsed)


def test_an_owner_is_a_number(portal: Portal, house: House) -> None:
    house.user("somebody")
    number = house.assembly.windrow.accounts.number_of(house.principal("somebody").user_id)

    made = portal.create("owned", default_owner=number)

    assert made["default_owner"] == number
    assert portal.change(made["id"], name="still owned")["default_owner"] == number
    assert (
        portal("PUT", f"harvesters/{made['id']}/", {"name": "mine", "remote_url": "http://h/"}).json["harvester"][
            "default_owner"
        ]
        == 1
    )


def test_deleting(portal: Portal) -> None:
    made = portal.create("to be deleted")["id"]
    portal.change(made, status="harvesting-resources")

    assert portal("DELETE", f"harvesters/{made}/").status == 409
    portal.change(made, status="aborting-harvesting-resources")
    assert portal("DELETE", f"harvesters/{made}/").status == 204
    assert portal("GET", f"harvesters/{made}/").json["detail"] == "Not found."
    for path in ("harvesters/999999/", "harvesters/x/", "harvesters/999999/harvestable-resources/"):
        assert portal("GET", path).status == 404


@pytest.mark.parametrize(("deletes_orphans", "left"), [(False, ["a", "b"]), (True, [])])
def test_what_a_deleted_harvester_brought_stays_unless_orphans_go(
    portal: Portal, house: House, *, deletes_orphans: bool, left: list[str]
) -> None:
    portal.put("a", "b")
    made = portal.create(
        f"brings {deletes_orphans}",
        delete_orphan_resources_automatically=deletes_orphans,
        harvest_new_resources_by_default=True,
    )["id"]
    portal.do(made, "updating-harvestable-resources")
    portal.do(made, "harvesting-resources")

    assert portal("DELETE", f"harvesters/{made}/").status == 204

    for path in (f"harvesters/{made}/", f"harvesters/{made}/harvestable-resources/"):
        assert portal("GET", path).status == 404
    assert portal("PATCH", f"harvesters/{made}/", {"status": "harvesting-resources"}).status == 404
    assert made not in [each["id"] for each in portal.get("harvesters/", page_size=1000)["harvesters"]]
    everything = Reader(everything=True)
    found = house.assembly.store.catalogue.search(everything, Search(sources=(made,)), limit=10).items
    assert sorted(each.record.identifier for each in found) == left
    assert portal.create(f"brings {deletes_orphans}")["id"] != made


def test_who_may(portal: Portal, house: House, viewer: Caller) -> None:
    for method, path in (
        ("GET", "harvesters/"), ("POST", "harvesters/"), ("GET", "harvesters/1/"), ("PATCH", "harvesters/1/"),
        ("PUT", "harvesters/1/"), ("DELETE", "harvesters/1/"), ("GET", "harvesters/1/harvestable-resources/"),
        ("PATCH", "harvesters/1/harvestable-resources/"), ("GET", "harvesting-sessions/"),
        ("GET", "harvesting-sessions/1/"),
    ):  # fmt: skip
        answer = house.anybody()(method, f"//api/v2/{path}", {} if method not in ("GET", "DELETE") else None)
        assert (answer.status, answer.json["code"]) == (401, "not_authenticated")
        assert answer.json["errors"] == ["Authentication credentials were not provided."]
        if "sessions" not in path:
            answer = viewer(method, f"//api/v2/{path}", {} if method not in ("GET", "DELETE") else None)
            assert (answer.status, answer.json["code"]) == (403, "permission_denied")
    other = house.user("stranger", team="others")
    made = portal.create("not theirs")["id"]
    assert other("GET", f"//api/v2/harvesters/{made}/").status == 404
    assert other("GET", "//api/v2/harvesters/").json["total"] == 0


def test_methods_that_a_path_does_not_have(portal: Portal) -> None:
    for method, path in (
        ("POST", "harvesters/1/harvestable-resources/"), ("DELETE", "harvesters/1/harvestable-resources/"),
        ("POST", "harvesting-sessions/"), ("DELETE", "harvesting-sessions/1/"), ("PATCH", "harvesting-sessions/1/"),
    ):  # fmt: skip
        answer = portal(method, path, {})
        assert (answer.status, answer.json["code"]) == (405, "method_not_allowed")


@pytest.mark.parametrize(
    ("said", "copying", "formats"),
    [
        ({"copy_datasets": True}, "data", DATA_FORMATS),
        ({"copy_datasets": False, "copy_documents": True}, "data", DOCUMENT_FORMATS),
        ({"copy_datasets": True, "copy_documents": True}, "data", FORMATS),
        ({"copy_datasets": False, "copy_documents": False}, "none", FORMATS),
        ({}, "none", FORMATS),
    ],
)
def test_geonodes_words_switch_copying_on(
    portal: Portal, said: dict[str, bool], copying: str, formats: tuple[str, ...]
) -> None:
    made = portal.create(
        f"copies {sorted(said.items())}", harvester_type=GEONODE, harvester_type_specific_configuration=said
    )

    policies = portal.house.assembly.store.sources.get(made["id"], tenant_id=None).policies
    assert (policies.copying.value, policies.copy_formats) == (copying, formats)
    assert made["harvester_type_specific_configuration"] == said
