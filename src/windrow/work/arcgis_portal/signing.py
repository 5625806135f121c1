"""Signing in to the portal: a token that was given, or tokens fetched by a user's password and kept in memory only."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from windrow.errors import RemoteStatus, RemoteUnreadable
from windrow.formats.json import text_of
from windrow.model.sources import Credential, CredentialKind
from windrow.ports.fetching import Check, ErrandsMaker, Manners
from windrow.work.remote_jobs.forms import Desk

HEADER = "X-Esri-Authorization"
REFERER: Mapping[str, str] = {"Referer": "http"}
"""A token is bound to who asks for it: here by this header, as the portal's own client does it."""

MINUTES = 60
"""How long a token is asked for."""

EARLY = timedelta(minutes=5)
"""So long before its end a token is replaced."""

_REFUSED = frozenset((401, 498, 499))
_SHARING = "/sharing/rest"

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Portal:
    """A portal and how one signs in there: `token`, or `username` and `password`. `url` is its own, or that of its
    sharing API."""

    url: str
    token: str = field(default="", repr=False)
    username: str = ""
    password: str = field(default="", repr=False)

    @property
    def api(self) -> str:
        """Where its sharing API is."""
        url = self.url.rstrip("/")
        return url if url.endswith(_SHARING) else url.removesuffix("/home") + _SHARING


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    until: datetime | None


class Doorkeeper:
    """Gives the token that is good now. Shared by all runs of a worker."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        self._token = _Token(portal.token, None) if portal.token else None
        self._lock = threading.Lock()

    def enter(
        self, maker: ErrandsMaker, manners: Manners, check: Check, ask: Callable[[Desk], Value], now: datetime
    ) -> Value:
        """What `ask` gives at a desk inside; asked a second time with a fresh token where the first was refused, since
        what is refused is not done. Raises `RemoteError`."""
        token = self._good(maker, manners, check, now)
        try:
            return ask(self._desk(maker, manners, check, token))
        except RemoteStatus as refusal:
            if refusal.status not in _REFUSED or self.portal.token:
                raise
        self._forget(token)
        return ask(self._desk(maker, manners, check, self._good(maker, manners, check, now)))

    def _good(self, maker: ErrandsMaker, manners: Manners, check: Check, now: datetime) -> _Token:
        with self._lock:
            known = self._token
        if known is not None and (known.until is None or now < known.until):
            return known
        fetched = self._fetch(maker, manners, check)
        with self._lock:
            self._token = fetched
        return fetched

    def _fetch(self, maker: ErrandsMaker, manners: Manners, check: Check) -> _Token:
        portal = self.portal
        errands = maker(manners, origin=portal.api, credential=None, check=check)
        said = Desk(errands, REFERER, (portal.password,)).post(
            f"{portal.api}/generateToken",
            {
                "username": portal.username,
                "password": portal.password,
                "client": "referer",
                "referer": REFERER["Referer"],
                "expiration": str(MINUTES),
            },
        )
        text = text_of(said.get("token"))
        if not text:
            raise RemoteUnreadable(f"{portal.api}/generateToken gives no token.")
        return _Token(text, _until(said.get("expires")))

    def _forget(self, token: _Token) -> None:
        with self._lock:
            if self._token == token:
                self._token = None

    def _desk(self, maker: ErrandsMaker, manners: Manners, check: Check, token: _Token) -> Desk:
        # As the client's credential it goes to the portal's own origin only, and is hidden in what the portal says.
        credential = Credential(CredentialKind.HEADER, f"Bearer {token.text}", HEADER)
        errands = maker(manners, origin=self.portal.api, credential=credential, check=check)
        return Desk(errands, REFERER, tuple(filter(None, (token.text, self.portal.password))))


def _until(expires: Any) -> datetime | None:
    if isinstance(expires, bool) or not isinstance(expires, int | float):
        return None
    try:
        return datetime.fromtimestamp(expires / 1000, UTC) - EARLY
    except (OverflowError, OSError, ValueError):
        return None
