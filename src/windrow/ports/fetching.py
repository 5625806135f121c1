"""Fetcher: how anything here asks a remote server, politely and safely."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Protocol

from windrow.model.sources import Credential
from windrow.model.windows import Hours

_SETTLED = timedelta(seconds=2)


def http_date(text: str) -> datetime | None:
    """An HTTP date, in UTC; None for what is none."""
    try:
        found = parsedate_to_datetime(text)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server gave for conditional requests; empty strings where it gave none."""

    etag: str = ""
    last_modified: str = ""

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> "Validators | None":
        """Those that `kept` once gave; None where there are none among it."""
        found = cls(str(kept.get("etag", "")), str(kept.get("last_modified", "")))
        return found if found != cls() else None

    @property
    def kept(self) -> dict[str, str]:
        """Those that there are, by name, as JSON keeps them."""
        told = {"etag": self.etag, "last_modified": self.last_modified}
        return {name: value for name, value in told.items() if value}


@dataclass(frozen=True, slots=True)
class Head:
    """What a successful answer (2xx, or 304 when validators were sent) says before its body.

    `url` is the address that answered in the end; `headers` have lower-case names.
    """

    url: str
    status: int
    headers: Mapping[str, str]

    @property
    def not_modified(self) -> bool:
        """Whether the server said that what we have is still current."""
        return self.status == 304

    @property
    def media_type(self) -> str:
        """The content type without parameters, lower case; empty where the server sent none."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def validators(self) -> Validators:
        """What to send along the next time."""
        return Validators(self.headers.get("etag", ""), self.headers.get("last-modified", ""))

    @property
    def answered_at(self) -> datetime | None:
        """What the server's clock said, in UTC; None where it said nothing that can be read."""
        return http_date(self.headers.get("date", ""))

    @property
    def settled_validators(self) -> Validators:
        """The validators, where they can be trusted to change with the document; none otherwise.

        `Last-Modified` tells seconds, and web servers make their ETags of that and the size (RFC 9110, 8.8.2.2): of a
        document changed in the very second it was fetched in, or that claims to change with every answer, they prove
        nothing.
        """
        changed, now = http_date(self.validators.last_modified), self.answered_at
        settled = changed is None or now is None or now - changed > _SETTLED
        return self.validators if settled else Validators()


@dataclass(frozen=True, slots=True)
class Answer(Head):
    """A successful answer. `body` is already decompressed."""

    body: bytes


@dataclass(frozen=True, slots=True)
class Reply(Head):
    """An answer whatever its status, as it came. Of one that is no success the body has 64 KiB at most.

    `reason` is the phrase beside the status; `body` is already decompressed.
    """

    reason: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Beginning:
    """What is here of a file already: its first `size` bytes, of the version that the validators name."""

    size: int
    validators: Validators


@dataclass(frozen=True, slots=True)
class Download(Head):
    """The answer to a wish for a file, as it comes in.

    start   how many bytes of the file come before the first piece: what was here already, or 0 to begin anew
    total   bytes of the whole file, where the server says so
    pieces  the bytes as they are on the wire, to be taken once, while the download lasts; none with a 304
    """

    start: int
    total: int | None
    pieces: Iterator[bytes]

    @property
    def encoding(self) -> str:
        """The content coding that the pieces are in, lower case; "" where they are the file itself."""
        named = self.headers.get("content-encoding", "").strip().lower()
        return "" if named == "identity" else named


@dataclass(frozen=True, slots=True)
class Manners:
    """How one source's host is to be treated, and how long an answer may take. Seconds, bytes, requests per second.

    A pace of 0 means none. Pace and concurrency hold per host over all runs and workers.
    """

    requests_per_second: float = 10.0
    concurrency: int = 4
    connect_timeout: float = 10.0
    read_timeout: float = 30.0
    whole_timeout: float = 180.0
    size_limit: int = 64 * 1024 * 1024
    attempts: int = 3


class Fetcher(Protocol):
    """Asks remote servers for one run.

    Keeps the host's pace and concurrency, waits as `Retry-After` says, tries again what is worth it, follows at most
    five redirects (each checked against the outgoing policy at the address really connected to), sends credentials to
    the source's own origin only, and stops within a second when the run is cancelled.

    Raises `RemoteError` (see `windrow.errors` for its kinds) and `Stopped`. Safe to share between threads.
    """

    def get(
        self,
        url: str,
        *,
        parameters: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
        validators: Validators | None = None,
    ) -> Answer:
        """GET; `parameters` are added to the URL's own query. With `validators` the answer may be a 304."""
        ...

    def post(self, url: str, body: bytes, *, media_type: str, headers: Mapping[str, str] | None = None) -> Answer:
        """POST a query. Only for requests that change nothing on the remote: it is tried again like a GET."""
        ...


class FetcherMaker(Protocol):
    """Makes the fetcher of one run."""

    def __call__(self, manners: Manners, *, origin: str, credential: Credential | None, check: "Check") -> Fetcher:
        """`origin` is the URL whose scheme, host and port may see the credential; `check` raises `Stopped`."""
        ...


