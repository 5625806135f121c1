"""The tab of a source's targets: add one by its kind's form, check, push, see what failed, change, remove."""

import re

import pytest

from tests.console.visiting import Visitor, visitor
from tests.remotes.scripts import reply
from tests.remotes.server import Remote
from tests.web.serving import House
from tests.web.world import fill_folder
from windrow.core.source_drafts import SourceDraft
from windrow.errors import Unfit
from windrow.model.identity import new_id
from windrow.ports.targets import Item, TargetRequest


@pytest.fixture(scope="module")
def admin(house: House) -> Visitor:
    return visitor(house, "admin")


@pytest.fixture
def source(house: House, remote: Remote) -> int:
    """The number of a harvested source of two records."""
    fill_folder(remote, 2)
    remote.on("/depot", reply(b"here"))
    principal, sources = house.principal("admin"), house.assembly.windrow.sources
    made = sources.create(principal, SourceDraft(f"Folder {new_id()}", "waf", remote.url("/waf/"))).source
    sources.harvest(principal, made.id)
    house.carry_out()
    return made.id


def filled(remote: Remote, **changes: str) -> dict[str, str]:
    usual = {"name": "The depot", "kind": "depot", "url": remote.url("/depot"), "enabled": "on"}
    return {**usual, "settings.posted": "yes", "settings.rack": "north", "requests_per_second": "0", **changes}


def test_add_push_look_change_withdraw(house: House, admin: Visitor, remote: Remote, source: int) -> None:
    tab = f"/sources/{source}/targets"
    assert "Pushed nowhere" in admin.get(tab).text
    assert 'name="settings.rack"' in admin.get(f"{tab}/new?kind=depot").html

    page = admin.post(tab, filled(remote)).location
    assert re.fullmatch(rf"{tab}/\d+", page)
    assert "It would take records." in admin.post(f"{page}/check").text
    run = admin.post(f"{tab}/push").location
    house.carry_out()

    assert "2 pushed" in admin.get(run).text
    assert "2 pushed 0 waiting 0 failed" in admin.get(page).text
    assert house.depot.requests[-1].settings == {"rack": "north"}
    seen = re.search(r'name="seen" value="([^"]+)"', admin.get(page).html)
    assert seen is not None
    changed = filled(remote, name="Another", seen=seen[1])
    assert admin.post(page, changed).location == page
    assert "Another" in admin.get(tab).text
    assert admin.post(page, changed).status == 409

    run = admin.post(f"{page}/remove", {"withdraw": "yes"}).location
    house.carry_out()
    assert "2 removed" in admin.get(run).text
    assert admin.get(page).status == 404
    assert "Pushed nowhere" in admin.get(tab).text


def test_what_failed_is_shown_with_its_problem(house: House, admin: Visitor, remote: Remote, source: int) -> None:
    def refuse(request: TargetRequest, item: Item) -> None:
        raise Unfit("<b>no licence</b>")

    page = admin.post(f"/sources/{source}/targets", filled(remote)).location
    house.depot.before = refuse
    admin.post(f"{page}/push", {"full": "yes"})
    house.carry_out()
    house.depot.before = lambda request, item: None

    seen = admin.get(f"{page}?failed=yes")

    assert "0 pushed 0 waiting 2 failed" in seen.text
    assert "&lt;b&gt;no licence" in seen.html
    assert admin.post(f"{page}/remove").location == f"/sources/{source}/targets"


def test_a_form_that_is_wrong_comes_back_with_every_fault_and_all_that_was_typed(
    admin: Visitor, remote: Remote, source: int
) -> None:
    tab = f"/sources/{source}/targets"

    seen = admin.post(tab, filled(remote, concurrency="0", credential="bearer"))
    assert seen.status == 422
    assert re.findall(r'class="problem" id="([^"]+)-problem"', seen.html) == ["concurrency", "secret"]
    assert 'value="north"' in seen.html

    assert "lies outside of the folders" in admin.post(tab, filled(remote, url="file:///etc")).text
    admin.post(tab, filled(remote))
    assert "has a target" in admin.post(tab, filled(remote)).text
    assert admin.get(f"{tab}/new?kind=barn").status == 422
