"""Oneself, users, teams and tokens, by the client."""

from collections.abc import Iterator, Sequence
from typing import Unpack

from windrow.client import fields
from windrow.client.word import Word
from windrow.wire import accounts
from windrow.wire.shapes import ListOf


class Accounts(Word):
    """Oneself, users, tokens, teams."""

    def me(self) -> accounts.Me:
        """Who is signed in."""
        return self._connection.get(accounts.Me, "/me")

    def change_password(self, old: str, new: str) -> None:
        """Gives oneself a new password; a one-time secret is exchanged this way."""
        change = accounts.PasswordChange(old_password=old, new_password=new)
        self._connection.call("PUT", "/me/password", change)

    def tokens(self) -> Sequence[accounts.Token]:
        """One's own tokens."""
        return self._connection.get(ListOf[accounts.Token], "/tokens").items

    def create_token(self, name: str, **more: Unpack[fields.NewToken]) -> accounts.CreatedToken:
        """Makes a token; see `windrow.wire.accounts.NewToken`."""
        return self._connection.send(
            accounts.CreatedToken, "POST", "/tokens", accounts.NewToken.model_validate({"name": name, **more})
        )

    def revoke_token(self, token_id: str) -> None:
        """Revokes a token."""
        self._connection.call("DELETE", f"/tokens/{token_id}")

    def user(self, user_id: str) -> accounts.User:
        """One user."""
        return self._connection.get(accounts.User, f"/users/{user_id}")

    def users(self) -> Iterator[accounts.User]:
        """Users by name."""
        return self._connection.walk(accounts.User, "/users")

    def create_user(self, name: str, **more: Unpack[fields.NewUser]) -> accounts.CreatedUser:
        """Makes a user; see `windrow.wire.accounts.NewUser`."""
        return self._connection.send(
            accounts.CreatedUser, "POST", "/users", accounts.NewUser.model_validate({"name": name, **more})
        )

    def change_user(self, user_id: str, **change: Unpack[fields.UserChange]) -> accounts.User:
        """Changes a user; see `windrow.wire.accounts.UserChange`."""
        return self._connection.send(
            accounts.User, "PATCH", f"/users/{user_id}", accounts.UserChange.model_validate(change)
        )

    def reset_password(self, user_id: str, password: str | None = None) -> accounts.CreatedUser:
        """Gives a user another password; without one, a one-time secret that the answer holds."""
        reset = accounts.PasswordReset() if password is None else accounts.PasswordReset(password=password)
        return self._connection.send(accounts.CreatedUser, "POST", f"/users/{user_id}/password", reset)

    def tenants(self) -> Iterator[accounts.Tenant]:
        """Teams by name."""
        return self._connection.walk(accounts.Tenant, "/tenants")
