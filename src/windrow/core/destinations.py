"""What people do with destinations of reports: make, look, change, try out, give a new secret, delete."""

import os
from dataclasses import dataclass
from functools import partial

from windrow.core.notifications import Chance
from windrow.core.notifying.addresses import check_address
from windrow.core.notifying.signing import SECRET_BYTES, new_signing_secret
from windrow.core.reporting.delivering import Delivering, Letter
from windrow.core.reporting.renaming import NAMING, follow
from windrow.core.validating import check_name
from windrow.errors import BadInput, Conflict, HostResting, ProcessLost, RemoteError
from windrow.model.accounts import Principal, Right
from windrow.model.destinations import Destination
from windrow.model.identity import new_id
from windrow.model.notifications import Channel, Secrets, channel_of, shown_address
from windrow.model.paging import PageOf, check_limit
from windrow.ports.clocks import Clock
from windrow.ports.destinations import Renaming
from windrow.ports.notifying import Messenger
from windrow.ports.store import Store

TEST = "report.test"


@dataclass(frozen=True, slots=True)
class MadeDestination:
    """A destination, and the secret that its webhooks are signed with: told this once, and "" for others."""

    destination: Destination
    signing_secret: str = ""


@dataclass(frozen=True, slots=True)
class Destinations:
    """Use cases of destinations. They belong to a tenant; tasks name them, and never hold an address."""

    store: Store
    messenger: Messenger
    delivering: Delivering
    clock: Clock
    chance: Chance = os.urandom

    def create(self, principal: Principal, name: str, address: str) -> MadeDestination:
        """Makes one: a webhook for a URL, otherwise an Apprise address. Raises `BadInput` and `NameTaken`."""
        principal.need(Right.WRITE)
        channel = channel_of(address)
        address = check_address(self.messenger, channel, address)
        secret = self._new_secret() if channel is Channel.WEBHOOK else ""
        tenant_id, shown = principal.tenant_id, shown_address(address)
        drafted = Destination(0, tenant_id, principal.user_id, check_name(name), channel, shown, self.clock())
        return MadeDestination(self.store.destinations.add(drafted, Secrets(address, secret)), secret)

    def get(self, principal: Principal, destination_id: int) -> Destination:
        """One. Raises `NotFound`."""
        principal.need(Right.READ)
        return self.store.destinations.get(destination_id, tenant_id=principal.scope)

    def page(self, principal: Principal, *, limit: int = 50, cursor: str | None = None) -> PageOf[Destination]:
        """In the order they were made."""
        principal.need(Right.READ)
        return self.store.destinations.page(tenant_id=principal.scope, limit=check_limit(limit), cursor=cursor)

    def change(
        self, principal: Principal, destination_id: int, address: str | None = None, *, name: str | None = None
    ) -> Destination:
        """Gives one another address, to which the next report goes, or another name, which its team's tasks follow.

        Raises `NotFound`, `BadInput` for an address that leads nowhere, or by another way, `NameTaken`, and `Conflict`
        while a run that sends there has not ended: it would not find the name.
        """
        present = self._writable(principal, destination_id)
        if address is None and name is None:
            raise BadInput.of("address", "or a name is missing: say what to change")
        secrets = Secrets() if address is None else Secrets(self._checked(address, present))
        shown = present.shown if address is None else shown_address(secrets.address)
        self.store.destinations.change(present.id, secrets, shown=shown, renaming=self._renaming(present, name))
        return self.get(principal, present.id)

    def _checked(self, address: str, present: Destination) -> str:
        if channel_of(address) is not present.channel:
            told = f"is no {present.channel}'s: delete the destination, and make another of the same name"
            raise BadInput.of("address", told)
        return check_address(self.messenger, present.channel, address)

    def _renaming(self, present: Destination, name: str | None) -> Renaming | None:
        if name is None or (name := check_name(name)) == present.name:
            return None
        return Renaming(name, NAMING, partial(follow, old=present.name, new=name), self.clock())

    def rotate(self, principal: Principal, destination_id: int) -> MadeDestination:
        """Gives a webhook a new secret; from now on the old one is good for nothing. Raises `Conflict` for others."""
        present = self._writable(principal, destination_id)
        if present.channel is not Channel.WEBHOOK:
            raise Conflict("Only webhooks are signed: this destination has no secret.")
        secret = self._new_secret()
        self.store.destinations.change(present.id, Secrets(signing=secret), shown=present.shown)
        return MadeDestination(self.get(principal, present.id), secret)

    def test(self, principal: Principal, destination_id: int) -> Destination:
        """Sends a test message, once, and waits for the answer; the destination says whether it arrived."""
        present = self._writable(principal, destination_id)
        told = f"Reports that are sent to {present.name} arrive here."
        letter = Letter("Test of a destination", told, TEST, {"destination": present.name, "told": told})
        try:
            self.delivering.deliver(present, letter, message_id=new_id(), check=_go_on)
        except HostResting as error:  # nothing was asked
            self.store.destinations.note_problem(present.id, str(error), now=self.clock())
        except (RemoteError, BadInput, ProcessLost):
            pass  # it is noted with the destination why
        return self.get(principal, present.id)

    def delete(self, principal: Principal, destination_id: int) -> None:
        """Deletes one; reports that name it are sent there no more. Raises `NotFound`."""
        principal.need(Right.WRITE)
        self.store.destinations.delete(destination_id, tenant_id=principal.scope)

    def _writable(self, principal: Principal, destination_id: int) -> Destination:
        principal.need(Right.WRITE)
        return self.get(principal, destination_id)

    def _new_secret(self) -> str:
        return new_signing_secret(self.chance(SECRET_BYTES))


def _go_on() -> None:
    """Nobody cancels a test."""
