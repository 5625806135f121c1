"""Gathering: the whole report, with its head and what a reader must know to read it rightly."""

from collections.abc import Callable, Mapping

from windrow.core.reporting import catalogue_growth, harvest_health, run_history, usage
from windrow.core.reporting.ground import Ground
from windrow.core.reporting.sheets import Sheets
from windrow.model.reports import Report, Subject

TITLES = {
    Subject.HARVEST_HEALTH: "Health of the harvests",
    Subject.RUN_HISTORY: "What ran",
    Subject.USAGE: "Who used how much",
    Subject.CATALOGUE_GROWTH: "Growth of the catalogue",
}

GATHERERS: Mapping[Subject, Callable[[Ground], Sheets]] = {
    Subject.HARVEST_HEALTH: harvest_health.gather,
    Subject.RUN_HISTORY: run_history.gather,
    Subject.USAGE: usage.gather,
    Subject.CATALOGUE_GROWTH: catalogue_growth.gather,
}

NAMED = 5


def gather_report(ground: Ground) -> Report:
    """A report. Raises `NotFound` for a source that is not the tenant's."""
    wanted = ground.wanted
    names = [ground.sources.get(each, tenant_id=ground.tenant_id).name for each in wanted.source_ids]
    sheets = GATHERERS[wanted.subject](ground)
    return Report(
        wanted.subject,
        TITLES[wanted.subject],
        _scope(names),
        wanted.period.since,
        wanted.period.until,
        wanted.period.zone.key,
        ground.now,
        sheets.figures,
        sheets.charts,
        sheets.tables,
        [*_limits(ground), *sheets.notes],
    )


def _scope(names: list[str]) -> str:
    if not names:
        return "All sources and tasks of the team"
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"Of {', '.join(names[:NAMED])}{more}"


def _limits(ground: Ground) -> list[str]:
    period, notes = ground.wanted.period, []
    known = ground.known_since
    if known > period.since:
        notes.append(
            f"Runs are kept for {ground.run_keep.days} days: what ended before "
            f"{known.astimezone(period.zone):%Y-%m-%d} is not known any more, and is missing here."
        )
    if ground.now < period.until:
        notes.append("The period had not ended when this report was made.")
    return notes
