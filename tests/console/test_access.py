"""The console is for everybody: by keyboard, by ear, in poor light, and without scripts."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from samples.servers.pycsw import Pycsw
from tests.web.serving import PASSWORD, House
from windrow.console.assets import FOLDER
from windrow.core.source_drafts import SourceDraft
from windrow.ports.catalogue import Search

ROLES = ("button", "link", "textbox", "searchbox", "checkbox", "combobox", "radio", "spinbutton", "progressbar")
TEXT = 4.5
"""The contrast that text must have (WCAG 2.2, 1.4.3, level AA)."""

CONTROL = 3.0
"""The contrast of the borders of controls (1.4.11)."""

PAIRS = [
    *(("ink", ground, TEXT) for ground in ("paper", "card", "sunken", "accent-wash", "idle-wash")),
    *(("soft", ground, TEXT) for ground in ("paper", "card", "sunken", "idle-wash", "accent-wash")),
    *(("accent", ground, TEXT) for ground in ("paper", "card", "accent-wash", "idle-wash")),
    ("accent-ink", "accent", TEXT),
    *((tone, ground, TEXT) for tone in ("ok", "live", "warn", "bad", "idle") for ground in (f"{tone}-wash", "card")),
    *(("edge", ground, CONTROL) for ground in ("paper", "card")),
]


@pytest.fixture
def plain_page(browser: Browser) -> Iterator[Page]:
    """A page of a browser that runs no scripts."""
    context = browser.new_context(java_script_enabled=False)
    yield context.new_page()
    context.close()


def test_without_scripts_a_source_is_found_previewed_saved_and_harvested(
    plain_page: Page, house: House, pycsw: Pycsw
) -> None:
    page = plain_page
    page.goto(f"{house.base}/sources/new")
    page.get_by_label("Name").fill("admin")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()

    page.get_by_label("Address of the catalogue").fill(pycsw.csw_url)
    page.get_by_role("button", name="Look at it").click()
    page.get_by_label("Name", exact=True).fill("Without scripts")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("heading", name="32 records at")).to_be_visible()
    page.get_by_role("button", name="Save the source").click()
    house.carry_out()
    page.reload()

    expect(page.get_by_text("32 added", exact=True).first).to_be_visible()
    page.goto(f"{house.base}/records")
    page.get_by_label("Search all records").fill("Pohnpei")
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.get_by_role("link", name="PacIOOS Nearshore Sensor 06")).to_be_visible()


def test_whatever_can_be_used_has_a_name(desk: Page, house: House, pycsw: Pycsw) -> None:
    principal = house.principal("admin")
    draft = SourceDraft("Named", "stac", "https://example.org/stac")
    number = house.assembly.windrow.sources.create(principal, draft).source.id
    run = house.assembly.windrow.sources.harvest(principal, number)
    house.assembly.windrow.runs.cancel(principal, run.id)
    record = edited_record(house, pycsw)

    nameless = {}
    for path in (
        *("/", "/sources", "/sources/new", "/runs", "/records", "/workers", "/hosts", "/users", "/account"),
        *(f"/sources/{number}", f"/sources/{number}/resources", f"/sources/{number}/settings", f"/runs/{run.id}"),
        *(f"/records/{record}", f"/records/{record}/edit"),
    ):
        desk.goto(house.base + path)
        expect(desk.get_by_role("heading", level=1)).to_have_count(1)
        told = desk.locator("body").aria_snapshot()
        nameless[path] = re.findall(rf"^\s*- (?:{'|'.join(ROLES)})(?: \[[^\]]*\])*:?$", told, re.MULTILINE)

    assert {path: found for path, found in nameless.items() if found} == {}


def edited_record(house: House, pycsw: Pycsw) -> int:
    """A record with contacts and links, of which one is edited."""
    admin, windrow = house.principal("admin"), house.assembly.windrow
    source = windrow.sources.create(admin, SourceDraft("Edited", "csw", pycsw.csw_url)).source.id
    windrow.sources.harvest(admin, source)
    house.carry_out()
    found = windrow.catalogue.search(admin, Search(words="Pohnpei", sources=(source,)), limit=1).items[0]
    return windrow.editing.edit(admin, found.id, {"title": "Another", "links": [{"href": "https://example.org"}]}).id


@pytest.mark.parametrize(("ink", "ground", "least"), PAIRS)
@pytest.mark.parametrize("place", [0, 1], ids=["light", "dark"])
def test_colours_can_be_told_apart(ink: str, ground: str, least: float, place: int) -> None:
    colours = dict(re.findall(r"--([\w-]+): light-dark\(([^)]+)\)", (FOLDER / "console.css").read_text()))

    one, other = (light(colours[name].split(",")[place].strip()) for name in (ink, ground))

    assert (max(one, other) + 0.05) / (min(one, other) + 0.05) >= least


def light(colour: str) -> float:
    """The relative luminance of `#rrggbb` (WCAG 2.2)."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
