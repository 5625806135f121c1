"""A life: what a remote does to a kind over the years, act by act, with what must be true after each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from windrow.errors import RemoteUnreachable
from windrow.model.runs import RunState
from windrow.ports.source_kinds import SourceKind
from windrow.testing.remotes import Remote, Reply
from windrow.testing.trials import Harvested, Trial

_HTML = b"<!DOCTYPE html><html><head><title>Please sign in</title></head><body></body></html>"

TROUBLES: Mapping[str, Reply] = {
    "answers 500": 500,
    "cannot be reached": RemoteUnreachable("There is no connection."),
    "shows a page for people": _HTML,
    "answers nothing": b"",
}
"""What a remote in trouble says to everything."""


@dataclass(frozen=True)
class Life:
    """A remote over time, as answers by URL.

    first     it holds `count` records, all of them readable
    changed   one of them has changed
    removed   then one is gone, and nothing else has changed
    page      the address of one of several pages, which fails once; "" where everything comes in one answer
    """

    url: str
    count: int
    first: Mapping[str, Reply]
    changed: Mapping[str, Reply]
    removed: Mapping[str, Reply]
    page: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)


def live_through(kind: SourceKind, life: Life) -> None:
    """Harvests through all of it. Raises `AssertionError`, which names the act and what came instead.

    Takes some seconds. The acts: a first harvest; an unchanged second one; one with a change; a remote in trouble, in
    several ways; one bad page; a removal. After each, what must be true for every kind is looked at.
    """
    remote = Remote(life.first)
    with Trial(kind, remote, life.url, settings=life.settings) as trial:
        _expect("the first harvest", trial.harvest(), {"added": life.count})
        first = len(remote.asked)
        kept = trial.resources()
        if len(trial.records()) != life.count:
            raise AssertionError(
                f"the first harvest: {len(trial.records())} records in the catalogue, not {life.count}"
            )

        _expect("an unchanged harvest", trial.harvest(), {"unchanged": life.count})
        if trial.resources() != kept:
            raise AssertionError("an unchanged harvest: resources were written anew although nothing had changed")
        if len(remote.asked) > 2 * first:
            raise AssertionError(f"an unchanged harvest: {len(remote.asked) - first} requests, after {first} at first")

        remote.answers = life.changed
        _expect("a harvest with one change", trial.harvest(), {"changed": 1, "unchanged": life.count - 1})
        _suffer(trial, life)

        remote.answers = life.removed
        _expect("a harvest with one removal", trial.harvest(), {"unchanged": life.count - 1, "deleted": 1})


def _suffer(trial: Trial, life: Life) -> None:
    for trouble, reply in TROUBLES.items():
        trial.remote.instead = reply
        _expect_harm(f"a remote that {trouble}", trial, life)
    trial.remote.instead = None
    if life.page:
        trial.remote.answers = {**life.changed, life.page: 500}
        _expect_harm("one bad page", trial, life)
        trial.remote.answers = life.changed
    _expect("a harvest after the trouble", trial.harvest(), {"unchanged": life.count})


def _expect(act: str, harvested: Harvested, counts: Mapping[str, int]) -> None:
    if harvested.state is not RunState.SUCCEEDED or harvested.counts != counts:
        wanted = f"succeeded with {dict(counts)}"
        raise AssertionError(f"{act}: {_told(harvested)}, where it should have {wanted}")


def _expect_harm(act: str, trial: Trial, life: Life) -> None:
    """A harvest that could not see everything says so, says why, and deletes nothing."""
    harvested = trial.harvest()
    if harvested.state not in (RunState.FAILED, RunState.PARTIAL) or not harvested.error:
        raise AssertionError(f"{act}: {_told(harvested)}, where it should have failed and said why")
    if len(trial.present()) != life.count:
        raise AssertionError(f"{act}: {len(trial.present())} resources are left of {life.count}")


def _told(harvested: Harvested) -> str:
    said = f" ({harvested.error})" if harvested.error else ""
    return f"{harvested.state.value} with {dict(harvested.counts)}{said}"
