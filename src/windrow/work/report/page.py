"""A report as one HTML file that needs nothing else: no script, no font, no picture from anywhere."""

from collections.abc import Sequence
from functools import cache
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from windrow.model.reports import Column, Report, Row, Shape, Table
from windrow.work.report.charts import chart_svg
from windrow.work.report.words import tell, tell_period


def write_html(report: Report) -> bytes:
    """The file, in UTF-8."""
    zone = ZoneInfo(report.zone)
    page = _template().render(
        report=report,
        period=tell_period(report),
        made=tell(report.made_at, Shape.MOMENT, zone),
        figures=[(each, tell(each.value, each.shape, zone)) for each in report.figures],
        # Drawn by us, all texts in it escaped.
        charts=[(each, Markup(chart_svg(each))) for each in report.charts if not each.is_empty],  # noqa: S704
        tables=[(each, [_cells(each, row, zone) for row in each.rows]) for each in report.tables],
        is_number=_is_number,
    )
    return page.encode("utf-8", errors="replace")


def _cells(table: Table, row: Row, zone: ZoneInfo) -> Sequence[tuple[Column, str, str]]:
    tones = table.tones or {}
    told = [tell(value, column.shape, zone) for value, column in zip(row, table.columns, strict=True)]
    return [(column, text, tones.get(text, "")) for column, text in zip(table.columns, told, strict=True)]


def _is_number(column: Column) -> bool:
    return column.shape in (Shape.NUMBER, Shape.SECONDS, Shape.SHARE)


@cache
def _template() -> Template:
    loader = PackageLoader("windrow.work.report", "templates")
    made = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return made.get_template("report.html")
