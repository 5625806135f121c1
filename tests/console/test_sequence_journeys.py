"""Journeys through sequences, walkers and the queue in a real browser."""

import re

from playwright.sync_api import Page, expect

from tests.console.watching import Watched
from tests.web.serving import House
from windrow.ports.walkers import Walk, walker, walkers_in

DOCUMENT = """{
  "requests": [
    {"method": "GET", "api": "https://a.example/t",
     "loop": {"by": "$.data", "requests": [{"method": "GET", "api": "https://a.example/{{ @.id }"}]}}
  ]
}"""


@walker("greet", schema={"type": "object", "properties": {"name": {"type": "string", "default": "world"}}})
def greet(walk: Walk) -> None:
    """Greets somebody."""
    walk.report(f"hello {walk.context['name']}")


def test_a_sequence_is_written_while_it_is_drawn_and_tried(desk: Page, house: House) -> None:
    desk.goto(f"{house.base}/sequences/new")
    desk.get_by_label("Name", exact=True).fill("Quotas")
    desk.get_by_label("Text").fill(DOCUMENT)
    wrong = desk.locator("#looked .wrong a")
    expect(wrong).to_have_text("line 4")
    wrong.click()
    assert "@.id }" in str(desk.evaluate("document.getSelection().toString()"))
    assert desk.evaluate("document.activeElement.id") == "document"

    desk.get_by_label("Text").fill(DOCUMENT.replace("@.id }", "@.id }}"))
    expect(desk.locator("#looked")).to_contain_text("Nothing is wrong: 2 steps")
    expect(desk.locator("svg.flow .flow-box")).to_have_count(2)
    expect(desk.locator("svg.flow .flow-loop")).to_have_count(1)
    desk.get_by_text("The same in words").click()
    desk.locator(".in-words a").last.click()
    assert "https://a.example/{{" in str(desk.evaluate("document.getSelection().toString()"))
    desk.get_by_text("Dry run: try it without a server").click()
    desk.get_by_label("Answers").fill('{"GET https://a.example/t": {"json": {"data": []}}}')
    desk.get_by_role("button", name="Try it").click()
    expect(desk.locator("#tried")).to_contain_text("1 step, nothing was sent")
    desk.get_by_role("button", name="Save", exact=True).click()

    desk.wait_for_url(re.compile("/tasks/[0-9a-f-]{36}$"))
    desk.get_by_role("link", name="Document").click()
    expect(desk.get_by_label("Text")).to_have_value(re.compile('"by": "\\$.data"'))


def test_new_pages_fit_a_phone_and_are_reached_by_keys(desk: Page, house: House, watched: Watched) -> None:
    (made,) = walkers_in(greet)
    house.assembly.walkers[made.name] = made
    desk.goto(f"{house.base}/walkers")
    desk.get_by_role("link", name="greet").click()
    desk.get_by_label("name").fill("Ann")
    desk.get_by_role("button", name="Run and wait").click()
    expect(desk.get_by_role("region", name="What it came to")).to_contain_text("hello Ann")
    desk.wait_for_function("document.documentElement.classList.contains('scripted')")
    desk.keyboard.press("Escape")
    desk.keyboard.press("g")
    desk.keyboard.press("q")
    desk.wait_for_url(re.compile("/queue$"))
    desk.set_viewport_size({"width": 360, "height": 740})

    for path in ("/queue", "/walkers", "/walkers/greet", "/sequences", "/sequences/new"):
        desk.goto(house.base + path)
        expect(desk.locator("main h1")).to_be_visible()
        assert watched.overflow() == 0, path
