"""What people do with notifications: make, look, change, try out, give a new secret, delete."""

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from windrow.core.attending import Attending
from windrow.core.notifying.addresses import check_address
from windrow.core.notifying.beginning import make_telling
from windrow.core.notifying.digesting import plan_digests
from windrow.core.notifying.signing import SECRET_BYTES, new_signing_secret
from windrow.core.validating import check_name
from windrow.errors import BadInput, Conflict
from windrow.model.accounts import Principal, Right
from windrow.model.notifications import (
    DAILY,
    Channel,
    Event,
    Notification,
    Occasion,
    Secrets,
    check_interval,
    shown_address,
)
from windrow.model.paging import PageOf, check_limit
from windrow.model.runs import Run
from windrow.model.sources import Source
from windrow.ports.clocks import Clock
from windrow.ports.notifying import Messenger, Plan
from windrow.ports.store import Store

Chance = Callable[[int], bytes]
"""Gives so many bytes that nobody can guess."""


@dataclass(frozen=True, slots=True)
class NotificationDraft:
    """What a new or changed notification is to be. `address` None keeps the present one."""

    name: str
    channel: Channel
    address: str | None = None
    on: frozenset[Event] = frozenset({Event.ERROR})
    digest_every: timedelta = DAILY
    digest_empty: bool = False
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Made:
    """A notification, and the secret that its webhooks are signed with: told this once, and "" for others."""

    notification: Notification
    signing_secret: str = ""


@dataclass(frozen=True, slots=True)
class Notifications:
    """Use cases of notifications. They belong to a source: who may change that may change these."""

    store: Store
    attending: Attending
    messenger: Messenger
    clock: Clock
    chance: Chance = os.urandom

    def create(self, principal: Principal, source_id: int, draft: NotificationDraft) -> Made:
        """Makes one. Raises `BadInput` for an address that leads nowhere, and `Conflict` for a taken name."""
        source, now = self._writable(principal, source_id), self.clock()
        if draft.address is None:
            raise BadInput.of("address", "is missing")
        address = self._checked(draft.channel, draft.address)
        blank = Notification(0, source.id, source.tenant_id, principal.user_id, "", draft.channel, "", created_at=now)
        secret = self._new_secret() if draft.channel is Channel.WEBHOOK else ""
        drafted = self._drafted(blank, draft, address)
        made = self.store.notifications.add(drafted, Secrets(address, secret), self._plan(source))
        return Made(made, secret)

    def get(self, principal: Principal, source_id: int, notification_id: int) -> Notification:
        """One. Raises `NotFound`."""
        return self.store.notifications.get(self._readable(principal, source_id).id, notification_id)

    def page(
        self, principal: Principal, source_id: int, *, limit: int = 50, cursor: str | None = None
    ) -> PageOf[Notification]:
        """A source's, in the order they were made."""
        source = self._readable(principal, source_id)
        return self.store.notifications.page(source.id, limit=check_limit(limit), cursor=cursor)

    def change(
        self,
        principal: Principal,
        source_id: int,
        notification_id: int,
        draft: NotificationDraft,
        *,
        seen: datetime | None = None,
    ) -> Notification:
        """Changes one; with a new address what was to be told goes there. The way by which it tells stays.

        `seen` is the `changed_at` of what the draft was made from: raises `Conflict` when it was changed meanwhile.
        """
        source = self._writable(principal, source_id)
        present = self.store.notifications.get(source.id, notification_id)
        if draft.channel is not present.channel:
            raise BadInput.of("channel", "cannot be changed: delete the notification, and make another")
        address = None if draft.address is None else self._checked(draft.channel, draft.address)
        secrets = None if address is None else Secrets(address)
        changed = self._drafted(present, draft, address)
        begins = None if changed.digested_until == present.digested_until else changed.digested_until
        plan = self._plan(source)
        self.store.notifications.save(changed, secrets=secrets, digest_from=begins, plan=plan, seen=seen)
        return self.store.notifications.get(source.id, notification_id)

    def rotate(self, principal: Principal, source_id: int, notification_id: int) -> Made:
        """Gives a webhook a new secret; from now on the old one is good for nothing. Raises `Conflict` for others."""
        source = self._writable(principal, source_id)
        present = self.store.notifications.get(source.id, notification_id)
        if present.channel is not Channel.WEBHOOK:
            raise Conflict("Only webhooks are signed: this notification has no secret.")
        changed, secret = replace(present, changed_at=self.clock()), self._new_secret()
        self.store.notifications.save(changed, secrets=Secrets(signing=secret), plan=self._plan(source))
        return Made(self.store.notifications.get(source.id, notification_id), secret)

    def test(self, principal: Principal, source_id: int, notification_id: int) -> Run:
        """Starts a run that sends a test message, also where the notification is switched off."""
        source = self._writable(principal, source_id)
        present = self.store.notifications.get(source.id, notification_id)
        run = make_telling(self.attending, source, present, [Occasion.TEST])
        # Tried once: somebody waits for the answer.
        run = replace(run, retry=replace(run.retry, attempts=1))
        self.store.runs.add([run])
        return run

    def delete(self, principal: Principal, source_id: int, notification_id: int) -> None:
        """Deletes one; what was still to be told is told to nobody. Raises `NotFound`."""
        source = self._writable(principal, source_id)
        self.store.notifications.delete(source.id, notification_id, self._plan(source))

    def _readable(self, principal: Principal, source_id: int) -> Source:
        principal.need(Right.READ)
        return self.store.sources.get(source_id, tenant_id=principal.scope)

    def _writable(self, principal: Principal, source_id: int) -> Source:
        principal.need(Right.WRITE)
        return self._readable(principal, source_id)

    def _checked(self, channel: Channel, address: str) -> str:
        return check_address(self.messenger, channel, address)

    def _new_secret(self) -> str:
        return new_signing_secret(self.chance(SECRET_BYTES))

    def _plan(self, source: Source) -> Plan:
        return lambda notifications: plan_digests(self.attending, source, notifications)

    def _drafted(self, present: Notification, draft: NotificationDraft, address: str | None) -> Notification:
        now = self.clock()
        if not draft.on:
            raise BadInput.of("on", "must name at least one of error, change, always, digest, reconciliation")
        changed = replace(
            present,
            name=check_name(draft.name),
            on=draft.on,
            digest_every=check_interval(draft.digest_every),
            digest_empty=draft.digest_empty,
            enabled=draft.enabled,
            changed_at=now,
        )
        if address is not None:
            changed = replace(changed, shown=shown_address(address))
        if changed.digest_due is None or present.digest_due is None:
            # A digest begins where it was asked for: nobody wants last year's told.
            changed = replace(changed, digested_until=now)
        return changed
