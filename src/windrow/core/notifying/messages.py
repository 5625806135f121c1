"""Messages: what is told, as data for programs and as plain words for people."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from windrow.model.notifications import Notification, Occasion, counts_told
from windrow.model.runs import Run, RunState
from windrow.model.sources import Source
from windrow.ports.notifying import Happened

FIRST = 3
"""Problems that a message names; the run's page has them all."""

LONGEST_REASON = 500

NOUNS = {"harvest": "Harvest", "refresh": "Refresh", "copy": "Copy", "push": "Push"}

WORDS = {
    Occasion.FAILED: "failed",
    Occasion.PARTIAL: "did not do everything",
    Occasion.HELD: "found records missing: a deletion waits for a decision",
    Occasion.RECOVERED: "succeeded again",
    Occasion.DIFFERS: "ended with numbers that do not agree",
    Occasion.RECONCILED: "ended with numbers that agree again",
    Occasion.CHANGED: "changed records",
    Occasion.ENDED: "ended",
}


@dataclass(frozen=True, slots=True)
class Message:
    """What one notification is told at one occasion. `type` and `data` are those of the webhook's body."""

    type: str
    at: datetime
    title: str
    text: str
    data: Mapping[str, Any]

    @property
    def body(self) -> dict[str, Any]:
        """The webhook's body, as Standard Webhooks proposes it."""
        return {"type": self.type, "timestamp": _spelled(self.at), "data": dict(self.data)}


def of_run(source: Source, run: Run, occasions: Sequence[Occasion], *, base_url: str) -> Message:
    """Tells of a run that has ended. `occasions` are not empty, the weightiest first."""
    title = f"{NOUNS.get(run.kind, run.kind)} of {source.name} {WORDS[occasions[0]]}"
    at = run.ended_at or run.created_at
    reasons = _reasons(run)
    numbers = run.result.get("reconciliation") or None
    data = {
        "source": _source(source, base_url),
        "occasions": [each.value for each in occasions],
        "run": {
            "id": run.id,
            "kind": run.kind,
            "state": run.state.value,
            "started_at": _spelled(run.started_at),
            "ended_at": _spelled(run.ended_at),
            "counts": dict(run.progress.counts),
            "message": run.progress.message,
            "problems": reasons,
            "link": _link(base_url, f"/runs/{run.id}"),
        },
        "reconciliation": numbers,
    }
    lines = [
        f"{NOUNS.get(run.kind, run.kind)} of {source.name} (source {source.id}): {run.state.value}.",
        f"Ended: {at:%Y-%m-%d %H:%M:%S} UTC",
        _told_counts(run.progress.counts),
        run.progress.message,
        *(f"Problem: {each}" for each in reasons),
        *([f"Numbers: {numbers['problem']}"] if numbers and numbers.get("problem") else []),
        _link(base_url, f"/runs/{run.id}") or f"Run {run.id}",
    ]
    return Message(f"{run.kind}.{occasions[0].value}", at, title, _joined(lines), data)


def of_digest(
    source: Source, happened: Happened, *, since: datetime, until: datetime, next_due: datetime | None, base_url: str
) -> Message:
    """Tells of a time."""
    states = Counter(run.state.value for run in happened.runs)
    counts: Counter[str] = Counter()
    for run in happened.runs:
        counts.update(counts_told(run.progress.counts))
    bad = [run for run in happened.runs if run.state in (RunState.FAILED, RunState.PARTIAL)]
    problems = [{"run": run.id, "problem": each} for run in bad for each in _reasons(run)[:1]][-FIRST:]
    data = {
        "source": _source(source, base_url),
        "occasions": [Occasion.DIGEST.value],
        "since": _spelled(since),
        "until": _spelled(until),
        "runs": dict(states),
        "total": happened.total,
        "counts": dict(counts),
        "problems": problems,
        "next_run": _spelled(next_due),
    }
    runs = ", ".join(f"{count} {state}" for state, count in sorted(states.items())) or "none"
    more = f" (of {happened.total}, the first {len(happened.runs)})" if happened.total > len(happened.runs) else ""
    lines = [
        f"{source.name} (source {source.id}), {since:%Y-%m-%d %H:%M} to {until:%Y-%m-%d %H:%M} UTC.",
        f"Runs: {runs}{more}",
        _told_counts(counts),
        *(f"Problem: {each['problem']}" for each in problems),
        f"Next run: {next_due:%Y-%m-%d %H:%M} UTC" if next_due else "Next run: none is scheduled",
        _link(base_url, f"/sources/{source.id}"),
    ]
    return Message("source.digest", until, f"Digest of {source.name}", _joined(lines), data)


def of_test(source: Source, notification: Notification, *, at: datetime, base_url: str) -> Message:
    """Tells that telling works."""
    data = {"source": _source(source, base_url), "occasions": [Occasion.TEST.value]}
    lines = [
        f"This is a test of the notification {notification.name!r} of {source.name} (source {source.id}).",
        f"It is sent on: {', '.join(sorted(notification.on))}.",
        _link(base_url, f"/sources/{source.id}/notifications"),
    ]
    return Message("notification.test", at, f"Test: {source.name}", _joined(lines), data)


def _source(source: Source, base_url: str) -> dict[str, Any]:
    link = _link(base_url, f"/sources/{source.id}")
    return {"id": source.id, "name": source.name, "kind": source.kind, "link": link}


def _reasons(run: Run) -> list[str]:
    return [each[:LONGEST_REASON] for each in run.error.split("; ")[:FIRST] if each]


def _told_counts(counts: Mapping[str, int]) -> str:
    told = ", ".join(f"{count} {word.replace('_', ' ')}" for word, count in counts.items() if count)
    return f"Records: {told or 'no changes'}"


def _link(base_url: str, path: str) -> str:
    return f"{base_url}{path}" if base_url else ""


def _joined(lines: Sequence[str]) -> str:
    return "\n".join(_nonempty(lines))


def _nonempty(lines: Sequence[str]) -> Iterator[str]:
    return (each for each in lines if each)


def _spelled(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat().replace("+00:00", "Z")
