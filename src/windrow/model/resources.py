"""A resource: one remote record of a source, with its identity, its fingerprint and what became of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from windrow.model.records import Record


class Presence(StrEnum):
    """Where a resource stands.

    present   on the remote at the last look
    missing   not found in a complete pass, but its deletion is held for a person; still shown
    gone      deleted: a tombstone, hidden from the catalogue, kept for the grace time, can be undone
    kept      no longer on the remote, but shown for as long as its source is to keep what is gone
    """

    PRESENT = "present"
    MISSING = "missing"
    GONE = "gone"
    KEPT = "kept"

    @property
    def is_on_remote(self) -> bool:
        """Whether the remote has it, as far as is known: what is absent from a list can only be one of these."""
        return self in (Presence.PRESENT, Presence.MISSING)


class Outcome(StrEnum):
    """What the last harvest did with a resource. `listed`: it stands in the remote's list, and was never fetched."""

    LISTED = "listed"
    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    QUARANTINED = "quarantined"
    UNWANTED = "unwanted"
    DELETED = "deleted"
    RESTORED = "restored"


class RemoteRecord(NamedTuple):
    """One record as a source kind yields it, not yet interpreted.

    identifier    its identity within the source; at most 1,000 characters
    fingerprint   hash of what matters of it, 16 bytes; equal means unchanged
    raw           the document as it came, complete by itself (namespaces included)
    media_type    of `raw`, such as `application/xml` or `application/geo+json`
    read          makes the normalised record of it; called only when the record is new or changed. Whatever it
                  raises puts this one record into quarantine with its raw bytes; the rest goes on.
    version       what a listing said of it (a date and size, say): equal means that it need not be fetched again
    etag, last_modified   HTTP validators of its own document, where it has one
    type          the remote's own word for what it is, such as `dataset` or `Feature Layer`, where it has one
    """

    identifier: str
    fingerprint: bytes
    raw: bytes
    media_type: str
    read: Callable[[], Record]
    version: str = ""
    etag: str = ""
    last_modified: str = ""
    type: str = ""


@dataclass(frozen=True, slots=True)
class Resource:
    """One remote record of a source, as we keep it.

    `id` is the number that its catalogue record shares. Dates are UTC. `problem` tells why it is quarantined. `type` is
    the remote's own word for what it is; `href` where its document lies, if it is fetched apart from its list.
    """

    id: int
    source_id: int
    identifier: str
    title: str
    presence: Presence
    outcome: Outcome
    wanted: bool
    first_seen: datetime
    last_changed: datetime
    gone_since: datetime | None = None
    remote_modified: datetime | None = None
    version: str = ""
    problem: str = ""
    type: str = ""
    href: str = ""
