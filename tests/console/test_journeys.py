"""Journeys through the console in a real browser, against a real catalogue server."""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

from playwright.sync_api import Page, expect

from samples.servers.pycsw import Pycsw
from tests.console.watching import Watched
from tests.servers.pycsw import RECORDS
from tests.web.serving import PASSWORD, House
from windrow.core.notifications import NotificationDraft
from windrow.core.source_drafts import SourceDraft
from windrow.model.notifications import Channel
from windrow.model.sources import Health
from windrow.ports.catalogue import Search
from windrow.ports.sources import ResourceFilter

EVERYTHING = ResourceFilter()


def test_a_person_signs_in_and_out(watched: Watched, house: House) -> None:
    page = watched.page
    watched.forgiven.append("401")

    page.goto(f"{house.base}/runs?state=failed")
    page.get_by_label("Name").fill("admin")
    page.get_by_label("Password").fill("not this one")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("The name or the password is wrong.")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{house.base}/runs?state=failed")
    page.get_by_role("button", name="Sign out").click()

    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.goto(house.base)
    expect(page).to_have_url(f"{house.base}/sign-in")


def test_a_source_is_added_from_its_address_and_its_first_harvest_watched_to_the_end(
    desk: Page, house: House, pycsw: Pycsw
) -> None:
    desk.goto(house.base)
    desk.get_by_label("Address of the catalogue").fill(pycsw.csw_url)
    desk.get_by_role("button", name="Look at it").click()
    desk.get_by_role("button", name="Look at it").click()
    expect(desk.get_by_text("This is CSW 2.0.2")).to_be_visible()
    expect(desk.get_by_role("heading", name="32 records at")).to_be_visible()
    desk.get_by_label("Name", exact=True).fill("Sample catalogue")
    desk.get_by_role("button", name="Save the source").click()

    expect(desk.get_by_role("heading", name="Harvest Sample catalogue")).to_be_visible()
    expect(desk.locator(".progress")).to_have_attribute("data-state", "queued")
    desk.evaluate("window.stayed = true")
    with carrying_out(house):
        expect(desk.locator(".progress")).to_have_attribute("data-state", "succeeded")
    expect(desk.get_by_text("32 added", exact=True).first).to_be_visible()
    expect(desk.get_by_role("list", name="Log entries")).to_contain_text("everything was seen")
    expect(desk.get_by_role("button", name="Harvest again")).to_be_visible()
    assert desk.evaluate("window.stayed"), "the page was loaded anew"


def test_a_search_shows_its_results_as_a_list_and_as_boxes(desk: Page, house: House, pycsw: Pycsw) -> None:
    number = harvested(house, pycsw)

    desk.goto(f"{house.base}/records?source={number}")
    expect(desk.locator("#map")).to_have_attribute("data-drawn", re.compile("world-110m"))
    everything = int(desk.locator("#map").get_attribute("data-boxes") or 0)
    desk.get_by_label("Search all records").fill("Pohnpei")
    expect(desk.get_by_role("status")).to_have_text("1 record")
    expect(desk.locator("#map")).to_have_attribute("data-boxes", "1")
    expect(desk).to_have_url(re.compile("q=Pohnpei"))
    desk.get_by_role("link", name="PacIOOS Nearshore Sensor 06").hover()

    assert everything > 5
    expect(desk.locator("[data-record].lit")).to_have_count(1)


def test_an_area_is_drawn_and_searched_in(desk: Page, house: House, pycsw: Pycsw) -> None:
    harvested(house, pycsw)
    desk.goto(f"{house.base}/records")
    box = desk.locator("#map").bounding_box()
    assert box is not None

    desk.get_by_role("button", name="Draw a box").click()
    desk.mouse.move(box["x"] + 60, box["y"] + 260)
    desk.mouse.down()
    desk.mouse.move(box["x"] + 200, box["y"] + 400, steps=4)
    desk.mouse.up()
    expect(desk).to_have_url(re.compile("bbox="))
    expect(desk.get_by_role("button", name="Clear the area")).to_be_visible()
    desk.get_by_role("button", name="Clear the area").click()

    expect(desk).not_to_have_url(re.compile("bbox="))


def test_facets_narrow_a_search_and_stay_open(desk: Page, house: House, pycsw: Pycsw) -> None:
    harvested(house, pycsw)
    desk.goto(f"{house.base}/records")

    desk.locator("#menu-type summary").click()
    desk.get_by_label("service").check()
    expect(desk).to_have_url(re.compile("type=service"))

    expect(desk.locator("#menu-type")).to_have_attribute("open", "")
    badges = desk.locator(".result .badge").all_inner_texts()
    assert badges
    assert set(badges) == {"service"}


