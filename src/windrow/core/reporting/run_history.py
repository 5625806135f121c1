"""The report `run_history`: what ran, how long it took, and what went wrong."""

from collections import Counter
from collections.abc import Sequence

from windrow.core.reporting.ground import Ground, Sums, sum_up
from windrow.core.reporting.sheets import STATE_TONES, Sheets
from windrow.model.identity import made_at
from windrow.model.reports import Chart, Column, Drawn, Figure, Row, Series, Shape, Table, Tone
from windrow.model.runs import RunState
from windrow.ports.reporting import DayCount

MOST_REASONS = 50

SHOWN = (RunState.SUCCEEDED, RunState.PARTIAL, RunState.FAILED, RunState.CANCELLED, RunState.SKIPPED)
ACTIVE = "active"
WORDS = (*(each.value for each in SHOWN), ACTIVE)


def gather(ground: Ground) -> Sheets:
    """Its facts."""
    counts = ground.reports.runs_by_day(ground.window)
    sums = sum_up(ground, ((each.day, _word(each.state), each.runs) for each in counts))
    return Sheets(
        figures=_figures(counts),
        charts=[
            Chart(
                "Runs by state",
                Drawn.BARS,
                [ground.label(each) for each in sums],
                [
                    Series(word, [step.get(word, 0) for step in sums.values()], STATE_TONES[word])
                    for word in WORDS
                    if any(word in step for step in sums.values())
                ],
            )
        ],
        tables=[_by_step(ground, sums), _by_kind(counts), _durations(ground), _reasons(ground)],
        notes=["A run counts on the day it was made, and with the state it had when this report was."],
    )


def _word(state: RunState) -> str:
    return state.value if state in SHOWN else ACTIVE


def _figures(counts: Sequence[DayCount]) -> list[Figure]:
    total: Counter[str] = Counter()
    for each in counts:
        total[_word(each.state)] += each.runs
    judged = total["succeeded"] + total["partial"] + total["failed"]
    return [
        Figure("Runs", total.total()),
        Figure("Succeeded", total["succeeded"], tone=Tone.GOOD),
        Figure("Partial", total["partial"], tone=Tone.FAIR if total["partial"] else Tone.PLAIN),
        Figure("Failed", total["failed"], tone=Tone.BAD if total["failed"] else Tone.PLAIN),
        Figure("Succeeded, of those that ended", total["succeeded"] / judged if judged else None, Shape.SHARE),
    ]


def _state_columns() -> list[Column]:
    return [Column(word, word.capitalize(), Shape.NUMBER) for word in WORDS]


def _by_step(ground: Ground, sums: Sums) -> Table:
    columns = [Column("step", ground.step_title), Column("runs", "Runs", Shape.NUMBER), *_state_columns()]
    rows: list[Row] = [
        [ground.label(step), sum(words.values()), *(words.get(each, 0) for each in WORDS)]
        for step, words in sums.items()
    ]
    return Table("runs", "Runs over time", columns, rows)


def _by_kind(counts: Sequence[DayCount]) -> Table:
    kinds: dict[str, Counter[str]] = {}
    for each in counts:
        kinds.setdefault(each.kind, Counter())[_word(each.state)] += each.runs
    columns = [Column("kind", "Kind", weight=1.5), Column("runs", "Runs", Shape.NUMBER), *_state_columns()]
    by_size = sorted(kinds.items(), key=lambda item: (-item[1].total(), item[0]))
    rows: list[Row] = [[kind, words.total(), *(words[word] for word in WORDS)] for kind, words in by_size]
    return Table("kinds", "Runs by kind", columns, rows)


def _durations(ground: Ground) -> Table:
    columns = [
        Column("kind", "Kind", weight=1.5),
        Column("runs", "Runs", Shape.NUMBER),
        Column("median_seconds", "Half took at most", Shape.SECONDS),
        Column("p95_seconds", "95 % took at most", Shape.SECONDS),
        Column("longest_seconds", "Longest", Shape.SECONDS),
    ]
    return Table(
        "durations", "How long they took", columns, [list(each) for each in ground.reports.durations(ground.window)]
    )


def _reasons(ground: Ground) -> Table:
    columns = [
        Column("kind", "Kind"),
        Column("reason", "Reason", weight=4),
        Column("runs", "Runs", Shape.NUMBER, weight=0.7),
        Column("last", "Last one made", Shape.MOMENT, weight=1.3),
        Column("last_run", "Run", weight=1.6),
    ]
    found = ground.reports.reasons(ground.window, limit=MOST_REASONS)
    rows: list[Row] = [
        [each.kind, each.reason, each.runs, made_at(each.last_run_id), each.last_run_id] for each in found
    ]
    return Table("failures", "Why runs failed or were partial", columns, rows, empty="No run failed or was partial.")
