"""A report as PDF: A4 across, page numbers, table heads on every page."""

from collections.abc import Iterator
from html import escape
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

from reportlab.lib.colors import HexColor, white
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    KeepTogether,
    LongTable,
    PageTemplate,
    Paragraph,
    Spacer,
    TableStyle,
)
from reportlab.platypus import Table as Grid

from windrow.model.reports import Chart, Column, Report, Row, Shape, Table, Tone
from windrow.work.report.charts import FAINT, INK, TONES, draw_chart
from windrow.work.report.letters import BOLD, BOX, PLAIN, fit, register
from windrow.work.report.words import tell, tell_period

PAGE = landscape(A4)
MARGIN = 14 * mm
FOOT = 12 * mm
ROOM = PAGE[0] - 2 * MARGIN
PAD = 4.0
LETTERS = 8.0

MUTED, STRIPE = HexColor("#55636d"), HexColor("#f5f7f8")

TITLE = ParagraphStyle("title", fontName=BOLD, fontSize=18, leading=23, textColor=INK)
SUBTITLE = ParagraphStyle("subtitle", fontName=PLAIN, fontSize=10, leading=14, textColor=MUTED)
HEADING = ParagraphStyle("heading", fontName=BOLD, fontSize=11, leading=15, spaceBefore=12, spaceAfter=5, textColor=INK)
NOTE = ParagraphStyle("note", fontName=PLAIN, fontSize=8.5, leading=12, textColor=MUTED)
CELL = ParagraphStyle("cell", fontName=PLAIN, fontSize=LETTERS, leading=10, textColor=INK)
HEAD = ParagraphStyle("head", fontName=BOLD, fontSize=LETTERS, leading=10, textColor=MUTED)
HEAD_RIGHT = ParagraphStyle("head right", parent=HEAD, alignment=2)

BOXES = f"{BOX} stands for a letter that this file cannot show. The HTML and CSV files have them all."
RIGHT = (Shape.NUMBER, Shape.SECONDS, Shape.SHARE)


def write_pdf(report: Report) -> bytes:
    """The file. The same report gives the same bytes."""
    register()
    out = BytesIO()
    frame = Frame(MARGIN, MARGIN + FOOT, ROOM, PAGE[1] - 2 * MARGIN - FOOT, 0, 0, 0, 0)
    document = BaseDocTemplate(
        out,
        pagesize=PAGE,
        pageTemplates=[PageTemplate(frames=[frame])],
        title=f"{report.title}, {tell_period(report)}",
        author="Windrow",
        lang="en",
        invariant=1,
    )
    foot = f"Windrow · {report.title} · {fit(tell_period(report))}"
    document.build(list(_story(report)), canvasmaker=lambda *rest, **more: NumberedCanvas(*rest, foot=foot, **more))
    return out.getvalue()


class NumberedCanvas(Canvas):
    """Writes each page's number below it, and how many there are: known only at the end, so pages are held back."""

    def __init__(self, *rest: Any, foot: str, **more: Any) -> None:
        super().__init__(*rest, **more)
        self._foot = foot
        self._held: list[dict[str, Any]] = []

    def showPage(self) -> None:  # noqa: N802 - reportlab's name
        """Holds a page back."""
        self._held.append(dict(self.__dict__))
        self._startPage()  # type: ignore[attr-defined]  # what reportlab's own documentation does here

    def save(self) -> None:
        """Writes them all."""
        for number, page in enumerate(held := self._held, start=1):
            self.__dict__.update(page)
            self.setFont(PLAIN, 8)
            self.setFillColor(MUTED)
            self.drawString(MARGIN, MARGIN, self._foot)
            self.drawRightString(PAGE[0] - MARGIN, MARGIN, f"Page {number} of {len(held)}")
            super().showPage()
        super().save()


def _story(report: Report) -> Iterator[Flowable]:
    zone = ZoneInfo(report.zone)
    yield Paragraph(_marked(report.title), TITLE)
    yield Paragraph(_marked(tell_period(report)), SUBTITLE)
    yield Paragraph(_marked(report.scope), SUBTITLE)
    yield Spacer(1, 8)
    if report.figures:
        yield _figures(report, zone)
    for chart in report.charts:
        if not chart.is_empty:
            yield _chart(chart)
    for table in report.tables:
        yield from _table(table, zone)
    yield Paragraph("How to read it", HEADING)
    for note in (*report.notes, *([BOXES] if _has_boxes(report) else [])):
        yield Paragraph(_marked(note), NOTE)
    made = tell(report.made_at, Shape.MOMENT, zone)
    yield Paragraph(_marked(f"Made by Windrow at {made} ({report.zone})."), NOTE)


