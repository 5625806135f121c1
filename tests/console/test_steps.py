"""A pipeline's page: its steps drawn and listed, each leading to its run, and the way back."""

from playwright.sync_api import Page, expect

from tests.web.serving import House
from windrow.core.runs import TaskDraft


def test_steps_are_drawn_and_lead_to_their_runs_and_back(desk: Page, house: House) -> None:
    windrow, admin = house.assembly.windrow, house.principal("admin")
    steps = [
        {"name": "fetch", "kind": "stepping"},
        {"name": "report", "kind": "stepping", "after": ["fetch"]},
        {"name": "never", "kind": "stepping", "after": ["fetch"], "when": "false"},
    ]
    task = windrow.tasks.create(admin, TaskDraft("Nightly", "pipeline", {"steps": steps}))
    run = windrow.tasks.start(admin, task.id)
    while not windrow.runs.get(admin, run.id).state.is_terminal:
        house.carry_out()
        house.assembly.consequences.draw()

    desk.goto(f"{house.base}/runs/{run.id}")
    card = desk.get_by_role("region", name="Steps")
    expect(card.locator("svg.steps rect")).to_have_count(3)
    expect(card.locator("svg.steps path.steps-line")).to_have_count(2)
    expect(card).to_contain_text("Its condition does not hold: false")
    card.get_by_role("link", name="report").click()

    expect(desk.get_by_role("heading", name="Nightly: report", level=1)).to_be_visible()
    desk.get_by_role("link", name="Nightly", exact=True).click()
    expect(desk.get_by_role("region", name="Steps")).to_be_visible()
    expect(desk.locator("#log")).to_contain_text("Step report begun")

    again = desk.get_by_role("region", name="Steps").get_by_role("button", name="From here again at report")
    again.click()

    expect(desk.get_by_role("region", name="Steps")).to_contain_text("kept from the run before")
    expect(desk.get_by_role("link", name="an earlier run")).to_be_visible()
    newest = windrow.runs.page(admin, task_id=task.id, limit=1).items[0]
    assert newest.rerun_of == run.id
    windrow.runs.cancel(admin, newest.id)
    desk.goto(f"{house.base}/runs/{run.id}")
    desk.get_by_role("button", name="Run again").click()
    expect(desk.get_by_role("link", name="an earlier run")).to_be_visible()
    windrow.runs.cancel(admin, windrow.runs.page(admin, task_id=task.id, limit=1).items[0].id)
