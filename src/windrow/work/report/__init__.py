"""Drawing reports: one self-contained HTML file, one PDF, and a CSV file for each table."""

from windrow.work.report.drawing import draw

__all__ = ["draw"]
