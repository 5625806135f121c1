"""Takes the pictures of the console for the docs: `python -m tools.screenshots`, in docs/images.

Starts remotes and a Windrow of its own, harvests them, lets one remote shrink and another fail, and looks around.
"""

import re
import tempfile
import threading
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from demo.remotes import start_remotes
from samples.generator.__main__ import write_records
from samples.servers.daemon import program
from samples.servers.folder import FolderServer
from tests.servers.chromium import OPTIONS
from tests.web.serving import House, serve
from windrow.core.source_drafts import SourceDraft
from windrow.model.schedules import Schedule
from windrow.model.sources import Policies, Visibility
from windrow.model.triggers import Interval
from windrow.web.identity import SESSION_COOKIE

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
LAPTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}


def main() -> None:
    """Takes all pictures anew."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name, ExitStack() as running:
        folder = Path(name)
        house = running.enter_context(serve(folder / "data"))
        remotes = running.enter_context(start_remotes(folder / "remotes", made=1500, items=300))
        fill(house, [(each.name, each.url) for each in remotes], folder, running)
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=program("chromium", "chromium"), args=OPTIONS)
            take_all(house, chromium)
            chromium.close()


def fill(house: House, remotes: list[tuple[str, str]], folder: Path, running: ExitStack) -> None:
    """Sources of every health: harvested ones, one that shrank, one that fails, one that is paused."""
    kinds = ("csw", "oai_pmh", "stac", "waf")
    for place, ((name, url), kind) in enumerate(zip(remotes, kinds, strict=True)):
        public = Visibility.PUBLIC if place == 2 else Visibility.PRIVATE
        number = add(house, name.partition(" (")[0], kind, url, hours=6 * (place + 1), visibility=public)
        for _ in range(6 if place == 0 else 1):
            harvest(house, number)
    shrinking = folder / "shrinking"
    write_records(shrinking, 60, first=5000)
    served = running.enter_context(FolderServer(shrinking))
    number = add(house, "Regional open data", "waf", served.url, hours=24)
    harvest(house, number)
    for file in sorted(shrinking.rglob("*.xml"))[:17]:
        file.unlink()
    harvest(house, number)
    failing = add(house, "Coastal observatory", "csw", "http://127.0.0.1:9/csw", hours=2)
    harvest(house, failing)


def add(
    house: House, name: str, kind: str, url: str, *, hours: int, visibility: Visibility = Visibility.PRIVATE
) -> int:
    """A source with a schedule; returns its number."""
    admin, clock = house.principal("admin"), house.assembly.clock
    draft = SourceDraft(
        name=name,
        kind=kind,
        url=url,
        policies=Policies(requests_per_second=0),
        visibility=visibility,
        schedule=Schedule(Interval(timedelta(hours=hours), clock())),
    )
    return house.assembly.windrow.sources.create(admin, draft).source.id


def harvest(house: House, number: int) -> None:
    """Harvests a source to its end, with all its tries."""
    admin, windrow = house.principal("admin"), house.assembly.windrow
    run, pause = windrow.sources.harvest(admin, number, full=True), threading.Event()
    while not windrow.runs.get(admin, run.id).state.is_terminal:
        house.assembly.store.runs.promote(house.assembly.clock())
        house.carry_out()
        pause.wait(0.1)


def take_all(house: House, chromium: Browser) -> None:
    """Every picture; the live one last, because its run ends with it."""
    take(house, chromium, "console-sources", "/sources")
    take(house, chromium, "console-source", "/sources/1")
    take(house, chromium, "console-guard", "/sources/5/guard")
    take(house, chromium, "console-records", "/records?q=water", look=settle_map)
    take(house, chromium, "console-records-dark", "/records?q=water", dark=True, look=settle_map)
    take(house, chromium, "console-record", "/records/40", look=settle_map)
    take(house, chromium, "console-phone-records", "/records?q=water", screen=PHONE, dark=True, look=settle_map)
    take_live(house, chromium)


def take_live(house: House, chromium: Browser) -> None:
    """A run as it goes on: slowed down, or it would be over before the picture."""
    admin, sources = house.principal("admin"), house.assembly.windrow.sources
    view = sources.view(admin, 1)
    slow = SourceDraft(
        name=view.source.name,
        kind="csw",
        url=view.source.url,
        settings={"page_size": 50},
        policies=Policies(requests_per_second=2),
        schedule=view.task.schedule,
    )
    sources.change(admin, 1, slow)
    run = sources.harvest(admin, 1, full=True)
    worker = threading.Thread(target=house.carry_out, daemon=True)
    worker.start()
    take(house, chromium, "console-run", f"/runs/{run.id}", look=wait_for_a_third)
    take(house, chromium, "console-home", "/")
    take(house, chromium, "console-phone", "/", screen=PHONE)
    house.assembly.windrow.runs.cancel(admin, run.id)
    worker.join()


def wait_for_a_third(page: Page) -> None:
    """Waits until the bar stands at a third."""
    page.locator(".progress-share", has_text=re.compile(r"^[3-6]\d %")).wait_for()


def settle_map(page: Page) -> None:
    """Waits for the world, at the scale that the view asks for."""
    page.wait_for_selector("#map[data-drawn]")
    page.wait_for_load_state("networkidle")


def take(
    house: House,
    chromium: Browser,
    name: str,
    path: str,
    *,
    screen: dict[str, int] | None = None,
    dark: bool = False,
    look: Callable[[Page], None] | None = None,
) -> None:
    """One picture."""
    size = screen or LAPTOP
    context = chromium.new_context(
        viewport={"width": size["width"], "height": size["height"]},
        color_scheme="dark" if dark else "light",
        locale="en-GB",
    )
    secret, _ = house.assembly.windrow.authentication.begin_session(house.principal("admin"))
    context.add_cookies([{"name": SESSION_COOKIE, "value": secret, "url": house.base}])
    page = context.new_page()
    page.goto(house.base + path)
    page.wait_for_selector("main h1", state="attached")
    if look is not None:
        look(page)
    page.screenshot(path=IMAGES / f"{name}.png")
    print(f"{name}.png")
    context.close()


if __name__ == "__main__":
    main()
