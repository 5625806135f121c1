"""What people do with destinations of reports: make, look, delete."""

import os
from dataclasses import dataclass
from urllib.parse import urlsplit

from windrow.core.notifications import Chance
from windrow.core.notifying.signing import SECRET_BYTES, new_signing_secret
from windrow.core.validating import check_name, check_url
from windrow.errors import BadInput
from windrow.model.accounts import Principal, Right
from windrow.model.destinations import Destination
from windrow.model.notifications import Channel, Secrets, shown_address
from windrow.model.paging import PageOf, check_limit
from windrow.ports.clocks import Clock
from windrow.ports.notifying import Messenger
from windrow.ports.store import Store


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
    clock: Clock
    chance: Chance = os.urandom

    def create(self, principal: Principal, name: str, address: str) -> MadeDestination:
        """Makes one: a webhook for a URL, otherwise an Apprise address. Raises `BadInput` and `NameTaken`."""
        principal.need(Right.WRITE)
        channel = Channel.WEBHOOK if address.strip().startswith(("http://", "https://")) else Channel.APPRISE
        address = self._checked(channel, address)
        secret = new_signing_secret(self.chance(SECRET_BYTES)) if channel is Channel.WEBHOOK else ""
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

    def delete(self, principal: Principal, destination_id: int) -> None:
        """Deletes one; reports that name it are sent there no more. Raises `NotFound`."""
        principal.need(Right.WRITE)
        self.store.destinations.delete(destination_id, tenant_id=principal.scope)

    def _checked(self, channel: Channel, address: str) -> str:
        if channel is Channel.WEBHOOK:
            if "@" in urlsplit(address.strip()).netloc:
                raise BadInput.of("address", "must not contain a user name or password: webhooks are signed instead")
            return check_url(address, field="address")
        self.messenger.check(address.strip())
        return address.strip()
