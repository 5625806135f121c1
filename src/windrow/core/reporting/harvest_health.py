"""The report `harvest_health`: how the sources are doing, and which of them need somebody."""

import heapq
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from windrow.core.reporting.ground import MOST_ROWS, Ground, sum_up
from windrow.core.reporting.sheets import HEALTH_TONES, STATE_TONES, Sheets
from windrow.model.paging import PageOf
from windrow.model.reports import Chart, Column, Drawn, Figure, Series, Shape, Table, Tone, Value
from windrow.model.sources import Health, Source
from windrow.ports.reporting import TaskPast

PAGE = 200
NOTHING = TaskPast(0, 0, 0, None)

URGENCY = (Health.HELD, Health.FAILING, Health.AILING, Health.NEW, Health.PAUSED, Health.HEALTHY, Health.RETIRED)

COLUMNS = (
    Column("source_id", "No.", Shape.NUMBER, weight=0.6),
    Column("source", "Source", weight=3),
    Column("kind", "Kind"),
    Column("health", "Health"),
    Column("last_complete", "Last whole pass", Shape.MOMENT, weight=1.5),
    Column("age_seconds", "Age", Shape.SECONDS),
    Column("runs", "Harvests", Shape.NUMBER),
    Column("failed", "Failed", Shape.NUMBER, weight=0.8),
    Column("partial", "Partial", Shape.NUMBER, weight=0.8),
    Column("mean_seconds", "One takes", Shape.SECONDS),
    Column("resources", "Records", Shape.NUMBER),
    Column("quarantined", "In quarantine", Shape.NUMBER),
)

TODO = (
    Column("source_id", "No.", Shape.NUMBER, weight=0.5),
    Column("source", "Source", weight=2),
    Column("what", "What is to be done", weight=5),
)


@dataclass(frozen=True, slots=True)
class Standing:
    """One source as the report tells of it."""

    source: Source
    past: TaskPast
    quarantined: int
    waiting: int

    @property
    def rank(self) -> tuple[int, int, int]:
        """Who needs somebody most sorts first."""
        return URGENCY.index(self.source.health), -self.past.failed - self.quarantined, self.source.id


def gather(ground: Ground) -> Sheets:
    """Its facts. Sources are read a page at a time; those that need somebody most are kept."""
    health: Counter[str] = Counter()
    quarantined = 0

    def counted() -> Iterator[Standing]:
        nonlocal quarantined
        for each in _standings(ground):
            health[each.source.health.value] += 1
            quarantined += each.quarantined
            yield each

    kept = heapq.nsmallest(MOST_ROWS, counted(), key=lambda each: each.rank)
    todo = [(each, told) for each in kept if (told := what_to_do(each))]
    left_out = health.total() - len(kept)
    return Sheets(
        figures=_figures(health, quarantined, len(todo)),
        charts=[_healths(health), _harvests(ground)],
        tables=[
            Table(
                "attention",
                "What needs somebody",
                TODO,
                [[each.source.id, each.source.name, told] for each, told in todo],
                empty="Nothing: all is well.",
            ),
            Table(
                "sources",
                "Sources",
                COLUMNS,
                [_row(each, ground.now) for each in kept],
                left_out=left_out,
                empty="There are no sources.",
                tones=HEALTH_TONES,
            ),
        ],
        notes=[
            "Health, age, records and quarantine are as they were when this report was made; harvests are those of the "
            "period."
        ],
    )


def what_to_do(standing: Standing) -> str:
    """What a person should do about a source; "" where nothing."""
    source, todo = standing.source, []
    if source.health is Health.HELD:
        todo.append(f"Decide about the deletion of {standing.waiting:,} records.")
    if source.health is Health.FAILING:
        todo.append("It fails again and again: look at its last run.")
    if source.health is Health.AILING:
        todo.append("Its last harvest failed or did not bring everything: look at its last run.")
    if source.available is False:
        todo.append("It did not answer when it was last checked.")
    if standing.quarantined:
        todo.append(f"{standing.quarantined:,} records are in quarantine: look why they cannot be read.")
    if source.difference is not None:
        todo.append(f"Its numbers do not agree: {source.difference.told}.")
    return " ".join(todo)


def _standings(ground: Ground) -> Iterator[Standing]:
    for page in _pages(ground):
        ground.check()
        ids, window = [each.id for each in page], ground.window
        pasts = ground.reports.pasts(window, [each.task_id for each in page])
        quarantined, waiting = ground.reports.quarantined(ids), ground.reports.waiting(ids)
        for each in page:
            yield Standing(each, pasts.get(each.task_id, NOTHING), quarantined.get(each.id, 0), waiting.get(each.id, 0))


def _pages(ground: Ground) -> Iterator[list[Source]]:
    if ground.wanted.source_ids:
        yield [ground.sources.get(each, tenant_id=ground.tenant_id) for each in ground.wanted.source_ids]
        return
    cursor: str | None = None
    while True:
        page: PageOf[Source] = ground.sources.page(tenant_id=ground.tenant_id, limit=PAGE, cursor=cursor)
        if page.items:
            yield list(page.items)
        cursor = page.next
        if cursor is None:
            return


def _row(standing: Standing, now: datetime) -> list[Value]:
    source, past = standing.source, standing.past
    age = None if source.last_complete is None else (now - source.last_complete).total_seconds()
    head: list[Value] = [source.id, source.name, source.kind, source.health.value, source.last_complete, age]
    return [*head, past.runs, past.failed, past.partial, past.seconds, source.resources, standing.quarantined]


def _figures(health: Mapping[str, int], quarantined: int, todo: int) -> list[Figure]:
    return [
        Figure("Sources", sum(health.values())),
        Figure("Healthy", health.get(Health.HEALTHY, 0), tone=Tone.GOOD),
        Figure("Failing", health.get(Health.FAILING, 0), tone=Tone.BAD if health.get(Health.FAILING) else Tone.PLAIN),
        Figure("Need somebody", todo, tone=Tone.FAIR if todo else Tone.PLAIN),
        Figure("Records in quarantine", quarantined, tone=Tone.FAIR if quarantined else Tone.PLAIN),
    ]


def _healths(health: Mapping[str, int]) -> Chart:
    found = [each for each in URGENCY if health.get(each)]
    series = [
        Series(each.value, [health[each] if each is other else 0 for other in found], HEALTH_TONES[each])
        for each in found
    ]
    return Chart("Sources by health", Drawn.BARS, [each.value for each in found], series)


def _harvests(ground: Ground) -> Chart:
    counts = [each for each in ground.reports.runs_by_day(ground.window) if each.kind == "harvest"]
    sums = sum_up(ground, ((each.day, each.state.value, each.runs) for each in counts))
    words = [word for word in ("succeeded", "partial", "failed") if any(word in step for step in sums.values())]
    series = [Series(word, [step.get(word, 0) for step in sums.values()], STATE_TONES[word]) for word in words]
    return Chart("Harvests by state", Drawn.BARS, [ground.label(each) for each in sums], series)