def _has_boxes(report: Report) -> bool:
    cells = (value for table in report.tables for row in table.rows for value in row if isinstance(value, str))
    return BOX in fit(report.scope) or any(BOX in fit(each) for each in cells)


def _marked(text: str) -> str:
    return escape(fit(text), quote=False)


def _figures(report: Report, zone: ZoneInfo) -> Flowable:
    values = [fit(tell(each.value, each.shape, zone)) for each in report.figures]
    told = [values, [fit(each.title) for each in report.figures]]
    lines = [("LINEABOVE", (place, 0), (place, 0), 2, TONES[each.tone]) for place, each in enumerate(report.figures)]
    style = TableStyle(
        [
            ("FONT", (0, 0), (-1, 0), BOLD, 14),
            ("FONT", (0, 1), (-1, 1), PLAIN, 8),
            ("TEXTCOLOR", (0, 0), (-1, 0), INK),
            ("TEXTCOLOR", (0, 1), (-1, 1), MUTED),
            ("BOTTOMPADDING", (0, 0), (-1, 0), 6),
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
            *lines,
        ]
    )
    return Grid(told, colWidths=[ROOM / len(report.figures)] * len(report.figures), style=style)


def _chart(chart: Chart) -> Flowable:
    drawing = draw_chart(chart)
    factor = ROOM / drawing.width
    drawing.scale(factor, factor)
    drawing.width, drawing.height = ROOM, drawing.height * factor
    return KeepTogether([Paragraph(_marked(chart.title), HEADING), drawing])


def _table(table: Table, zone: ZoneInfo) -> Iterator[Flowable]:
    yield CondPageBreak(30 * mm)
    yield Paragraph(_marked(table.title), HEADING)
    if not table.rows:
        yield Paragraph(_marked(table.empty), NOTE)
        return
    widths = _widths(table)
    head = [Paragraph(_marked(each.title), HEAD_RIGHT if each.shape in RIGHT else HEAD) for each in table.columns]
    rows = [_cells(table, row, widths, zone) for row in table.rows]
    yield LongTable([head, *rows], colWidths=widths, repeatRows=1, style=TableStyle([*_LOOK, *_alignment(table)]))
    if table.left_out:
        yield Paragraph(f"{table.left_out:,} more are left out.", NOTE)


_LOOK: list[Any] = [
    ("FONT", (0, 0), (-1, -1), PLAIN, LETTERS),
    ("LEADING", (0, 0), (-1, -1), 10),
    ("TEXTCOLOR", (0, 0), (-1, -1), INK),
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LEFTPADDING", (0, 0), (-1, -1), PAD),
    ("RIGHTPADDING", (0, 0), (-1, -1), PAD),
    ("TOPPADDING", (0, 0), (-1, -1), 2.5),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
    ("LINEBELOW", (0, 0), (-1, -1), 0.4, FAINT),
    ("ROWBACKGROUNDS", (0, 1), (-1, -1), [white, STRIPE]),
]


def _alignment(table: Table) -> list[tuple[Any, ...]]:
    return [
        ("ALIGN", (place, 0), (place, -1), "RIGHT")
        for place, column in enumerate(table.columns)
        if column.shape in RIGHT
    ]


def _widths(table: Table) -> list[float]:
    whole = sum(each.weight for each in table.columns)
    return [ROOM * each.weight / whole for each in table.columns]


def _cells(table: Table, row: Row, widths: list[float], zone: ZoneInfo) -> list[Any]:
    tones = table.tones or {}
    told = [tell(value, column.shape, zone) for value, column in zip(row, table.columns, strict=True)]
    return [
        _cell(text, column, width, tones.get(text))
        for text, column, width in zip(told, table.columns, widths, strict=True)
    ]


def _cell(text: str, column: Column, width: float, tone: Tone | None) -> Any:
    """Plain where it fits: a paragraph for each of some ten thousand cells would take seconds."""
    fitting = fit(text)
    if tone is None and (column.shape in RIGHT or stringWidth(fitting, PLAIN, LETTERS) <= width - 2 * PAD):
        return fitting
    colored = f'<font color="{TONES[tone].hexval().replace("0x", "#")}">{escape(fitting)}</font>' if tone else ""
    return Paragraph(colored or escape(fitting, quote=False), CELL)
