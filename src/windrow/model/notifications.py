"""A notification: who is told of what becomes of a source, by which way, and how the last telling went."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import unquote, urlsplit

from windrow.errors import BadInput

HIDDEN = "***"
LEAST_INTERVAL = timedelta(minutes=5)
LONGEST_INTERVAL = timedelta(days=366)
DAILY = timedelta(days=1)

SECRET_PREFIX = "whsec_"  # noqa: S105 - what secrets begin with is none
"""What the signing secrets of Standard Webhooks begin with."""


class Channel(StrEnum):
    """By which way: a signed POST to a URL, or one of the many services that Apprise knows."""

    WEBHOOK = "webhook"
    APPRISE = "apprise"


def channel_of(address: str) -> Channel:
    """By which way an address leads: a URL of the web is a webhook's, all others are Apprise's."""
    return Channel.WEBHOOK if address.strip().startswith(("http://", "https://")) else Channel.APPRISE


class Event(StrEnum):
    """What people are told of.

    error           a run failed, was partial, or left a deletion that waits for a person; also that all is well again
    change          a run added, changed or deleted records
    always          a run ended
    digest          once in a while: everything since the last time
    reconciliation  remote, run and catalogue begin to differ in how many records there are, or agree again
    """

    ERROR = "error"
    CHANGE = "change"
    ALWAYS = "always"
    DIGEST = "digest"
    RECONCILIATION = "reconciliation"


class Occasion(StrEnum):
    """What one message is about: the word behind the dot of its type.

    `recovered` goes to those who asked for errors, `reconciled` to those who asked for differences; `test` was asked
    for by a person.
    """

    FAILED = "failed"
    PARTIAL = "partial"
    HELD = "held"
    RECOVERED = "recovered"
    DIFFERS = "differs"
    RECONCILED = "reconciled"
    CHANGED = "changed"
    ENDED = "ended"
    DIGEST = "digest"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Notification:
    """One wish to be told.

    shown            the address as it may be seen: scheme and host
    on               what to tell of
    digest_every     how often a digest is due, where one is asked for
    digest_empty     whether it is sent although nothing happened
    digested_until   what happened before this moment has been in a digest, or was before the first
    told_at          when it was last told something
    problem          why the last telling did not arrive; "" where it did
    changed_at       moves with what people change only
    """

    id: int
    source_id: int
    tenant_id: str
    owner_id: str
    name: str
    channel: Channel
    shown: str
    on: frozenset[Event] = frozenset({Event.ERROR})
    digest_every: timedelta = DAILY
    digest_empty: bool = False
    enabled: bool = True
    created_at: datetime | None = None
    changed_at: datetime | None = None
    digested_until: datetime | None = None
    told_at: datetime | None = None
    problem: str = ""
    problem_at: datetime | None = None

    @property
    def digest_due(self) -> datetime | None:
        """When its next digest is due; None where it wants none."""
        if not self.enabled or Event.DIGEST not in self.on or self.digested_until is None:
            return None
        return self.digested_until + self.digest_every


@dataclass(frozen=True, slots=True)
class Secrets:
    """What is kept of a notification and never shown: its whole address, and what its webhooks are signed with.

    Where it is written, "" leaves what there is.
    """

    address: str = field(default="", repr=False)
    signing: str = field(default="", repr=False)


def check_interval(every: timedelta) -> timedelta:
    """How often a digest may be sent. Raises `BadInput`."""
    if not LEAST_INTERVAL <= every <= LONGEST_INTERVAL:
        raise BadInput.of("digest_seconds", "must lie between 300 (5 minutes) and 31622400 (366 days)")
    return every


HOSTED = frozenset(
    {
        *("http", "https", "json", "jsons", "xml", "xmls", "form", "forms", "mailto", "mailtos"),
        *("apprise", "apprises", "gotify", "gotifys", "hassio", "hassios", "matrix", "matrixs", "mmost", "mmosts"),
        *("nctalk", "nctalks", "rocket", "rockets", "signal", "signals", "synology", "synologys"),
    }
)
"""Schemes of addresses that begin with a host; in others, such as `tgram://<token>/<chat>`, a token stands there."""


def shown_address(address: str) -> str:
    """The scheme and, where a host on the network follows it, the host; without anything that may be a secret."""
    scheme = address.partition("://")[0].lower()
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return f"{scheme}://{HIDDEN}"
    where = (f"[{host}]" if ":" in host else host) + (f":{port}" if port else "")
    return f"{scheme}://{where}" if scheme in HOSTED and host else f"{scheme}://{HIDDEN}"


def hide_address(text: str, address: str) -> str:
    """A text, such as an error's, without anything of an address that is not shown of it."""
    for each in sorted(set(_pieces(address)), key=len, reverse=True):
        text = text.replace(each, HIDDEN)
    return text


def _pieces(address: str) -> Iterable[str]:
    """The address, what follows its host, and each part of that, as it is spelled there and as it is meant."""
    shown = shown_address(address)
    scheme, _, rest = address.partition("://")
    host = "" if HIDDEN in shown else shown.partition("://")[2]
    for each in (address, rest, *_split(rest)):
        for spelled in (each, unquote(each)):
            # Two letters are part of any word; hiding them would garble the message.
            if len(spelled) > 2 and spelled not in (host, scheme, host.rpartition(":")[0], host.rpartition(":")[2]):
                yield spelled


def _split(rest: str) -> list[str]:
    parts = [rest]
    for mark in "/?#&=@:;":
        parts = [piece for part in parts for piece in part.split(mark)]
    path = rest.partition("/")[2]
    return [path, f"/{path}" if path else "", rest.partition("@")[0] if "@" in rest else "", *parts]


def counts_told(counts: Mapping[str, int]) -> dict[str, int]:
    """Of a run's counts those that say what changed in the catalogue."""
    return {word: counts[word] for word in ("added", "changed", "deleted", "restored") if counts.get(word)}
