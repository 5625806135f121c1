"""Users and their tokens by command line; what it makes works at the door of the API."""

from pathlib import Path

import pytest

from tests.cli.conftest import Windrow
from windrow.assembly import Assembly
from windrow.errors import NotAuthenticated
from windrow.settings import load_settings


@pytest.fixture
def made(windrow: Windrow, harvested: Path) -> str:
    """A user, ada, with a one-time secret."""
    secret: str = windrow("users", "add", "ada", "--tenant", "hydrology", "--json").json["secret"]
    return secret


def sign_in(name: str, password: str) -> bool:
    assembly = Assembly(load_settings())
    try:
        return assembly.windrow.authentication.sign_in(name, password, address="here").must_change_password
    finally:
        assembly.close()


def test_a_new_user_has_a_one_time_secret_to_sign_in_with(windrow: Windrow, made: str) -> None:
    users = {each["name"]: each for each in windrow("users", "list", "--json").json}

    assert sign_in("ada", made)
    assert set(users) == {"ada", "admin"}
    assert (users["ada"]["role"], users["ada"]["must_change_password"]) == ("operator", True)
    assert "secret" not in users["ada"]


def test_a_password_may_be_given_by_a_variable(
    windrow: Windrow, harvested: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ADAS_PASSWORD", "correct horse battery")

    added = windrow("users", "add", "ada", "--role", "viewer", "--password-env", "ADAS_PASSWORD")

    assert added.out == "ada is added.\n"
    assert not sign_in("ada", "correct horse battery")


def test_a_user_changes_role_and_is_switched_off_and_on(windrow: Windrow, made: str) -> None:
    assert windrow("users", "role", "ada", "admin", "--json").json["role"] == "admin"
    assert windrow("users", "disable", "ada").out == "ada is switched off.\n"
    with pytest.raises(NotAuthenticated):
        sign_in("ada", made)
    assert windrow("users", "enable", "ada", "--json").json["active"] is True
    assert sign_in("ada", made)


def test_a_reset_password_replaces_the_old_one(windrow: Windrow, made: str) -> None:
    reset = windrow("users", "reset-password", "ada")

    secret = reset.out.splitlines()[-1].strip()
    assert sign_in("ada", secret)
    with pytest.raises(NotAuthenticated):
        sign_in("ada", made)


def test_a_token_acts_for_its_user_until_it_is_revoked(windrow: Windrow, made: str) -> None:
    token = windrow("tokens", "create", "ada", "nightly export", "--scope", "read", "--expires", "90d", "--json").json

    assembly = Assembly(load_settings())
    principal = assembly.windrow.authentication.of_token(token["secret"])
    (listed,) = windrow("tokens", "list", "ada", "--json").json
    revoked = windrow("tokens", "revoke", "ada", token["id"], "--json")

    assert (principal.name, sorted(right.value for right in principal.rights)) == ("ada", ["read"])
    assert (listed["name"], listed["scopes"], "secret" in listed) == ("nightly export", ["read"], False)
    assert revoked.json == {"revoked": token["id"]}
    with pytest.raises(NotAuthenticated):
        assembly.windrow.authentication.of_token(token["secret"])
    assembly.close()


def test_the_first_admin_comes_from_the_environment_where_it_names_one(
    windrow: Windrow, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("WINDROW_ADMIN_USERNAME", "root")
    monkeypatch.setenv("WINDROW_ADMIN_PASSWORD", "correct horse battery")

    first = windrow("users", "add", "ada")

    assert "secret" not in first.err
    assert not sign_in("root", "correct horse battery")
