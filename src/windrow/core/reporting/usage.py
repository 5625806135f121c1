"""The report `usage`: who let what run, and how much time of workers it took."""

from collections import Counter

from windrow.core.reporting.ground import MOST_ROWS, Ground, sum_up
from windrow.core.reporting.sheets import Sheets
from windrow.model.reports import Chart, Column, Drawn, Figure, Row, Series, Shape, Table, Tone
from windrow.ports.reporting import Used

MOST_TASKS = 100
MOST_KINDS = 5
"""Kinds that a chart tells apart."""

OTHERS = "others"
GONE = "(gone)"
SERIES_TONES = (Tone.CALM, Tone.GOOD, Tone.FAIR, Tone.BAD, Tone.PLAIN, Tone.PLAIN)


def gather(ground: Ground) -> Sheets:
    """Its facts."""
    owners = ground.reports.used_by_owner(ground.window, limit=MOST_ROWS)
    tasks = ground.reports.used_by_task(ground.window, limit=MOST_TASKS)
    number, seconds = sum(each.runs for each in owners), sum(each.seconds for each in owners)
    used = [
        Column("runs", "Runs", Shape.NUMBER),
        Column("failed", "Failed", Shape.NUMBER),
        Column("seconds", "Time of workers", Shape.SECONDS),
        Column("share", "Of all time", Shape.SHARE),
    ]
    people = [Column("owner", "Owner", weight=2), Column("kind", "Kind", weight=1.5), *used]
    by_owner: list[Row] = [[each.owner or GONE, each.kind, *_amounts(each, seconds)] for each in owners]
    by_task: list[Row] = [[each.task, each.kind, each.owner or GONE, *_amounts(each, seconds)] for each in tasks]
    works = [Column("task", "Task", weight=3), Column("kind", "Kind"), Column("owner", "Owner", weight=1.5), *used]
    return Sheets(
        figures=[
            Figure("Runs", number),
            Figure("Time of workers", seconds, Shape.SECONDS),
            Figure("Owners", len({each.owner for each in owners})),
        ],
        charts=[_chart(ground)],
        tables=[
            Table("owners", "By owner and kind", people, by_owner),
            Table("tasks", f"The {MOST_TASKS} tasks that took longest", works, by_task),
        ],
        notes=[
            "Time of workers is counted from a run's first beginning to its end, waiting for a further try or for its "
            "parts included; what several workers did at the same time for one run counts once."
        ],
    )


def _amounts(used: Used, whole: float) -> Row:
    return [used.runs, used.failed, used.seconds, used.seconds / whole if whole else None]


def _chart(ground: Ground) -> Chart:
    counts = ground.reports.runs_by_day(ground.window)
    kinds: Counter[str] = Counter()
    for each in counts:
        kinds[each.kind] += each.runs
    chosen = [kind for kind, _ in sorted(kinds.items(), key=lambda item: (-item[1], item[0]))[:MOST_KINDS]]
    named = ((each.day, each.kind if each.kind in chosen else OTHERS, each.runs) for each in counts)
    sums = sum_up(ground, named)
    words = [*chosen, OTHERS] if len(kinds) > len(chosen) else chosen
    series = [
        Series(word, [step.get(word, 0) for step in sums.values()], tone)
        for word, tone in zip(words, SERIES_TONES, strict=False)
    ]
    return Chart("Runs by kind", Drawn.BARS, [ground.label(each) for each in sums], series)
