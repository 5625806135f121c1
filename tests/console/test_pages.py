"""Pages by plain HTTP: what they promise to browsers, what they say when something is wrong, what they hold."""

import re
from collections.abc import Callable
from datetime import time, timedelta

import pytest

from samples.servers.pycsw import Pycsw
from tests.console.visiting import Visitor, visitor
from tests.servers.pycsw import RECORDS
from tests.web.serving import House
from windrow.console import assets
from windrow.core.source_drafts import SourceDraft
from windrow.model.accounts import Role
from windrow.model.identity import new_id
from windrow.model.schedules import Schedule
from windrow.model.triggers import Cron
from windrow.model.windows import Hours, Window
from windrow.model.workers import Worker, WorkerRole

NASTY = "<script>alert('x')</script> & \"Sons\""


@pytest.fixture(scope="module")
def admin(house: House) -> Visitor:
    return visitor(house, "admin")


@pytest.fixture(scope="module")
def source(house: House) -> int:
    """The number of a source with a name that would do harm in a careless page."""
    principal = house.principal("admin")
    draft = SourceDraft(name=NASTY, kind="csw", url="http://127.0.0.1:9/csw?a=<b>")
    return house.assembly.windrow.sources.create(principal, draft).source.id


def test_a_page_may_load_and_run_nothing_but_what_ships_with_it(admin: Visitor) -> None:
    seen = admin.get("/")

    policy = dict(part.strip().split(" ", 1) for part in seen.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert seen.headers["cache-control"] == "no-store"
    assert seen.headers["x-content-type-options"] == "nosniff"


def test_pages_hold_no_scripts_or_styles_of_their_own(admin: Visitor, source: int) -> None:
    for path in ("/", "/sources", "/sources/new", f"/sources/{source}/settings", "/runs", "/records", "/users"):
        html = admin.get(path).html
        assert re.findall(r"<script(?![^>]* src=)|<style| style=| on\w+=\"|javascript:", html) == [], path


def test_what_strangers_named_stays_text(admin: Visitor, source: int) -> None:
    for path in ("/sources", f"/sources/{source}", f"/sources/{source}/settings", f"/sources/{source}/delete"):
        seen = admin.get(path)
        assert "<script>alert" not in seen.html, path
        assert NASTY in seen.text or NASTY.replace('"', "&#34;") in seen.html, path


def test_static_files_are_kept_for_a_year_and_change_their_address(admin: Visitor) -> None:
    address = assets.address_of("console.css")

    seen = admin.get(address, {"Accept-Encoding": "gzip"})
    other = admin.get(address.replace(assets.fingerprint(), "0123456789ab"))

    assert assets.fingerprint() in address
    assert seen.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert (seen.headers["content-type"], seen.headers["content-encoding"]) == ("text/css; charset=utf-8", "gzip")
    assert other.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("name", ["../console.py", "%2e%2e/console.py", "nothing.js", "vendor", "", "..%2fpages.py"])
def test_nothing_but_static_files_is_served(admin: Visitor, name: str) -> None:
    assert admin.get(f"/static/{assets.fingerprint()}/{name}").status == 404


@pytest.mark.parametrize(
    "path", ["/nowhere", "/sources/0", "/sources/abc", "/sources/99999999999999999999", "/runs/x", "/records/123456"]
)
def test_what_is_not_there_is_told_on_a_page(admin: Visitor, path: str) -> None:
    seen = admin.get(path, {"Accept": "text/html,application/xhtml+xml"})

    assert (seen.status, "There is nothing here" in seen.text, "To the overview" in seen.text) == (404, True, True)


def test_programs_that_ask_for_what_is_not_there_get_a_problem(admin: Visitor) -> None:
    seen = admin.get("/api/v1/nowhere", {"Accept": "application/json"})

    assert (seen.status, seen.headers["content-type"]) == (404, "application/problem+json")


def test_scripts_are_told_in_a_message_for_the_open_page(admin: Visitor) -> None:
    seen = admin.post("/sources/424242/harvest", headers={"HX-Request": "true"})

    assert (seen.status, seen.headers["hx-retarget"]) == (404, "#messages")
    assert "<html" not in seen.html


def test_a_form_that_is_wrong_comes_back_with_every_fault_and_all_that_was_typed(admin: Visitor) -> None:
    seen = admin.post(
        "/sources",
        {
            "name": "Mine",
            "kind": "csw",
            "url": "https://example.org/csw",
            "address": "https://example.org/csw",
            "scheduled": "on",
            "every": "never",
            "unit": "days",
            "guard_share": "400",
            "concurrency": "0",
            "settings.posted": "yes",
            "settings.page_size": "some",
            "settings.method": "GET",
        },
    )

    assert seen.status == 422
    assert re.findall(r'class="problem" id="([^"]+)-problem"', seen.html) == [
        *("every", "settings.page_size", "guard_share", "concurrency")
    ]
    for typed in ('value="Mine"', 'value="never"', 'value="some"', 'value="400"', "<option selected>GET</option>"):
        assert typed in seen.html, typed


def test_a_taken_name_is_told_beside_the_name(admin: Visitor, source: int) -> None:
    fields = {"name": NASTY, "kind": "csw", "url": "https://example.org/csw", "address": "https://example.org/csw"}

    seen = admin.post("/sources", fields)

    assert (seen.status, 'id="name-problem"' in seen.html) == (422, True)


def test_an_address_where_nothing_answers_is_told_beside_it(admin: Visitor) -> None:
    seen = admin.post("/sources/new/detect", {"address": "http://127.0.0.1:9/csw"})

    assert (seen.status, 'id="url-problem"' in seen.html) == (422, True)


def test_settings_are_saved_from_the_form(admin: Visitor, house: House) -> None:
    principal, sources = house.principal("admin"), house.assembly.windrow.sources
    number = sources.create(principal, SourceDraft("Old", "csw", "https://example.org/csw")).source.id

    seen = admin.post(
        f"/sources/{number}/settings",
        {
            "name": "New",
            "url": "https://example.org/csw2",
            "visibility": "public",
            "scheduled": "on",
            "every": "6",
            "unit": "hours",
            "paused": "on",
            "guard_share": "25",
            "guard_count": "7",
            "grace": "2",
            "settings.posted": "yes",
            "settings.page_size": "50",
            "settings.output_schema": "auto",
            "settings.type_names": "auto",
            "settings.sort_by": "auto",
            "settings.method": "auto",
        },
    )

    assert (seen.status, seen.location) == (303, f"/sources/{number}")
    view = sources.view(principal, number)
    assert (view.source.name, view.source.url, view.source.visibility.value) == (
        *("New", "https://example.org/csw2", "public"),
    )
    assert (view.source.settings["page_size"], view.source.settings["incremental"]) == (50, False)
    assert (view.source.policies.guard_share, view.source.policies.guard_count) == (0.25, 7)
    assert view.task.schedule is not None
    assert (view.task.schedule.trigger.describe(), view.task.schedule.enabled) == ("every 6 hours", False)


def test_a_change_made_upon_an_old_page_is_refused(admin: Visitor, house: House) -> None:
    principal, sources = house.principal("admin"), house.assembly.windrow.sources
    number = sources.create(principal, SourceDraft("Shared", "csw", "https://example.org/csw")).source.id
    seen = re.search(r'name="seen" value="([^"]+)"', admin.get(f"/sources/{number}/settings").html)
    assert seen
    fields = {"name": "Mine", "url": "https://example.org/csw", "seen": seen[1]}

    first = admin.post(f"/sources/{number}/settings", {**fields, "name": "Theirs"})
    second = admin.post(f"/sources/{number}/settings", fields)

    assert (first.status, second.status) == (303, 409)
    assert "was changed by somebody else meanwhile" in second.text
    assert 'value="Mine"' in second.html
    assert sources.get(principal, number).name == "Theirs"


def test_a_source_is_deleted_only_when_its_name_is_typed(admin: Visitor, house: House) -> None:
    principal, sources = house.principal("admin"), house.assembly.windrow.sources
    number = sources.create(principal, SourceDraft("Doomed", "csw", "https://example.org/csw")).source.id

    wrong = admin.post(f"/sources/{number}/delete", {"name": "doomed"})
    right = admin.post(f"/sources/{number}/delete", {"name": "Doomed"})

    assert (wrong.status, right.status, right.location) == (422, 303, "/sources")
    assert admin.get(f"/sources/{number}").status == 404


def test_a_source_is_retired_and_revived(admin: Visitor, house: House) -> None:
    principal, sources = house.principal("admin"), house.assembly.windrow.sources
    number = sources.create(principal, SourceDraft("Tired", "csw", "https://example.org/csw")).source.id

    retired = admin.post(f"/sources/{number}/retire")

    assert retired.location == f"/sources/{number}"
    assert "nothing is harvested any more" in admin.get(f"/sources/{number}").text
    assert "Tired" not in admin.get("/sources").text
    assert "Tired" in admin.get("/sources?retired=true").text
    assert admin.post(f"/sources/{number}/revive").location == f"/sources/{number}/settings"
    assert "Tired" in admin.get("/sources").text


def test_a_harvest_under_way_is_told_when_another_is_asked_for(admin: Visitor, house: House) -> None:
    principal, sources = house.principal("admin"), house.assembly.windrow.sources
    number = sources.create(principal, SourceDraft("Busy", "csw", "https://example.org/csw")).source.id
    first = admin.post(f"/sources/{number}/harvest")

    second = admin.post(f"/sources/{number}/harvest")
    cancelled = admin.post(f"{first.location}/cancel")

    assert (second.status, "Not just now" in second.text, "cancel it first" in second.text) == (409, True, True)
    assert cancelled.location == first.location
    assert "cancelled" in admin.get(first.location).text


def test_a_token_is_shown_once_and_revoked_at_once(admin: Visitor, house: House) -> None:
    made = admin.post("/account/tokens", {"name": "for a script", "scope": ["read"], "life": "a week"})
    secret = re.search(r"wr_[\w-]+", made.html)
    assert secret
    revoke = next(each for each in admin.get("/account").forms if each.endswith("/revoke"))

    assert house.bearer(secret[0])("GET", "/me").status == 200
    assert secret[0] not in admin.get("/account").html
    assert admin.post(revoke).location == "/account"

    assert house.bearer(secret[0])("GET", "/me").status == 401


def test_a_search_that_cannot_be_is_told_and_keeps_what_was_typed(admin: Visitor) -> None:
    seen = admin.get("/records?bbox=1,2,3&since=yesterday&q=water")

    assert seen.status == 422
    assert 'value="1,2,3"' in seen.html
    assert 'value="water"' in seen.html


def test_a_form_that_is_too_large_is_refused(admin: Visitor) -> None:
    assert admin.post("/theme", {"theme": "x" * (1 << 21)}).status in (413, 422)


def test_the_log_of_a_run_can_be_followed_from_an_entry_on(admin: Visitor, house: House) -> None:
    principal, windrow = house.principal("admin"), house.assembly.windrow
    number = windrow.sources.create(principal, SourceDraft("Followed", "csw", "http://127.0.0.1:9/csw")).source.id
    run = windrow.sources.harvest(principal, number)
    windrow.runs.cancel(principal, run.id)

    seen = admin.get(f"/runs/{run.id}/live", {"Last-Event-ID": "3"})

    assert seen.headers["content-type"].startswith("text/event-stream")
    assert re.findall(r"^event: (\w+)", seen.html, re.MULTILINE) == ["progress", "ended"]


def test_a_comparison_lists_what_a_change_would_do(
    admin: Visitor, house: House, pycsw: Pycsw, start_pycsw: Callable[..., Pycsw]
) -> None:
    principal, windrow = house.principal("admin"), house.assembly.windrow
    smaller, kept = start_pycsw([RECORDS / "cite"]), len(list((RECORDS / "cite").glob("*.xml")))
    number = windrow.sources.create(principal, SourceDraft("Compared", "csw", pycsw.csw_url)).source.id
    windrow.sources.harvest(principal, number)
    house.carry_out()

    started = admin.post(f"/sources/{number}/settings/compare", {"name": "Compared", "url": smaller.csw_url})
    house.carry_out()
    seen = admin.get(started.location)

    assert started.status == 303
    assert "What would change" in seen.text
    assert seen.html.count(">removed</span>") == 32 - kept
    assert windrow.sources.get(principal, number).resources == 32


def test_resources_are_told_apart_and_taken_out_of_the_catalogue(admin: Visitor, house: House, pycsw: Pycsw) -> None:
    principal, windrow = house.principal("admin"), house.assembly.windrow
    number = windrow.sources.create(principal, SourceDraft("Sorted", "csw", pycsw.csw_url)).source.id
    windrow.sources.harvest(principal, number)
    house.carry_out()
    path = f"/sources/{number}/resources"
    chosen = re.findall(r'name="id" value="(\d+)"', admin.get(f"{path}?q=Pohnpei").html)

    done = admin.post(path, {"id": chosen, "action": "unwant", "wanted": "no"})

    assert (len(chosen), done.status, done.location) == (1, 303, f"{path}?wanted=no")
    assert "Pohnpei" in admin.get(done.location).text
    assert admin.get(f"/records/{chosen[0]}").status == 404
    assert admin.post(path, {"action": "want"}).status == 422
    assert admin.post(path, {"id": chosen, "action": "eat"}).status == 422


def test_workers_are_shown_drained_and_stopped(admin: Visitor, house: House) -> None:
    now = house.assembly.clock()
    worker = Worker(new_id(), WorkerRole.WORKER, "barn", 4711, "embedded", ("default",), 4, now, now, memory=50_000_000)
    house.assembly.store.workers.beat(worker)

    before = admin.get("/workers")
    drained = admin.post(f"/workers/{worker.id}/drain")

    assert "barn, process 4711" in before.text
    assert "50.0 MB" in before.text
    assert drained.location == "/workers"
    assert "draining" in admin.get("/workers").text
    assert admin.post(f"/workers/{worker.id}/stop").location == "/workers"
    assert "stopping" in admin.get("/workers").text


def test_the_hours_of_a_host_are_said_seen_and_taken_back(admin: Visitor) -> None:
    row = "when.blackouts.0."
    hours = {"host": "Slow.test", f"{row}begin": "08:00", f"{row}end": "18:00", f"{row}days": ["0", "1", "2"]}

    said = admin.post("/hosts", hours)
    page = admin.get(said.location)
    listed = admin.get("/workers")
    taken = admin.post("/hosts", {"host": "slow.test", "release": "yes"})

    assert (said.status, said.location) == (303, "/hosts?host=slow.test")
    assert "never Mon-Wed 08:00-18:00 UTC" in page.text
    assert 'value="08:00"' in page.html
    assert "slow.test never Mon-Wed 08:00-18:00 UTC" in listed.text
    assert (taken.location, "slow.test" in admin.get("/hosts").text) == ("/hosts", False)


def test_hours_that_cannot_be_are_pointed_at(admin: Visitor) -> None:
    row = "when.windows.0."

    nothing = admin.post("/hosts", {"host": "slow.test"})
    url = admin.post("/hosts", {"host": "https://slow.test/", f"{row}begin": "08:00"})
    zone = admin.post("/hosts", {"host": "slow.test", f"{row}begin": "08:00", f"{row}zone": "Mars"})

    assert (nothing.status, url.status, zone.status) == (422, 422, 422)
    assert "or windows are needed" in nothing.text
    assert "must be a name such as catalogue.example.org" in url.text
    assert "row 1: 'Mars' is no IANA time zone" in zone.text
    assert 'value="Mars"' in zone.html
    assert admin.post("/hosts", {"host": "slow.test", "release": "yes"}).status == 404


def test_a_user_is_made_changed_and_switched_off(admin: Visitor, house: House) -> None:
    made = admin.post("/users", {"name": "newcomer", "role": "viewer", "team": "maps", "password": "a long password"})
    user = house.principal("newcomer")
    somebody = visitor(house, "newcomer")

    taken = admin.post("/users", {"name": "newcomer", "role": "viewer"})
    changed = admin.post(f"/users/{user.user_id}", {"role": "operator"})
    role = house.principal("newcomer").role
    off = admin.post(f"/users/{user.user_id}", {"active": "off"})

    assert (made.status, taken.status, changed.status, off.status) == (200, 409, 303, 303)
    assert role is Role.OPERATOR
    assert somebody.get("/").location == "/sign-in"


def test_the_last_admin_cannot_lock_everybody_out(admin: Visitor, house: House) -> None:
    seen = admin.post(f"/users/{house.principal('admin').user_id}", {"active": "off"})

    assert (seen.status, "last active admin" in seen.text) == (409, True)


def test_the_editor_of_a_source_tells_when_its_host_is_closed(admin: Visitor, house: House) -> None:
    principal, host = house.principal("admin"), "closed.example.org"
    draft = SourceDraft("Closed", "csw", f"https://{host}/csw", schedule=Schedule(Cron("0 12 * * *")))
    number = house.assembly.windrow.sources.create(principal, draft).source.id
    house.assembly.windrow.hosts.set_hours(principal, host, Hours(windows=(Window(time(6), time(8)),)))
    asked = "scheduled=on&when.trigger=cron&when.expression=0+5+*+*+*"

    told = admin.get(f"/schedules/explain?{asked}&when.source={number}")
    preset = admin.get(f"/schedules/editor?when.preset=weekdays&when.of=source&when.source={number}")
    settings = admin.get(f"/sources/{number}/settings")
    listed = admin.get("/schedules?kind=harvest")
    calendar = admin.get(f"/calendar?day={house.assembly.clock().date() + timedelta(days=1)}")

    assert f"waits until 06:00: {host} is closed" in told.text
    assert all(f'name="when.source" value="{number}"' in page.html for page in (preset, settings))
    assert "is closed" not in admin.get(f"/schedules/explain?{asked}").text
    assert f"06:00: {host} is closed" in listed.text
    assert "Closed waits until" in calendar.text
    assert admin.get(f"/schedules/explain?{asked}&when.source=4711").status == 404
