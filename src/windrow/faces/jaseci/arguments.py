"""Arguments of ScheduledWalker and ScheduledSequence, by their old and their new names."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from windrow.errors import BadInput
from windrow.faces.jaseci.words import WALKER_URN

WALKER_ARGUMENTS = ("wlk", "name", "ctx", "nd", "snt", "mst")
USUAL_WALKER = "init"
NODES = frozenset({"active:graph"})
SENTINELS = frozenset({"active:sentinel", "global"})
"""Aliases that every account has. There is one graph and one sentinel here: the walkers that are registered."""


@dataclass(frozen=True, slots=True)
class WalkerArguments:
    """What a walker is to be run with. `master` is the id of the account that it runs as; None where nobody said."""

    walker: str
    context: Mapping[str, Any] = field(default_factory=dict)
    master: str | None = None


def read_walker(given: Mapping[str, Any]) -> WalkerArguments:
    """The arguments of a ScheduledWalker: `wlk`, which was called `name` once, `ctx`, `nd`, `snt` and `mst`.

    Raises `BadInput`, naming the argument.
    """
    for name in given:
        if name not in WALKER_ARGUMENTS:
            known = ", ".join(WALKER_ARGUMENTS)
            raise BadInput.of(f"body.{name}", f"is no argument of ScheduledWalker; there are: {known}")
    _check_place(given.get("nd"), "nd", NODES)
    _check_place(given.get("snt"), "snt", SENTINELS)
    context = given.get("ctx")
    if not isinstance(context, Mapping | None):
        raise BadInput.of("body.ctx", "must be an object")
    return WalkerArguments(_walker_of(given), dict(context or {}), _master_of(given.get("mst")))


def _walker_of(given: Mapping[str, Any]) -> str:
    said = {name: given[name] for name in ("wlk", "name") if given.get(name) not in (None, "")}
    for name, value in said.items():
        if not isinstance(value, str):
            raise BadInput.of(f"body.{name}", "must be the name of a walker")
    if len(set(said.values())) > 1:
        raise BadInput.of("body.name", "is the old name of wlk: give one of the two")
    walker: str = next(iter(said.values()), USUAL_WALKER)
    return walker.removeprefix(WALKER_URN)


def _check_place(given: Any, name: str, aliases: frozenset[str]) -> None:
    if given is None or given == "" or _uuid_of(given) is not None:
        return
    if isinstance(given, str) and given in aliases:
        return
    known = ", ".join(sorted(aliases))
    raise BadInput.of(f"body.{name}", f"“{given}” is not a valid UUID, urn or alias; aliases are: {known}")


def _master_of(given: Any) -> str | None:
    if given is None or given == "":
        return None
    master = _uuid_of(given)
    if master is None:
        raise BadInput.of("body.mst", f"“{given}” is not a valid UUID or urn of an account; aliases do not count here")
    return master


def _uuid_of(given: Any) -> str | None:
    """The id in a urn or a bare UUID."""
    try:
        return str(uuid.UUID(given)) if isinstance(given, str) else None
    except ValueError:
        return None


def read_sequence(given: Mapping[str, Any]) -> dict[str, Any]:
    """The document of a ScheduledSequence. Raises `BadInput`."""
    if not isinstance(given.get("requests"), list):
        raise BadInput.of("body.requests", "must be a list of requests")
    for name in ("persistence", "container"):
        if not isinstance(given.get(name, {}), Mapping):
            raise BadInput.of(f"body.{name}", "must be an object")
    return dict(given)