def test_a_record_tells_all_that_is_known_of_it(desk: Page, house: House, pycsw: Pycsw) -> None:
    number = harvested(house, pycsw)
    desk.goto(f"{house.base}/records?q=Pohnpei&source={number}")

    desk.get_by_role("link", name="PacIOOS Nearshore Sensor 06").click()
    expect(desk.locator("#map")).to_have_attribute("data-boxes", "1")
    for told in ("Margaret McManus", "NS06agg", "THREDDS Catalog", "7 May 2010 to"):
        expect(desk.get_by_text(told).first).to_be_visible()
    desk.get_by_role("link", name="Show it").click()

    expect(desk.locator("pre.raw")).to_contain_text("MI_Metadata")


def test_a_record_is_corrected_and_given_back(desk: Page, house: House, pycsw: Pycsw) -> None:
    number = harvested(house, pycsw)
    desk.goto(f"{house.base}/records?q=Pohnpei&source={number}")
    desk.get_by_role("link", name="PacIOOS Nearshore Sensor 06").click()

    desk.get_by_role("link", name="Edit").click()
    desk.get_by_label("Title", exact=True).fill("A sensor near Pohnpei")
    desk.get_by_label("When the source changes: Title").select_option("Take the source's next change")
    desk.get_by_label("Name of contacts 1").fill("Ada")
    desk.get_by_role("button", name="Save").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("A sensor near Pohnpei")
    for told in ("At the source: PacIOOS Nearshore Sensor 06", "until the source changes it", "Margaret McManus"):
        expect(desk.get_by_text(told).first).to_be_visible()
    desk.locator("#edit-title").get_by_role("button", name="Take the source's").click()

    expect(desk.get_by_role("heading", level=1)).to_contain_text("PacIOOS Nearshore Sensor 06")
    expect(desk.locator("#edit-contacts")).to_be_visible()
    expect(desk.locator("#edit-title")).to_have_count(0)
    desk.locator("#edit-contacts").get_by_role("button", name="Take the source's").click()
    expect(desk.locator("#edit-contacts")).to_have_count(0)


def test_a_held_deletion_waits_for_a_person(desk: Page, house: House, start_pycsw: Callable[..., Pycsw]) -> None:
    catalogue = start_pycsw([RECORDS / "apiso"])
    number = harvested(house, catalogue, name="Shrinking")
    records = house.assembly.windrow.catalogue
    admin = house.principal("admin")
    gone = house.assembly.windrow.sources.resources(admin, number, EVERYTHING, limit=8).items
    for each in gone:
        catalogue.delete(each.identifier)
    harvest(house, number)

    desk.goto(house.base)
    desk.get_by_role("link", name="Shrinking", exact=True).click()
    expect(desk.get_by_role("heading", name=re.compile(r"^8 of \d+ records would be deleted"))).to_be_visible()
    expect(desk.get_by_role("region", name="What is missing").get_by_role("listitem")).to_have_count(8)
    desk.get_by_role("button", name="Keep them").click()
    expect(desk.get_by_role("region", name="Decisions")).to_contain_text("kept")
    assert records.get(admin, gone[0].id).id == gone[0].id

    harvest(house, number)
    desk.goto(f"{house.base}/sources/{number}/guard")
    desk.get_by_role("button", name="Let the deletion through").click()
    expect(desk.get_by_role("region", name="Decisions")).to_contain_text("let through")
    desk.goto(f"{house.base}/sources/{number}/resources?presence=gone")
    expect(desk.locator("tbody tr")).to_have_count(8)
    desk.get_by_label("All of this source").check()
    desk.get_by_role("button", name="Restore").click()

    expect(desk.get_by_text("No resources here")).to_be_visible()
    assert house.assembly.windrow.sources.get(admin, number).health is not Health.HELD


COLOURS: tuple[Literal["light", "dark"], ...] = ("light", "dark")
PAGES = ("/", "/sources", "/sources/new", "/runs", "/records", "/workers", "/users", "/account")


