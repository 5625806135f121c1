"""Drawing: a report as the files of some formats.

What draws is loaded when something is drawn: no process should start the later for it.
"""

from collections.abc import Callable, Mapping, Sequence

from windrow.model.reports import Report, ReportFile
from windrow.work.report.comma_separated import write_csv
from windrow.work.report.words import file_stem


def draw(report: Report, formats: Sequence[str]) -> list[ReportFile]:
    """The files of these formats: html and pdf are one each, csv is one for each table."""
    return [file for each in formats for file in WRITERS[each](report)]


def _html(report: Report) -> list[ReportFile]:
    from windrow.work.report.page import write_html

    return [ReportFile(f"{file_stem(report)}.html", "text/html; charset=utf-8", write_html(report))]


def _pdf(report: Report) -> list[ReportFile]:
    from windrow.work.report.paper import write_pdf

    return [ReportFile(f"{file_stem(report)}.pdf", "application/pdf", write_pdf(report))]


def _csv(report: Report) -> list[ReportFile]:
    stem = file_stem(report)
    return [
        ReportFile(f"{stem}_{each.name}.csv", "text/csv; charset=utf-8; header=present", write_csv(each))
        for each in report.tables
    ]


WRITERS: Mapping[str, Callable[[Report], list[ReportFile]]] = {"html": _html, "pdf": _pdf, "csv": _csv}
