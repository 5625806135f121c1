"""Target rows: how a target and a delivery are spelled in their tables, both ways."""

import hashlib
from typing import Any

from sqlalchemy import Row

from windrow.model.targets import Delivery, Pace, Target, TargetState


def to_target(row: Row[Any]) -> Target:
    """The target of a row."""
    return Target(
        id=row.id,
        source_id=row.source_id,
        tenant_id=row.tenant_id,
        owner_id=row.owner_id,
        name=row.name,
        kind=row.kind,
        url=row.url,
        settings=row.settings,
        pace=Pace(row.requests_per_second, row.concurrency),
        enabled=row.enabled,
        state=TargetState(row.state),
        edition=row.edition,
        has_credential=row.credential is not None,
        created_at=row.created_at,
        changed_at=row.changed_at,
    )


def target_values(target: Target) -> dict[str, Any]:
    """The columns that people decide about."""
    return {
        "name": target.name,
        "kind": target.kind,
        "url": target.url,
        "place": place_of(target),
        "settings": dict(target.settings),
        "requests_per_second": target.pace.requests_per_second,
        "concurrency": target.pace.concurrency,
        "enabled": target.enabled,
    }


def place_of(target: Target) -> bytes:
    """16 bytes that targets of the same kind and URL share, whosever they are."""
    return hashlib.blake2b(f"{target.kind} {target.url.rstrip('/')}".encode(), digest_size=16).digest()


def to_delivery(row: Row[Any]) -> Delivery:
    """The delivery of a row, with the title of its resource."""
    return Delivery(
        target_id=row.target_id,
        resource_id=row.resource_id,
        identifier=row.identifier,
        remote=row.remote,
        title=row.title or "",
        tried_at=row.tried_at,
        pushed_at=row.pushed_at,
        problem=row.problem,
        attempts=row.attempts,
    )