def test_no_page_is_wider_than_a_phone(desk: Page, watched: Watched, house: House, pycsw: Pycsw) -> None:
    number = harvested(house, pycsw)
    run = house.assembly.windrow.sources.view(house.principal("admin"), number).last_run
    assert run is not None
    record = first_record(house, number)
    notification = NotificationDraft("A name as long as people give", Channel.WEBHOOK, f"https://{'long' * 12}.org/x")
    house.assembly.windrow.notifications.create(house.principal("admin"), number, notification)
    words = ("", "/resources", "/edits", "/history", "/guard", "/targets", "/notifications", "/settings", "/delete")
    tabs = [f"/sources/{number}{word}" for word in words]
    desk.set_viewport_size({"width": 390, "height": 844})

    wide = {}
    of_record = (f"/records/{record}", f"/records/{record}/edit")
    for path in (*PAGES, *tabs, f"/runs/{run.id}", f"/runs/{run.id}/parts", *of_record):
        desk.goto(house.base + path)
        expect(desk.locator("main")).to_be_visible()
        wide[path] = watched.overflow()

    assert {path: pixels for path, pixels in wide.items() if pixels} == {}


def first_record(house: House, source: int) -> int:
    """A record of the source, with an edit."""
    admin, windrow = house.principal("admin"), house.assembly.windrow
    record = windrow.catalogue.search(admin, Search(sources=(source,)), limit=1).items[0].id
    return windrow.editing.edit(admin, record, {"licence": "CC0 " * 50, "keywords": ["x" * 200]}).id


def test_pages_and_map_follow_the_systems_colours(desk: Page, house: House) -> None:
    desk.goto(f"{house.base}/records")
    seen = {}
    for scheme in COLOURS:
        desk.emulate_media(color_scheme=scheme)
        seen[scheme] = [desk.evaluate(f"getComputedStyle({each}).backgroundColor") for each in ("document.body", "map")]

    assert seen["light"] != seen["dark"]
    assert seen["dark"] == ["rgba(0, 0, 0, 0)", "rgb(14, 26, 32)"]


def test_colours_are_switched_at_once_and_kept(desk: Page, house: House) -> None:
    desk.goto(house.base)

    with desk.expect_response("**/theme"):
        desk.get_by_role("button", name="Dark").click()
    expect(desk.locator("html")).to_have_attribute("data-theme", "dark")
    desk.goto(f"{house.base}/sources")

    expect(desk.locator("html")).to_have_attribute("data-theme", "dark")
    expect(desk.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")


def test_everything_is_reached_by_keys(desk: Page, house: House, pycsw: Pycsw) -> None:
    harvested(house, pycsw)
    desk.goto(house.base)

    desk.keyboard.press("Tab")
    expect(desk.get_by_role("link", name="Skip to the content")).to_be_focused()
    desk.keyboard.press("Enter")
    expect(desk.locator("main")).to_be_focused()
    desk.keyboard.press("?")
    expect(desk.get_by_role("dialog")).to_be_visible()
    desk.keyboard.press("Escape")
    desk.keyboard.press("/")
    expect(desk.get_by_label("Search all records")).to_be_focused()
    desk.keyboard.type("ortho")
    desk.keyboard.press("Enter")
    desk.wait_for_url(re.compile("/records\\?q=ortho"))
    desk.keyboard.press("j")
    desk.keyboard.press("j")
    desk.keyboard.press("k")
    expect(desk.locator(".result").first).to_have_class(re.compile("marked"))
    title = desk.locator(".result .title").first.inner_text()
    desk.keyboard.press("Enter")
    desk.wait_for_url(re.compile("/records/"))
    expect(desk.get_by_role("heading", level=1)).to_have_text(title)
    desk.keyboard.press("g")
    desk.keyboard.press("s")

    expect(desk).to_have_url(f"{house.base}/sources")


def test_a_list_that_renews_itself_keeps_its_marked_row(desk: Page, house: House, pycsw: Pycsw) -> None:
    harvested(house, pycsw)
    desk.goto(f"{house.base}/sources")

    desk.keyboard.press("j")
    with desk.expect_response(f"{house.base}/sources"):
        expect(desk.locator("tr.marked")).to_have_count(1)

    expect(desk.locator("tr.marked a.title")).to_be_focused()


@contextmanager
def carrying_out(house: House) -> Iterator[None]:
    """Meanwhile another thread does what is queued."""
    worker = threading.Thread(target=house.carry_out)
    worker.start()
    yield
    worker.join()


def harvested(house: House, catalogue: Pycsw, *, name: str = "Harvested") -> int:
    """The number of a source of this name, harvested once."""
    sources, admin = house.assembly.windrow.sources, house.principal("admin")
    known = {each.source.name: each.source.id for each in sources.page(admin).items}
    if name in known:
        return known[name]
    made = sources.create(admin, SourceDraft(name=name, kind="csw", url=catalogue.csw_url))
    harvest(house, made.source.id)
    return made.source.id


def harvest(house: House, number: int) -> None:
    house.assembly.windrow.sources.harvest(house.principal("admin"), number)
    house.carry_out()
