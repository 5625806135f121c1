"""Builds fetchers: one maker per process, one fetcher per run."""

import time

from windrow.errors import BadInput
from windrow.fetching.connecting import Door, Resolver, system_resolver
from windrow.fetching.connections import make_pools
from windrow.fetching.fetcher import Observe, Outfit, PoliteFetcher, ignore_observation
from windrow.fetching.policy import OutgoingPolicy
from windrow.fetching.redaction import redact_client_log
from windrow.fetching.requests import Identity, credential_header, is_header_value
from windrow.fetching.targets import read_target
from windrow.fetching.turns import Turns, Wait
from windrow.model.sources import Credential
from windrow.ports.clocks import Clock, system_clock
from windrow.ports.fetching import Check, Hosts, Manners


class PoliteFetcherMaker:
    """Implements `windrow.ports.fetching.FetcherMaker`; its fetchers share connections. Close it in the end."""

    def __init__(self, outfit: Outfit, user_agent: str) -> None:
        self._outfit = outfit
        self._user_agent = user_agent

    def __call__(self, manners: Manners, *, origin: str, credential: Credential | None, check: Check) -> PoliteFetcher:
        """See the port. Raises `BadInput` for a credential that no header can carry, `RemoteForbidden` for an origin
        that may not be asked."""
        target = read_target(origin, self._outfit.door.policy)
        identity = Identity(self._user_agent, target.origin, credential_header(credential))
        return PoliteFetcher(self._outfit, manners, identity=identity, credential=credential, check=check)

    def close(self) -> None:
        """Closes the idle connections and gives back idle turns; fetchers still at work take new ones."""
        self._outfit.turns.close()
        self._outfit.pools.clear()


def make_fetcher_maker(
    hosts: Hosts,
    policy: OutgoingPolicy,
    *,
    user_agent: str,
    clock: Clock = system_clock,
    wait: Wait = time.sleep,
    resolver: Resolver = system_resolver,
    observe: Observe = ignore_observation,
) -> PoliteFetcherMaker:
    """The maker of this process; not to be carried over a fork, for its connections would be shared.

    `observe` is called after every exchange, in the fetching thread. `wait` lets seconds pass and `resolver` looks
    names up; tests give their own.
    """
    if not is_header_value(user_agent) or not user_agent:
        raise BadInput.of("outgoing.user_agent", "must be printable ASCII on one line")
    redact_client_log()
    outfit = Outfit(
        turns=Turns(hosts, clock, wait),
        door=Door(policy, resolver),
        pools=make_pools(proxy=policy.proxy, ca_file=policy.ca_file),
        clock=clock,
        wait=wait,
        observe=observe,
    )
    return PoliteFetcherMaker(outfit, user_agent)


def name_ourselves(version: str, contact: str) -> str:
    """An honest User-Agent; `contact` is a URL or e-mail address under which a remote's keeper finds a person."""
    return f"Windrow/{version}" + (f" (+{contact})" if contact else "")
