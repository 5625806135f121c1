"""Targets: the port `Targets` on either database."""

import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from windrow.errors import Conflict, NameTaken, NotFound
from windrow.model.identity import new_id
from windrow.model.paging import PageOf, check_limit
from windrow.model.runs import Part
from windrow.model.sources import Credential
from windrow.model.targets import Consignment, Delivery, Standing, Target, TargetState
from windrow.ports.clocks import Clock, system_clock
from windrow.ports.deliveries import Result, Stretch
from windrow.storage import deliveries as delivering
from windrow.storage.database import Database
from windrow.storage.dues import count_standing, find_stretch, is_anything_due, select_target
from windrow.storage.listing import number_of, to_page
from windrow.storage.moves import among
from windrow.storage.numbers import can_be_id
from windrow.storage.resources import let_others_write
from windrow.storage.secrets import Vault
from windrow.storage.tables import deliveries, targets
from windrow.storage.target_rows import target_values, to_target

FORGOTTEN = 2_000
"""Deliveries deleted in one transaction."""


class SqlTargets:
    """Targets and what was delivered to them."""

    def __init__(self, database: Database, vault: Vault, clock: Clock = system_clock) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock

    def add(self, target: Target, credential: Credential | None) -> Target:
        """Writes a new target."""
        seal = new_id()
        values = {
            **target_values(target),
            "source_id": target.source_id,
            "tenant_id": target.tenant_id,
            "owner_id": target.owner_id,
            "state": target.state.value,
            "edition": target.edition,
            "seal": seal,
            "credential": self._seal(credential, seal),
            "created_at": target.created_at or self._clock(),
            "changed_at": target.changed_at or self._clock(),
        }
        with self._database.write(wake=True) as connection:
            try:
                added = connection.execute(insert(targets).values(values).returning(targets)).one()
            except IntegrityError as error:
                raise _name_taken(target) from error
            return to_target(added)

    def get(self, source_id: int, target_id: int) -> Target:
        """One target of a source."""
        with self._database.read() as connection:
            row = _one(connection, target_id)
        if row.source_id != source_id:
            raise NotFound("target", target_id)
        return to_target(row)

    def page(self, source_id: int, *, limit: int, cursor: str | None = None) -> PageOf[Target]:
        """In the order they were made."""
        query = select(targets).where(targets.c.source_id == source_id).order_by(targets.c.id)
        if cursor is not None:
            query = query.where(targets.c.id > number_of(cursor))
        with self._database.read() as connection:
            rows = connection.execute(query.limit(check_limit(limit) + 1)).all()
        return to_page(rows, [to_target(row) for row in rows], limit)

    def save(
        self,
        target: Target,
        *,
        credential: Credential | None = None,
        drop_credential: bool = False,
        seen: datetime | None = None,
    ) -> None:
        """Writes what people may change."""
        values: dict[str, Any] = {**target_values(target), "changed_at": target.changed_at or self._clock()}
        with self._database.write(wake=True) as connection:
            row = _one(connection, target.id, lock=True)
            if seen is not None and row.changed_at != seen:
                raise Conflict(
                    f"Target {target.id} was changed by somebody else meanwhile: look at it, and change it again."
                )
            if credential is not None or drop_credential:
                values["credential"] = self._seal(credential, row.seal)
            if (row.url, row.settings) != (target.url, dict(target.settings)):
                values["edition"] = targets.c.edition + 1
            try:
                connection.execute(update(targets).where(targets.c.id == target.id).values(values))
            except IntegrityError as error:
                raise _name_taken(target) from error

    def mark(self, target_id: int, state: TargetState, *, now: datetime) -> None:
        """Says that a target is leaving, or dropped."""
        with self._database.write(wake=True) as connection:
            _one(connection, target_id, lock=True)
            values = {"state": state.value, "changed_at": now}
            connection.execute(update(targets).where(targets.c.id == target_id).values(values))

    def renew(self, target_ids: Sequence[int], run_id: str) -> None:
        """Has everything be due at these targets again, once for a run."""
        these = (targets.c.id.in_(target_ids), targets.c.renewed_by != run_id)
        with self._database.write() as connection:
            values = {"edition": targets.c.edition + 1, "renewed_by": run_id}
            connection.execute(update(targets).where(*these).values(values))

    def delete(self, target_id: int) -> None:
        """Deletes a target with its deliveries, in batches."""
        forget_deliveries(self._database, target_id)
        with self._database.write(wake=True) as connection:
            connection.execute(delete(targets).where(targets.c.id == target_id))

    def credential(self, target_id: int) -> Credential | None:
        """A target's secret, decrypted."""
        with self._database.read() as connection:
            row = _one(connection, target_id)
        return None if row.credential is None else self._vault.open(row.credential, place=row.seal)

    def due(self, target_id: int, *, removals: bool, after: int, limit: int) -> Stretch | None:
        """The next records to be pushed, or taken away."""
        with self._database.read() as connection:
            target = _one(connection, target_id)
            return find_stretch(connection, target, removals=removals, after=after, limit=limit)

    def is_due(self, source_id: int) -> bool:
        """Whether a push of that source would have something to do."""
        with self._database.read() as connection:
            rows = connection.execute(select(targets).where(targets.c.source_id == source_id)).all()
            return any(is_anything_due(connection, row) for row in rows if to_target(row).is_pushed_to)

    def standings(self, target_ids: Sequence[int]) -> dict[int, Standing]:
        """How far these targets are."""
        with self._database.read() as connection:
            rows = connection.execute(select(targets).where(targets.c.id.in_(target_ids))).all()
            return {row.id: count_standing(connection, row) for row in rows}

    def announce(self, part: Part, target_id: int, *, first: int, last: int) -> list[int]:
        """Gives a name to each record of a stretch that is due and has none yet."""
        with self._database.write() as connection:
            return delivering.announce(connection, part, target_id, first, last)

    def removals(self, target_id: int, *, first: int, last: int) -> list[Delivery]:
        """What of a stretch is to be taken away."""
        with self._database.read() as connection:
            return delivering.find_removals(connection, target_id, first, last)

    def consign(self, target_id: int, number: int) -> Consignment | None:
        """A record as it is to be pushed now."""
        with self._database.read() as connection:
            return delivering.consign(self._database, connection, target_id, number)

    def note(self, part: Part, target_id: int, result: Result, *, counted: str, now: datetime) -> None:
        """Keeps what became of one record."""
        with self._database.write() as connection:
            delivering.note(connection, part, target_id, result, counted=counted, now=now)

    def deliveries(
        self, target_id: int, *, failed: bool | None, limit: int, cursor: str | None = None
    ) -> PageOf[Delivery]:
        """What became of each record."""
        with self._database.read() as connection:
            return delivering.list_deliveries(connection, target_id, failed=failed, limit=limit, cursor=cursor)

    def _seal(self, credential: Credential | None, seal: str) -> bytes | None:
        return None if credential is None else self._vault.seal(credential, place=seal)


def forget_deliveries(database: Database, target_id: int) -> None:
    """Deletes what is known of a target's deliveries, many at a time."""
    some = select(deliveries.c.resource_id).where(deliveries.c.target_id == target_id).limit(FORGOTTEN)
    while True:
        begun = time.monotonic()
        with database.write() as connection:
            chosen = among(connection, deliveries.c.resource_id, some)
            gone = connection.execute(delete(deliveries).where(deliveries.c.target_id == target_id, chosen)).rowcount
        if gone < FORGOTTEN:
            return
        let_others_write(database, time.monotonic() - begun)


def _one(connection: Connection, target_id: int, *, lock: bool = False) -> Row[Any]:
    query = select_target(target_id)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none() if can_be_id(target_id) else None
    if row is None:
        raise NotFound("target", target_id)
    return row


def _name_taken(target: Target) -> NameTaken:
    return NameTaken(f"This source has a target {target.name!r} already; choose another name.")
