"""Walkers that do nothing, and one that waits for a file: what is measured is all around them."""

from pathlib import Path

from windrow.ports.walkers import Walk, walker


@walker("nothing")
def nothing(walk: Walk) -> None:
    """Gives one value."""
    walk.report(1)


@walker("held")
def held(walk: Walk) -> None:
    """Ends when there is a file."""
    while not Path(walk.context["until"]).exists():
        walk.pause(0.05)
    walk.report(1)