class Courier(Fetcher, Protocol):
    """A fetcher that may also change something on the remote: for what pushes records, and tells people."""

    def send(
        self,
        method: str,
        url: str,
        body: bytes | None = None,
        *,
        media_type: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """A request that changes something on the remote: POST, PUT, PATCH, DELETE. Sent once: whether it is to be
        sent again after an error is for the caller to know. A redirect to another origin is refused."""
        ...


class CourierMaker(Protocol):
    """Makes couriers."""

    def __call__(self, manners: Manners, *, origin: str, credential: Credential | None, check: "Check") -> Courier:
        """As `FetcherMaker`."""
        ...


class Exchanger(Protocol):
    """Sends what people wrote, and gives whatever comes back. With everything that a `Fetcher` promises but attempts.

    Apart from `Courier`, since only sequences of requests need it.
    """

    def exchange(
        self,
        method: str,
        url: str,
        body: bytes | None = None,
        *,
        media_type: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """One request, sent once, whose answer is wanted whatever its status: no status is an error here.

        Redirects are followed as by browsers: 303 and 302 lead to a GET, and 301 does for a POST. Beyond its own origin
        a request keeps none of its headers but Accept, and only a GET or HEAD may go there.
        """
        ...


SLOWEST = 1024
"""Bytes per second: a file that comes more slowly than that is not worth its place."""


class Downloader(Protocol):
    """Fetches files of any size, piece by piece, with everything that a `Fetcher` promises.

    Apart from `Fetcher`, since source kinds need none of it. What is promised beyond that:

    - The file is asked for as it is, and never decompressed.
    - A time-out counts between bytes. The whole may take as long as at `slowest` bytes per second.
    - A beginning is gone on with only where the server proves that the rest belongs to it; else the file begins anew.
    - Tried again is only what has not begun to come in: what breaks off in the middle is for the caller to go on with.

    >>> with downloader.download(url, size_limit=1 << 30) as download:
    ...     for piece in download.pieces:
    ...         file.write(piece)
    """

    def download(
        self,
        url: str,
        *,
        size_limit: int,
        unless: Validators | None = None,
        beginning: Beginning | None = None,
        slowest: float = SLOWEST,
    ) -> AbstractContextManager[Download]:
        """GET. With `unless` the answer may be a 304; `size_limit` (bytes) is that of the whole file, announced or not.

        Raises `RemoteError` and `Stopped`, on entering and while pieces are taken.
        """
        ...


class DownloaderMaker(Protocol):
    """Makes downloaders."""

    def __call__(self, manners: Manners, *, origin: str, credential: Credential | None, check: "Check") -> Downloader:
        """As `FetcherMaker`."""
        ...


class Errands(Courier, Exchanger, Downloader, Protocol):
    """Everything that work may have to ask of remotes: it changes something there, takes whatever is answered, and
    brings files of any size."""


class ErrandsMaker(Protocol):
    """Makes them."""

    def __call__(self, manners: Manners, *, origin: str, credential: Credential | None, check: "Check") -> Errands:
        """As `FetcherMaker`."""
        ...


class Check(Protocol):
    """Raises `Stopped` when the work at hand must end; cheap enough to call in every wait."""

    def __call__(self) -> None:
        """Returns when the work may go on."""
        ...


@dataclass(frozen=True, slots=True)
class Turn:
    """An answer to the wish to ask a host.

    With a `ticket`: go after `wait` seconds (0 is now); the slot is reserved. Without: come back after `wait` seconds.
    `resting` is set while the host's circuit breaker is open: then do not wait but give up.
    `closed_until` is set while the host is not to be asked at all, by its hours: then do not wait but come back later.
    `spare` says that nobody else waits and no pace is to be kept: the ticket may serve several requests, one after
    another, for a fraction of a second. A book that never says so is correct too, only asked more often.
    """

    wait: float
    ticket: str = ""
    resting: bool = False
    spare: bool = False
    closed_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class HostState:
    """How a host has behaved lately, for the console. Times are UTC."""

    host: str
    in_flight: int
    failures: int
    resting_until: datetime | None = None
    quiet_until: datetime | None = None
    notes: Mapping[str, str] = field(default_factory=dict)


class Hosts(Protocol):
    """The manners book that all workers share, one line per host (`host:port`, lower case)."""

    def ask_turn(self, host: str, *, now: datetime, requests_per_second: float, concurrency: int, hold: float) -> Turn:
        """Asks to send one request now. A ticket counts as in flight until given back, or for `hold` seconds."""
        ...

    def give_back(
        self, host: str, ticket: str, *, now: datetime, failed: bool | None, quiet_for: float | None = None
    ) -> None:
        """Ends a request. `failed` counts towards the breaker; `quiet_for` (seconds) is the host's `Retry-After`.

        `failed` is None when the request ended for reasons of our own (a cancel): that says nothing about the host.
        """
        ...

    def renew(self, host: str, tickets: Sequence[str], *, now: datetime, hold: float) -> None:
        """Has these tickets count as in flight for `hold` seconds from now; those that are out no more stay so."""
        ...

    def states(self) -> list[HostState]:
        """Every host known, by name."""
        ...


class HostHours(Protocol):
    """The hours at which hosts may be asked, as an admin said. A host is a name, or a name with a port: `a.test:8080`.

    What is said of a name holds for all its ports.
    """

    def all(self) -> Mapping[str, Hours]:
        """Every host of which something was said, by name."""
        ...

    def save(self, host: str, hours: Hours) -> None:
        """Says it; a second time replaces the first. Runs and parts that rest for the host look again at once."""
        ...

    def remove(self, host: str) -> None:
        """Takes it back, and has those who rest look again. Raises `NotFound` where nothing was said."""
        ...
