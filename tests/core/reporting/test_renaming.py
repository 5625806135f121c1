"""Whatever names a destination follows it to its new name, and nothing else changes."""

from typing import Any

import pytest

from windrow.core.reporting.renaming import follow

SENDING = {"report": "usage", "send_to": ["Old", "Other"]}
SENT = {"report": "usage", "send_to": ["New", "Other"]}
OTHER = {"report": "usage", "send_to": ["Older"]}


def step(parameters: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": "tell", "parameters": parameters, **more}


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        ("report", SENDING, SENT),
        ("report", OTHER, None),
        ("report", {"report": "usage"}, None),
        ("pipeline", {"item": "x"}, None),
        ("pipeline", {"steps": [step(OTHER, kind="report"), {"name": "fetch", "source": 1}]}, None),
        ("pipeline", {"steps": [step(SENDING, kind="notebook")]}, None),
        (
            "pipeline",
            {"title": "t", "steps": [{"name": "fetch", "source": 1}, step(SENDING, kind="report")]},
            {"title": "t", "steps": [{"name": "fetch", "source": 1}, step(SENT, kind="report")]},
        ),
        ("pipeline", {"steps": [step(SENDING, task="t")]}, {"steps": [step(SENT, task="t")]}),
    ],
)
def test_names_are_followed(kind: str, before: dict[str, Any], after: dict[str, Any] | None) -> None:
    assert follow(kind, before, old="Old", new="New") == after
