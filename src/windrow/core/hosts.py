"""Hosts: when remote hosts may be asked, and how they have behaved lately; for admins."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from windrow.errors import BadInput
from windrow.model.accounts import Principal, Right
from windrow.model.hosts import closed_until, hours_of
from windrow.model.windows import Hours
from windrow.ports.clocks import Clock
from windrow.ports.fetching import HostState
from windrow.ports.store import Store

LARGEST_PORT = 65_535

_NAME = re.compile(r"(\[[0-9a-f:.]{2,45}\]|[a-z0-9_]([a-z0-9_.-]{0,251}[a-z0-9_])?)(?::([0-9]{1,5}))?")

ALWAYS = Hours()


@dataclass(frozen=True, slots=True)
class HostView:
    """A host with what was said of it.

    hours         what was said of this very name; what is said of a name holds for all its ports
    closed_until  when it may be asked again (UTC); None where it may be asked now
    """

    state: HostState
    hours: Hours
    closed_until: datetime | None


@dataclass(frozen=True, slots=True)
class Hosts:
    """Use cases of hosts. They are of all teams: only admins see and change them."""

    store: Store
    clock: Clock

    def list(self, principal: Principal) -> Sequence[HostView]:
        """Those that were asked lately, and those of which something was said; by name."""
        principal.need(Right.ADMIN)
        now, said = self.clock(), self.store.host_hours.all()
        states = {state.host: state for state in self.store.hosts.states()}
        idle = {host: HostState(host, in_flight=0, failures=0) for host in said}
        found = {**idle, **states}
        return [_view(found[host], said, now) for host in sorted(found)]

    def set_hours(self, principal: Principal, host: str, hours: Hours) -> HostView:
        """Says when a host may be asked, in place of what was said before. Raises `BadInput`."""
        principal.need(Right.ADMIN)
        host = check_host(host)
        if hours == ALWAYS:
            raise BadInput.of("blackouts", "or windows are needed; to have it asked at any hour, remove its hours")
        self.store.host_hours.save(host, hours)
        return next(each for each in self.list(principal) if each.state.host == host)

    def remove_hours(self, principal: Principal, host: str) -> None:
        """Has a host be asked at any hour again. Raises `NotFound` where nothing was said of it."""
        principal.need(Right.ADMIN)
        self.store.host_hours.remove(host.strip().lower())


def check_host(text: str) -> str:
    """A host as it is kept: lower case, with a port or without. Raises `BadInput`."""
    host = text.strip().lower()
    found = _NAME.fullmatch(host)
    if found is None or (found[3] is not None and not 1 <= int(found[3]) <= LARGEST_PORT):
        raise BadInput.of("host", "must be a name such as catalogue.example.org, with a port or without, and no URL")
    return host


def _view(state: HostState, said: Mapping[str, Hours], now: datetime) -> HostView:
    return HostView(state, said.get(state.host, ALWAYS), closed_until(hours_of(state.host, said), now))
