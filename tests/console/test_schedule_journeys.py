"""Journeys through tasks and schedules in a real browser."""

import re

from playwright.sync_api import Page, expect

from tests.console.watching import Watched
from tests.web.serving import House
from windrow.core.runs import TaskDraft
from windrow.model.schedules import Schedule
from windrow.model.triggers import Cron


def test_the_editor_explains_itself_while_somebody_types(desk: Page, house: House) -> None:
    desk.goto(f"{house.base}/tasks/new?kind=stepping")
    desk.get_by_label("Name", exact=True).fill("Morning count")
    desk.get_by_label("Run by itself").check()
    expect(desk.locator("#told")).to_contain_text("Every day")

    desk.get_by_label("When", exact=True).select_option("cron")
    desk.get_by_label("Cron expression").fill("0 25 * * *")
    expect(desk.locator("#told")).to_contain_text("position 3: hour goes from 0 to 23")
    desk.get_by_label("Begin with a preset").select_option("weekdays")
    expect(desk.get_by_label("Cron expression")).to_have_value("0 6 * * MON-FRI")
    desk.get_by_label("Time zone").fill("Europe/Berlin")
    expect(desk.locator("#told")).to_contain_text("by the clock of Europe/Berlin")
    expect(desk.locator(".moments tr")).to_have_count(10)
    desk.get_by_role("button", name="Save the task").click()

    desk.wait_for_url(re.compile("/tasks/[0-9a-f-]{36}$"))
    expect(desk.get_by_role("heading", name="Morning count")).to_be_visible()
    expect(desk.get_by_label("The next moments")).to_contain_text("06:00")


def test_a_task_is_run_and_paused_and_found_in_the_calendar_by_keys(desk: Page, house: House) -> None:
    draft = TaskDraft("Nightly count", "stepping", schedule=Schedule(Cron("30 2 * * *")))
    task = house.assembly.windrow.tasks.create(house.principal("admin"), draft)
    desk.goto(f"{house.base}/tasks/{task.id}")

    desk.get_by_role("button", name="Run now").click()
    desk.wait_for_url(re.compile("/runs/"))
    house.carry_out()
    desk.goto(f"{house.base}/tasks/{task.id}")
    expect(desk.locator("svg.bars a")).to_have_count(1)
    desk.get_by_role("button", name="Pause").click()
    expect(desk.get_by_text("Somebody switched its schedule off")).to_be_visible()
    desk.get_by_role("button", name="Resume").click()
    expect(desk.get_by_role("button", name="Pause")).to_be_visible()
    desk.wait_for_function("document.documentElement.classList.contains('scripted')")
    desk.keyboard.press("g")
    desk.keyboard.press("d")
    desk.wait_for_url(re.compile("/schedules$"))
    expect(desk.get_by_role("link", name="Nightly count")).to_be_visible()
    desk.get_by_role("navigation", name="Views").get_by_role("link", name="Week").click()

    desk.wait_for_url(re.compile("/calendar"))
    desk.locator("svg.week a").last.click()
    desk.wait_for_url(re.compile("view=day"))


def test_pages_of_schedules_fit_a_phone(desk: Page, house: House, watched: Watched) -> None:
    draft = TaskDraft("Office hours", "stepping", schedule=Schedule(Cron("0 8-17 * * MON-FRI", "Europe/Berlin")))
    task = house.assembly.windrow.tasks.create(house.principal("admin"), draft)
    desk.set_viewport_size({"width": 360, "height": 740})

    for path in (
        *("/tasks", f"/tasks/{task.id}", f"/tasks/{task.id}/settings", "/tasks/new?kind=stepping"),
        *("/schedules", "/calendar", "/calendar?view=week"),
    ):
        desk.goto(house.base + path)
        expect(desk.locator("main h1")).to_be_visible()
        assert watched.overflow() == 0, path
