"""Where reports go, and how what runs made is looked at, in a real browser."""

from playwright.sync_api import Page, expect

from tests.console.watching import Watched
from tests.core.notifying.receiver import receiving
from tests.web.serving import House
from windrow.core.runs import TaskDraft

STRANGER = """<!doctype html><title>made by a stranger</title><h1 id="told">Figures</h1><img src="/api/v1/me">
<script>document.getElementById("told").textContent = "it ran"; parent.document.title = "taken"</script>"""


def test_a_destination_is_made_tried_and_deleted(desk: Page, house: House, watched: Watched) -> None:
    watched.forgiven.append("422")
    with receiving() as receiver:
        desk.goto(f"{house.base}/destinations")
        desk.get_by_label("Name", exact=True).fill("Board")
        desk.get_by_label("Address", exact=True).fill(f"{receiver.url}/t0ken")
        desk.get_by_role("button", name="Make it").click()
        expect(desk.locator("#secret-text")).to_contain_text("whsec_")
        desk.get_by_role("button", name="Send a test to Board").click()
        expect(desk.get_by_role("region", name="Destinations")).to_contain_text("arrives")
        assert [each.json["type"] for each in receiver.received] == ["report.test"]

    desk.get_by_text("Another name or address").click()
    desk.get_by_label("New address of Board").fill("mailto://ann@example.org")
    desk.get_by_role("button", name="Change it").click()
    expect(desk.get_by_role("main")).to_contain_text("is no webhook's")
    assert "t0ken" not in desk.content()
    desk.get_by_label("New name of Board").fill("Council")
    desk.get_by_role("button", name="Change it").click()
    expect(desk.get_by_role("region", name="Destinations")).to_contain_text("Council")
    desk.on("dialog", lambda dialog: dialog.accept())
    desk.get_by_role("button", name="Delete Council").click()
    expect(desk.get_by_role("main")).to_contain_text("No destinations yet")


def test_a_page_that_a_run_made_is_shown_and_can_do_nothing(desk: Page, house: House, watched: Watched) -> None:
    watched.forgiven += ["Content Security Policy", "sandboxed"]
    windrow, admin = house.assembly.windrow, house.principal("admin")
    given = {"files": {"figures.html": STRANGER}, "media_type": "text/html"}
    task = windrow.tasks.create(admin, TaskDraft("Figures", "stepping", given))
    run = windrow.tasks.start(admin, task.id)
    house.carry_out()
    answered: list[str] = []

    desk.goto(f"{house.base}/runs/{run.id}")
    desk.on("response", lambda response: answered.append(response.url))
    desk.get_by_role("link", name="Show figures.html").click()

    sheet = desk.frame_locator("iframe.sheet")
    expect(sheet.locator("#told")).to_have_text("Figures")
    expect(desk).to_have_title("figures.html · Windrow")
    assert not any(url.endswith("/api/v1/me") for url in answered)
    alone = house.holder("admin")("GET", f"//runs/{run.id}/outputs/figures.html")
    assert (alone.status, "sandbox" in alone.headers["content-security-policy"]) == (200, True)
    assert house.holder("admin")("GET", f"//runs/{run.id}/look/strange.html").status == 404
