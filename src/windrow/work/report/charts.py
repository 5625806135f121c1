"""Charts, drawn once: the PDF takes the drawing, and the HTML the same as SVG."""

import math
import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from reportlab.graphics import renderSVG
from reportlab.graphics.shapes import Drawing, Line, PolyLine, Rect, String
from reportlab.lib.colors import Color, HexColor
from reportlab.pdfbase.pdfmetrics import stringWidth

from windrow.model.reports import Chart, Drawn, Series, Tone
from windrow.work.report.letters import PLAIN, fit, register

WIDTH, HEIGHT = 770.0, 140.0
"""Points; the SVG is stretched to the width there is."""

LEFT, RIGHT, BOTTOM, TOP = 52.0, 24.0, 20.0, 24.0  # browsers may have wider letters than the PDF
LETTERS = 8.5
TICKS = 4
MOST_LABELS = 12
MOST_TOLD = 12
"""Bars that have their number written above them."""

INK, FAINT = HexColor("#1d2a33"), HexColor("#c9d2d8")
TONES: Mapping[Tone, Color] = {
    Tone.GOOD: HexColor("#2f855a"),
    Tone.FAIR: HexColor("#d69e2e"),
    Tone.BAD: HexColor("#c53030"),
    Tone.CALM: HexColor("#2b6cb0"),
    Tone.PLAIN: HexColor("#8895a0"),
}


def draw_chart(chart: Chart) -> Drawing:
    """The chart with its axis and its legend, without its title."""
    register()
    drawing = Drawing(WIDTH, HEIGHT)
    top = _axis_top(_highest(chart))
    _draw_axis(drawing, top)
    _draw_labels(drawing, chart.labels)
    if chart.drawn is Drawn.BARS:
        _draw_bars(drawing, chart, top)
    else:
        for each in chart.series:
            _draw_line(drawing, each, top)
    _draw_legend(drawing, chart.series)
    return drawing


def chart_svg(chart: Chart) -> str:
    """The chart as an SVG element that takes its colours from the page: `--ink`, `--faint`, `--good`, ..."""
    svg: str = renderSVG.drawToString(draw_chart(chart))
    svg = _CLIP.sub("", svg[svg.index("<svg") :])
    for color, name in _NAMES.items():
        svg = svg.replace(color, f"var(--{name})")
    told = escape(chart.title)
    return svg.replace("<svg ", f'<svg role="img" aria-label="{told}" ', 1)


def _spelled(color: Color) -> str:
    """A colour as reportlab spells it in SVG."""
    return "rgb({:d}%,{:d}%,{:d}%)".format(*(int(100 * each) for each in (color.red, color.green, color.blue)))


_NAMES = {_spelled(color): tone.value for tone, color in TONES.items()} | {
    _spelled(INK): "ink",
    _spelled(FAINT): "faint",
}
_CLIP = re.compile(
    r'<title>.*?</title>|<desc>.*?</desc>|<clipPath.*?</clipPath>| id="group"| style="clip-path: [^"]*"'
    r"|font-family: [^;]*;|(?<=>)\s+(?=<)",
    re.DOTALL,
)


def _highest(chart: Chart) -> float:
    if chart.drawn is Drawn.LINES:
        return max((value for each in chart.series for value in each.values), default=0)
    return max((sum(each.values[place] for each in chart.series) for place in range(len(chart.labels))), default=0)


def _axis_top(highest: float) -> float:
    """The least round number that ends an axis of `TICKS` whole steps."""
    if highest <= TICKS:
        return float(TICKS)
    step = highest / TICKS
    size = 10 ** math.floor(math.log10(step))
    return TICKS * float(
        next(nice * size for nice in (1, 2, 2.5, 5, 10) if nice * size >= step and (nice * size) % 1 == 0)
    )


def _height(value: float, top: float) -> float:
    return BOTTOM + (HEIGHT - BOTTOM - TOP) * value / top


def _draw_axis(drawing: Drawing, top: float) -> None:
    for number in range(TICKS + 1):
        value = top * number / TICKS
        height = _height(value, top)
        line = INK if number == 0 else FAINT
        drawing.add(Line(LEFT, height, WIDTH - RIGHT, height, strokeColor=line, strokeWidth=0.5))
        drawing.add(_text(LEFT - 5, height - 3, f"{value:,.0f}", anchor="end"))


def _slots(many: int) -> tuple[float, float]:
    """How wide each label's room is, and where the first begins."""
    return (WIDTH - LEFT - RIGHT) / max(1, many), LEFT


def _draw_labels(drawing: Drawing, labels: Sequence[str]) -> None:
    width, start = _slots(len(labels))
    every = math.ceil(len(labels) / MOST_LABELS)
    for place in range(0, len(labels), max(1, every)):
        drawing.add(_text(start + width * (place + 0.5), BOTTOM - 12, labels[place], anchor="middle"))


def _draw_bars(drawing: Drawing, chart: Chart, top: float) -> None:
    width, start = _slots(len(chart.labels))
    bar = min(46.0, width * 0.72)
    for place in range(len(chart.labels)):
        left, reached = start + width * (place + 0.5) - bar / 2, 0.0
        for each in chart.series:
            value = each.values[place]
            if value:
                low, high = _height(reached, top), _height(reached + value, top)
                color = TONES[each.tone]
                drawing.add(_box(left, low, bar, max(0.6, high - low), color))
            reached += value
        if reached and len(chart.labels) <= MOST_TOLD:
            told = f"{reached:,.0f}"
            drawing.add(_text(left + bar / 2, _height(reached, top) + 3, told, anchor="middle"))


def _draw_line(drawing: Drawing, series: Series, top: float) -> None:
    width, start = _slots(len(series.values))
    points = [
        number
        for place, value in enumerate(series.values)
        for number in (start + width * (place + 0.5), _height(value, top))
    ]
    color = TONES[series.tone]
    if len(series.values) > 1:
        drawing.add(PolyLine(points, strokeColor=color, strokeWidth=1.6))
    for left, height in zip(points[::2], points[1::2], strict=True):
        drawing.add(_box(left - 1.6, height - 1.6, 3.2, 3.2, color))


def _draw_legend(drawing: Drawing, series: Sequence[Series]) -> None:
    left = LEFT
    for each in series if len(series) > 1 else ():
        drawing.add(_box(left, HEIGHT - 11, 8, 8, TONES[each.tone]))
        drawing.add(_text(left + 12, HEIGHT - 10.5, each.title))
        left += 26 + stringWidth(fit(each.title), PLAIN, LETTERS)


def _box(left: float, low: float, width: float, height: float, color: Color) -> Rect:
    look: Any = {"fillColor": color, "strokeColor": None}
    return Rect(left, low, width, height, **look)


def _text(left: float, height: float, text: str, *, anchor: str = "start") -> String:
    look: Any = {"fontName": PLAIN, "fontSize": LETTERS, "fillColor": INK, "textAnchor": anchor}
    return String(left, height, fit(text), **look)
