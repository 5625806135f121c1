"""How a source is shown: what its health means, what its tabs hold, which of its pages is open."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from windrow.console.views.runs import Bar, history_of
from windrow.core.attending import AVAILABILITY, REFRESH
from windrow.core.runs import HARVEST
from windrow.core.source_drafts import SourceView
from windrow.core.windrow import Windrow
from windrow.model.accounts import Principal
from windrow.model.copies import Copying, CopyState
from windrow.model.runs import Run
from windrow.model.schedules import Schedule
from windrow.model.sources import DeletionReview, Health, ReviewState

HISTORY = 30

MEANINGS: Mapping[Health, str] = {
    Health.NEW: "It has never been harvested.",
    Health.HEALTHY: "The last harvest saw everything.",
    Health.AILING: "The last harvest did not see everything; it is tried again at its next time.",
    Health.FAILING: "Three or more harvests in a row have failed.",
    Health.HELD: "A deletion waits for you to let it through or to refuse it.",
    Health.PAUSED: "Its schedule is switched off.",
    Health.RETIRED: "It is harvested no more; its records stay.",
}


@dataclass(frozen=True, slots=True)
class Glance:
    """A source at a glance, for the head of all its pages."""

    view: SourceView
    kind_title: str
    meaning: str
    active: Run | None
    waiting: DeletionReview | None
    bars: Sequence[Bar]
    runs: Sequence[Run]
    refresh_schedule: Schedule | None
    check_schedule: Schedule | None
    copying: "Stocked | None"


@dataclass(frozen=True, slots=True)
class Stocked:
    """What a source has of copies: how many files, how many of them are not here as they should be, and bytes."""

    here: int
    missing: int
    size: int


def glance_at(windrow: Windrow, principal: Principal, source_id: int) -> Glance:
    """What the head of a source's pages shows. Raises `NotFound`."""
    view = windrow.sources.view(principal, source_id)
    runs = windrow.sources.runs(principal, source_id, limit=HISTORY).items
    active = next(iter(windrow.sources.active(principal, source_id)), None)
    return Glance(
        view=view,
        kind_title=title_of(windrow, view.source.kind),
        meaning=MEANINGS[view.source.health],
        active=active,
        waiting=_waiting(windrow, principal, source_id),
        bars=history_of([run for run in runs if run.kind == HARVEST]),
        runs=runs,
        refresh_schedule=view.schedule_of(REFRESH),
        check_schedule=view.schedule_of(AVAILABILITY),
        copying=_stocked(windrow, principal, view),
    )


def _stocked(windrow: Windrow, principal: Principal, view: SourceView) -> Stocked | None:
    """None where nothing is copied."""
    if view.source.policies.copying is Copying.NONE:
        return None
    stock = windrow.copies.stock(principal, view.source.id)
    here = stock.counts.get(CopyState.COPIED, 0)
    return Stocked(here, sum(stock.counts.values()) - here, stock.size)


def title_of(windrow: Windrow, kind: str) -> str:
    """A source kind's name for people; its plain name where it is no longer installed."""
    found = windrow.kinds.sources.get(kind)
    return found.title if found is not None else kind


def _waiting(windrow: Windrow, principal: Principal, source_id: int) -> DeletionReview | None:
    newest = windrow.sources.reviews(principal, source_id, limit=5).items
    return next((each for each in newest if each.state is ReviewState.WAITING), None)
