"""The tests' browser runs scripts, and reaches nothing outside this machine."""

import pytest
from playwright.sync_api import Error, Page


def test_runs_scripts(page: Page) -> None:
    page.set_content("<p id=sum></p><script>document.getElementById('sum').textContent = 6 * 7</script>")

    assert page.locator("#sum").text_content() == "42"


def test_reaches_nothing_outside(page: Page) -> None:
    with pytest.raises(Error, match="ERR_NAME_NOT_RESOLVED"):
        page.goto("http://tiles.example.org/0/0/0.png")
