"""Badges: the word, the tone and the icon by which a state is shown. Never by colour alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from windrow.model.copies import CopyState
from windrow.model.resources import Outcome, Presence
from windrow.model.runs import Level, PartState, RunState
from windrow.model.sources import Health, ReviewState


@dataclass(frozen=True, slots=True)
class Badge:
    """`tone` is one of ok, live, wait, warn, bad, idle; `icon` one of `templates/icons.html`."""

    word: str
    tone: str
    icon: str


_TABLE: tuple[tuple[StrEnum, Badge], ...] = (
    (RunState.SCHEDULED, Badge("scheduled", "wait", "clock")),
    (RunState.QUEUED, Badge("queued", "wait", "queue")),
    (RunState.RUNNING, Badge("running", "live", "play")),
    (RunState.WAITING, Badge("under way", "live", "play")),
    (RunState.CANCELLING, Badge("cancelling", "warn", "stop")),
    (RunState.SUCCEEDED, Badge("succeeded", "ok", "check")),
    (RunState.PARTIAL, Badge("partial", "warn", "half")),
    (RunState.FAILED, Badge("failed", "bad", "cross")),
    (RunState.CANCELLED, Badge("cancelled", "idle", "stop")),
    (RunState.SKIPPED, Badge("skipped", "idle", "skip")),
    (Health.NEW, Badge("new", "wait", "spark")),
    (Health.HEALTHY, Badge("healthy", "ok", "check")),
    (Health.AILING, Badge("ailing", "warn", "half")),
    (Health.FAILING, Badge("failing", "bad", "cross")),
    (Health.HELD, Badge("needs you", "warn", "hand")),
    (Health.PAUSED, Badge("paused", "idle", "pause")),
    (Health.RETIRED, Badge("retired", "idle", "pause")),
    (Presence.PRESENT, Badge("present", "ok", "check")),
    (Presence.MISSING, Badge("missing", "warn", "hand")),
    (Presence.GONE, Badge("gone", "idle", "skip")),
    (Presence.KEPT, Badge("kept", "wait", "undo")),
    (Outcome.LISTED, Badge("listed", "wait", "queue")),
    (Outcome.ADDED, Badge("added", "ok", "plus")),
    (Outcome.CHANGED, Badge("changed", "live", "pen")),
    (Outcome.UNCHANGED, Badge("unchanged", "idle", "equal")),
    (Outcome.QUARANTINED, Badge("quarantined", "bad", "cross")),
    (Outcome.UNWANTED, Badge("unwanted", "idle", "skip")),
    (Outcome.DELETED, Badge("deleted", "idle", "bin")),
    (Outcome.RESTORED, Badge("restored", "ok", "undo")),
    (CopyState.WANTED, Badge("not fetched yet", "wait", "queue")),
    (CopyState.COPIED, Badge("copied", "ok", "check")),
    (CopyState.FAILED, Badge("failed", "bad", "cross")),
    (CopyState.TOO_LARGE, Badge("too large", "warn", "half")),
    (CopyState.REFUSED, Badge("no such file", "warn", "skip")),
    (PartState.OPEN, Badge("open", "wait", "queue")),
    (PartState.RUNNING, Badge("running", "live", "play")),
    (PartState.DONE, Badge("done", "ok", "check")),
    (PartState.FAILED, Badge("failed", "bad", "cross")),
    (PartState.CANCELLED, Badge("cancelled", "idle", "stop")),
    (Level.DEBUG, Badge("debug", "idle", "dot")),
    (Level.INFO, Badge("info", "wait", "dot")),
    (Level.WARNING, Badge("warning", "warn", "half")),
    (Level.ERROR, Badge("error", "bad", "cross")),
    (ReviewState.WAITING, Badge("waits for a decision", "warn", "hand")),
    (ReviewState.APPROVED, Badge("let through", "ok", "check")),
    (ReviewState.REFUSED, Badge("kept", "ok", "undo")),
    (ReviewState.OUTDATED, Badge("outdated", "idle", "skip")),
)

_BADGES: Mapping[tuple[type[StrEnum], str], Badge] = {(type(state), state.value): badge for state, badge in _TABLE}
"""By type and word: as keys, words of two enums would be the same one (`running` of a run and of a part)."""


def badge_of(state: StrEnum) -> Badge:
    """How a state is shown."""
    return _BADGES[type(state), state.value]
