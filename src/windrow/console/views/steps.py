"""How the steps of a run are drawn: boxes in columns, each behind those that it waits for, and lines between them."""

from collections.abc import Sequence
from dataclasses import dataclass

from windrow.core.pipelines.looking import StepView

WIDTH, HEIGHT = 180, 44
ACROSS, DOWN = 240, 58
"""From one column to the next, and from one box to the next below it."""

EDGE = 4
MOST_DRAWN = 60
"""Steps; a drawing of more of them says less than their list."""


@dataclass(frozen=True, slots=True)
class Box:
    """One step and the place of its upper left corner."""

    step: StepView
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Line:
    """From the right side of one box to the left side of another, as the path of an SVG."""

    path: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """The steps as a picture; sizes in its own units."""

    width: int
    height: int
    boxes: Sequence[Box]
    lines: Sequence[Line]


def draw(layers: Sequence[Sequence[StepView]]) -> Drawing | None:
    """The picture of a run's steps; None where there are none, or too many."""
    count = sum(len(layer) for layer in layers)
    if not 1 < count <= MOST_DRAWN:
        return None
    boxes = [
        Box(step, EDGE + column * ACROSS, EDGE + row * DOWN)
        for column, layer in enumerate(layers)
        for row, step in enumerate(layer)
    ]
    by_name = {each.step.name: each for each in boxes}
    lines = [_line(by_name[name], box) for box in boxes for name in box.step.after if name in by_name]
    width = (len(layers) - 1) * ACROSS + WIDTH + 2 * EDGE
    height = (max(map(len, layers)) - 1) * DOWN + HEIGHT + 2 * EDGE
    return Drawing(width, height, boxes, lines)


def _line(before: Box, after: Box) -> Line:
    begin, end, half = before.x + WIDTH, after.x, (ACROSS - WIDTH) // 2
    top, bottom = before.y + HEIGHT // 2, after.y + HEIGHT // 2
    return Line(f"M{begin} {top} C{begin + half} {top} {end - half} {bottom} {end} {bottom}")
