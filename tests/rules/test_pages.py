"""Pages lead where they say."""

import re
from pathlib import Path

import pytest

from samples.servers.process import ROOT
from tests.rules.tree import name

PAGES = sorted({*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "samples").rglob("*.md")})


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)\s#]+)[^)]*\)", page.read_text())
    inside = [link for link in links if "://" not in link and not link.startswith("mailto:")]

    assert [link for link in inside if not (page.parent / link).exists()] == []
