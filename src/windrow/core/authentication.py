"""Authentication: who is behind a password, a session or an API token."""

import hashlib
import secrets
from dataclasses import replace
from datetime import datetime, timedelta

from windrow.core.passwords import Passwords, check_password
from windrow.core.throttling import Throttle
from windrow.errors import BadInput, NotAuthenticated
from windrow.model.accounts import Principal, Token, User, is_user_name, rights_of
from windrow.ports.accounts import Accounts as AccountStore
from windrow.ports.clocks import Clock

TOKEN_PREFIX = "wr_"  # noqa: S105 - what every token begins with, so that scanners for leaked secrets know ours
PASS_PREFIX = "wp_"  # noqa: S105 - likewise
EXTEND_AFTER = timedelta(minutes=5)
TOUCH_AFTER = timedelta(minutes=1)


class Authentication:
    """Tells who acts. Every method that cannot raises `NotAuthenticated` with the same words for each reason.

    Passwords that fail too often raise `TooManyAttempts`, also when they are right at last.
    """

    def __init__(
        self,
        store: AccountStore,
        clock: Clock,
        *,
        passwords: Passwords | None = None,
        session_length: timedelta = timedelta(hours=12),
    ) -> None:
        self._store = store
        self._clock = clock
        self._passwords = passwords or Passwords()
        self._throttle = Throttle()
        self._session_length = session_length

    def sign_in(self, name: str, password: str, *, address: str) -> Principal:
        """Who signs in with a password, from that address (only to count failures)."""
        return principal_of(self._check_password(name, password, address))

    def of_basic(self, name: str, password: str, *, address: str) -> Principal:
        """Who sends this name and password with a request; a right one is cheap for a minute after its first use."""
        return self.sign_in(name, password, address=address)

    def change_password(self, principal: Principal, *, old: str, new: str, address: str) -> None:
        """Gives oneself a new password, which ends all one's sessions. Raises `BadInput` for what is wrong with it."""
        check_password(new)
        if old == new:
            raise BadInput.of("password", "must not be the old one")
        try:
            user = self._check_password(principal.name, old, address)
        except NotAuthenticated as error:
            raise BadInput.of("old_password", "is wrong") from error
        self._store.save_user(replace(user, must_change_password=False), self._passwords.hash(new))

    def begin_session(self, principal: Principal) -> tuple[str, datetime]:
        """Begins a session for somebody who signed in; returns its secret and when it ends unless it is used."""
        secret, now = secrets.token_urlsafe(32), self._clock()
        expires_at = now + self._session_length
        self._store.add_session(digest_of(secret), principal.user_id, now=now, expires_at=expires_at)
        return secret, expires_at

    def of_session(self, secret: str) -> Principal:
        """Whose session this is. Use prolongs it."""
        now, digest = self._clock(), digest_of(secret)
        found = self._store.find_session(digest, now=now)
        if found is None or not found[0].active:
            raise NotAuthenticated("The session has ended: sign in again.")
        user, expires_at = found
        # Not at every request: each would be a write.
        if expires_at < now + self._session_length - min(EXTEND_AFTER, self._session_length / 2):
            self._store.extend_session(digest, expires_at=now + self._session_length)
        return principal_of(user)

    def end_session(self, secret: str) -> None:
        """Ends a session; one that has ended stays ended."""
        self._store.end_session(digest_of(secret))

    def give_pass(self, principal: Principal, lasting: timedelta) -> tuple[str, datetime]:
        """A pass for somebody who signed in, with its end, which use does not move; a new password ends it at once.

        For protocols whose clients sign in for a while and send what they were given. Raises `NotAuthenticated` while a
        one-time secret stands.
        """
        if principal.must_change_password:
            raise NotAuthenticated("This is a one-time password: set one of your own in the console first.")
        secret, now = PASS_PREFIX + secrets.token_urlsafe(32), self._clock()
        self._store.add_session(_pass_digest(secret), principal.user_id, now=now, expires_at=now + lasting)
        return secret, now + lasting

    def of_pass(self, secret: str) -> Principal:
        """Whose pass or API token this is."""
        if not secret.startswith(PASS_PREFIX):
            return self.of_token(secret)
        found = self._store.find_session(_pass_digest(secret), now=self._clock())
        if found is None or not found[0].active:
            raise NotAuthenticated("The token is unknown, expired or revoked.")
        return principal_of(found[0])

    def of_token(self, secret: str) -> Principal:
        """Whose API token this is, with the rights that its scopes leave."""
        now = self._clock()
        found = self._store.find_token(digest_of(secret)) if secret.startswith(TOKEN_PREFIX) else None
        if found is None or not found[1].active or _has_expired(found[0], now):
            raise NotAuthenticated("The token is unknown, expired or revoked.")
        token, user = found
        if token.last_used_at is None or token.last_used_at <= now - TOUCH_AFTER:
            self._store.touch_token(token.id, now)
        return replace(principal_of(user), rights=rights_of(user.role, token.scopes), token_id=token.id)

    def _check_password(self, name: str, password: str, address: str) -> User:
        now = self._clock()
        self._throttle.check(name, address, now)
        found = self._store.find_user(name) if is_user_name(name) else None
        user, kept = found or (None, None)
        # Checked before asking whether there is such a user: the time an answer takes must not tell.
        right = self._passwords.verify(password, kept, now=now)
        if not right or user is None or kept is None or not user.active:
            self._throttle.fail(name, address, now)
            raise NotAuthenticated("The name or the password is wrong.")
        self._throttle.succeed(name, address)
        self._renew_hash(user, password, kept)
        return user

    def _renew_hash(self, user: User, password: str, kept: str) -> None:
        if self._passwords.is_outdated(kept):
            self._store.renew_hash(user.id, old=kept, new=self._passwords.hash(password))


def principal_of(user: User) -> Principal:
    """A user acting with all rights of the role; with none while a one-time secret stands."""
    return Principal(
        user_id=user.id,
        name=user.name,
        role=user.role,
        tenant_id=user.tenant_id,
        rights=frozenset() if user.must_change_password else rights_of(user.role),
        must_change_password=user.must_change_password,
    )


def digest_of(secret: str) -> bytes:
    """What is kept of a session's or token's secret: it has 256 random bits, so one plain hash does."""
    return hashlib.sha256(secret.encode(errors="surrogatepass")).digest()


def _pass_digest(secret: str) -> bytes:
    # Not the digest that a session of the same secret would have: a pass is good for nothing as a cookie.
    return digest_of(f"pass {secret}")


def _has_expired(token: Token, now: datetime) -> bool:
    return token.expires_at is not None and token.expires_at <= now
