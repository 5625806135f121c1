"""A report becomes a page that needs nothing else, a paper that survives any letter, tables without formulas."""

import csv
import re
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from io import StringIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from windrow.model.reports import Chart, Column, Drawn, Figure, Report, Series, Shape, Subject, Table, Tone, Value
from windrow.work.report import draw
from windrow.work.report.charts import chart_svg
from windrow.work.report.comma_separated import FORMULA, defuse, write_csv
from windrow.work.report.letters import BOX, fit
from windrow.work.report.page import write_html
from windrow.work.report.paper import write_pdf
from windrow.work.report.words import tell_span

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
NASTY = "<script>alert('x')</script> & \"Каталог\" Ελληνικά Łódź"
LETTERS = st.text(st.characters(), max_size=300)

CHART = Chart(
    "Runs <by> state",
    Drawn.BARS,
    ["2026-02-01", "2026-02-02"],
    [Series("succeeded", [3, 0], Tone.GOOD), Series("fai<led", [1, 12_000], Tone.BAD)],
)


def a_report(*names: str, rows: int = 1, charts: tuple[Chart, ...] = (CHART,)) -> Report:
    columns = [
        Column("number", "No.", Shape.NUMBER),
        Column("source", "Source", weight=3),
        Column("health", "Health"),
        Column("seen", "Seen", Shape.MOMENT),
    ]
    table = Table(
        "sources",
        "Sources",
        columns,
        [[number, name, "failing", NOON] for number in range(rows) for name in names],
        left_out=7,
        tones={"failing": Tone.BAD},
    )
    empty = Table("todo", "To do", columns, [], empty="Nothing: all is well.")
    return Report(
        Subject.HARVEST_HEALTH,
        "Health of the harvests",
        "Of " + (names[0] if names else "all"),
        datetime(2026, 1, 31, 23, tzinfo=UTC),
        datetime(2026, 2, 28, 23, tzinfo=UTC),
        "Europe/Berlin",
        NOON,
        [Figure("Sources", 12_345), Figure("Failed", 2, tone=Tone.BAD), Figure("Good", 0.5, Shape.SHARE)],
        charts,
        [table, empty],
        ["A note & more."],
    )


class Reader(HTMLParser):
    """What a page says, and what it asks for."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.tags = list[str]()
        self.asked = list[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        asking = ("src", "href", "xlink:href", "action", "style")
        self.asked += [str(value) for name, value in attrs if name in asking and value]

    def handle_data(self, data: str) -> None:
        self.text += data


def test_each_format_has_its_files() -> None:
    files = draw(a_report("one"), ["html", "pdf", "csv"])

    assert [(each.name, each.media_type.partition(";")[0]) for each in files] == [
        ("harvest_health_2026-02-01_2026-02-28.html", "text/html"),
        ("harvest_health_2026-02-01_2026-02-28.pdf", "application/pdf"),
        ("harvest_health_2026-02-01_2026-02-28_sources.csv", "text/csv"),
        ("harvest_health_2026-02-01_2026-02-28_todo.csv", "text/csv"),
    ]
    assert files == draw(a_report("one"), ["html", "pdf", "csv"])


def test_the_page_says_everything_and_asks_for_nothing() -> None:
    reader = Reader()
    reader.feed(write_html(a_report(NASTY)).decode())

    for told in (NASTY, "12,345", "50.0 %", "2026-02-01 to 2026-02-28, Europe/Berlin", "2026-03-01 13:00", "7 more"):
        assert told in reader.text
    assert "Nothing: all is well." in reader.text
    assert {"script", "img", "link", "iframe", "form"}.isdisjoint(reader.tags)
    assert [each for each in reader.asked if "url" in each or ":/" in each] == []


def test_a_chart_takes_its_colours_from_the_page() -> None:
    svg = etree.fromstring(chart_svg(CHART).encode())

    texts = [each.text for each in svg.iter("{*}text")]
    assert "fai<led" in texts
    assert "12,000" in texts
    assert svg.get("aria-label") == "Runs <by> state"
    assert "rgb(" not in chart_svg(CHART)
    assert chart_svg(CHART).count("var(--bad)") == 3  # two bars, and the legend


@pytest.mark.parametrize("values", [[], [0.0], [1.0], [10**9, 3.0]])
def test_charts_of_any_size_can_be_drawn(values: list[float]) -> None:
    for drawn in Drawn:
        labels = [str(place) for place in range(len(values))]
        etree.fromstring(chart_svg(Chart("x", drawn, labels, [Series("y", values)])).encode())


def test_the_paper_has_as_many_pages_as_it_needs() -> None:
    pdf = write_pdf(a_report("one", rows=120))

    assert len(re.findall(rb"/Type /Page\b", pdf)) > 3
    assert b"DejaVuSansCondensed" in pdf


@settings(max_examples=40, deadline=None)
@given(LETTERS)
def test_no_letter_breaks_a_report(name: str) -> None:
    files = {each.name.rpartition(".")[2]: each.content for each in draw(a_report(name), ["html", "pdf", "csv"])}

    assert files["pdf"].startswith(b"%PDF")
    files["html"].decode()
    files["csv"].decode()


def test_letters_that_the_paper_lacks_are_boxes() -> None:
    assert fit("Каталог Ελληνικά Łódź €") == "Каталог Ελληνικά Łódź €"
    assert fit("地理 data") == f"{BOX}{BOX} data"
    assert fit("כתב") == BOX * 3
    assert fit("a\u202eb\tc\0") == f"ab c{BOX}"


def test_a_table_is_read_again_as_it_was() -> None:
    rows: list[list[Value]] = [
        [1, 'with "quotes", commas\r\nand lines', 1.5, NOON, date(2026, 1, 2), None, True],
        [-2, "−", 0.1234567, NOON, date(2026, 1, 3), None, False],
    ]
    columns = [Column(name, name) for name in "abcdefg"]

    text = write_csv(Table("t", "t", columns, rows)).decode()

    assert text.count("\r\n") == 4
    assert list(csv.reader(StringIO(text, newline=""))) == [
        list("abcdefg"),
        ["1", 'with "quotes", commas\r\nand lines', "1.5", "2026-03-01T12:00:00Z", "2026-01-02", "", "true"],
        ["-2", "−", "0.123457", "2026-03-01T12:00:00Z", "2026-01-03", "", "false"],
    ]


@given(LETTERS)
def test_no_cell_is_a_formula(text: str) -> None:
    assert not defuse(text).lstrip().startswith(FORMULA)
    assert defuse(text).endswith(text.replace("\0", "\ufffd"))


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "＝1"])
def test_what_looks_like_a_formula_is_text(formula: str) -> None:
    text = write_csv(Table("t", "t", [Column("a", "a")], [[formula]])).decode()

    assert list(csv.reader(StringIO(text, newline="")))[1] == [f"'{formula}"]


def test_spans_are_told_in_two_units() -> None:
    told = [tell_span(each) for each in (0.5, 59, 61, 3_599, 7_260, 90_000)]

    assert told == ["0.50 s", "59 s", "1 min 01 s", "59 min 59 s", "2 h 01 min", "1 d 01 h"]
