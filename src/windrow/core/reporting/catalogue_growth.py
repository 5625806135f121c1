"""The report `catalogue_growth`: how many records came and went, and how many there were."""

from collections.abc import Sequence
from dataclasses import replace

from windrow.core.reporting.ground import MOST_ROWS, Ground, Sums, sum_up
from windrow.core.reporting.sheets import Sheets
from windrow.model.reports import Chart, Column, Drawn, Figure, Row, Series, Shape, Table, Tone
from windrow.ports.reporting import DayGrowth

WORDS = ("added", "changed", "deleted", "restored")
TONES = {"added": Tone.GOOD, "changed": Tone.CALM, "deleted": Tone.BAD, "restored": Tone.FAIR}


def gather(ground: Ground) -> Sheets:
    """Its facts."""
    days = ground.reports.growth_by_day(ground.window)
    sums = sum_up(ground, ((each.day, word, getattr(each, word)) for each in days for word in WORDS))
    totals = _totals(ground, sums)
    labels = [ground.label(each) for each in sums]
    counts = [Column(word, word.capitalize(), Shape.NUMBER) for word in WORDS]
    steps: list[Row] = [
        [label, *(words.get(each, 0) for each in WORDS), total]
        for label, words, total in zip(labels, sums.values(), totals, strict=True)
    ]
    return Sheets(
        figures=[
            *(Figure(each.title.capitalize(), sum(each.values), tone=each.tone) for each in _series(sums)),
            Figure("Records at the end", totals[-1] if totals else None),
        ],
        charts=[
            Chart("Records", Drawn.LINES, labels, [Series("records", totals, Tone.CALM)]),
            Chart("Records that came and went", Drawn.BARS, labels, _series(sums)),
        ],
        tables=[
            Table(
                "steps",
                "Over time",
                [Column("step", ground.step_title), *counts, Column("total", "Records then", Shape.NUMBER)],
                steps,
            ),
            _by_source(ground, counts),
        ],
        notes=[
            "What came and went is what harvests told. How many records there were is reckoned back from how many "
            "there are now: it leaves out what people removed, and sources that were deleted since."
        ],
    )


def _series(sums: Sums) -> list[Series]:
    return [Series(word, [step.get(word, 0) for step in sums.values()], TONES[word]) for word in WORDS]


def _totals(ground: Ground, sums: Sums) -> Sequence[int]:
    """How many records there were at the end of each step."""
    period, window = ground.wanted.period, ground.window
    total = ground.reports.resources(window)
    if period.until < ground.now:
        after = replace(period, since=period.until, until=ground.now)
        later = replace(window, since=after.since, until=after.until, offsets=after.offsets())
        total -= sum(_net(each) for each in ground.reports.growth_by_day(later))
    totals = []
    for words in reversed(list(sums.values())):
        totals.append(max(0, total))
        total -= words.get("added", 0) + words.get("restored", 0) - words.get("deleted", 0)
    return totals[::-1]


def _net(day: DayGrowth) -> int:
    return day.added + day.restored - day.deleted


def _by_source(ground: Ground, counts: Sequence[Column]) -> Table:
    found = ground.reports.growth_by_source(ground.window, limit=MOST_ROWS)
    columns = [Column("source_id", "No.", Shape.NUMBER, weight=0.5), Column("source", "Source", weight=3), *counts]
    rows: list[Row] = [
        [each.source_id, each.source, each.added, each.changed, each.deleted, each.restored, each.resources]
        for each in found
    ]
    return Table("sources", "By source", [*columns, Column("now", "Records now", Shape.NUMBER)], rows)
