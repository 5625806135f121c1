"""Passwords: their rules, how they are hashed, and one-time secrets."""

import hashlib
import hmac
import secrets
import threading
from collections import OrderedDict
from datetime import datetime, timedelta
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from windrow.errors import BadInput

SHORTEST = 10
LONGEST = 1000
"""A longer one would only cost time: its hash is no stronger."""

AT_ONCE = 2
"""Hashes computed at the same time: each takes 64 MiB, and a flood of sign-ins must not eat the machine."""

REMEMBERED_FOR = timedelta(minutes=1)
MOST_REMEMBERED = 1000


class Passwords:
    """Hashes and checks passwords with argon2id, and remembers for a minute which ones were right.

    HTTP Basic sends the password with every request, and a check costs 50 ms by design. What is remembered is a keyed
    hash over the stored hash and the password, in memory only: a changed password is forgotten by itself.
    """

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._turns = threading.Semaphore(AT_ONCE)
        self._key = secrets.token_bytes(32)
        self._lock = threading.Lock()
        self._right: OrderedDict[bytes, datetime] = OrderedDict()

    @cached_property
    def _nobodys(self) -> str:
        # Made when it is first needed: most processes never see a password, and it costs them 50 ms.
        return self._hasher.hash(secrets.token_urlsafe())

    def hash(self, password: str) -> str:
        """The hash to be kept; whether the password is allowed is asked of `check_password`."""
        with self._turns:
            return self._hasher.hash(password)

    def verify(self, password: str, kept: str | None, *, now: datetime) -> bool:
        """Whether the password is right. Without a kept hash (no such user) it takes as long, and is always wrong."""
        fact = self._fact(password, kept)
        if kept is not None and self._is_remembered(fact, now):
            return True
        right = self._compare(password, self._nobodys if kept is None else kept) and kept is not None
        if right:
            self._remember(fact, now)
        return right

    def is_outdated(self, kept: str) -> bool:
        """Whether a kept hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(kept)

    def _compare(self, password: str, kept: str) -> bool:
        try:
            with self._turns:
                # Half a surrogate pair can come in JSON; it is never right, and must not be an error either.
                return self._hasher.verify(kept, password[: LONGEST + 1].encode(errors="surrogatepass"))
        except (VerificationError, InvalidHashError):
            return False

    def _fact(self, password: str, kept: str | None) -> bytes:
        parts = f"{kept}\0{password}".encode(errors="surrogatepass")
        return hmac.new(self._key, parts, hashlib.sha256).digest()

    def _is_remembered(self, fact: bytes, now: datetime) -> bool:
        with self._lock:
            until = self._right.get(fact)
            return until is not None and now < until

    def _remember(self, fact: bytes, now: datetime) -> None:
        with self._lock:
            self._right[fact] = now + REMEMBERED_FOR
            self._right.move_to_end(fact)
            while len(self._right) > MOST_REMEMBERED:
                self._right.popitem(last=False)


def check_password(password: str) -> None:
    """Raises `BadInput` unless the password may be used."""
    if len(password) < SHORTEST:
        raise BadInput.of("password", f"must have at least {SHORTEST} characters; several words make a good one")
    if len(password) > LONGEST:
        raise BadInput.of("password", f"must have at most {LONGEST} characters")
    if not password.isprintable():
        raise BadInput.of("password", "must not contain control characters such as line ends")


def make_one_time_secret() -> str:
    """A password for one use, easy to read out: 100 random bits in groups of five letters and digits."""
    # Without i, l, o and u: none can be mistaken for another, none make words.
    letters = [secrets.choice("0123456789abcdefghjkmnpqrstvwxyz") for _ in range(20)]
    return "-".join("".join(letters[start : start + 5]) for start in range(0, 20, 5))
