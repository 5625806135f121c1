"""What the console's tests use: a Windrow that answers, and a browser page that is watched."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.console.watching import Watched
from tests.web.serving import House, serve
from windrow.web.identity import SESSION_COOKIE


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One Windrow for the tests of a module."""
    folder: Path = tmp_path_factory.mktemp("console")
    with serve(folder) as running:
        yield running


@pytest.fixture
def watched(browser_context: BrowserContext, house: House) -> Iterator[Watched]:
    """A page on which nothing may fail and from which nothing may be asked of other places."""
    watched = Watched(browser_context.new_page(), house.base)
    yield watched
    watched.check()


@pytest.fixture
def desk(browser_context: BrowserContext, house: House, watched: Watched) -> Page:
    """The admin's page, signed in."""
    secret, _ = house.assembly.windrow.authentication.begin_session(house.principal("admin"))
    browser_context.add_cookies([{"name": SESSION_COOKIE, "value": secret, "url": house.base}])
    return watched.page
