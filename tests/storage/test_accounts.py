"""Accounts on both databases: names are taken once, one admin always stays, and secrets end when they should."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from windrow.errors import BadInput, Conflict, NotFound
from windrow.model.accounts import Right, Role, Tenant, Token, User
from windrow.model.identity import new_id
from windrow.storage.accounts import SqlAccounts
from windrow.storage.database import Database

NOW = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)


@pytest.fixture
def accounts(database: Database) -> SqlAccounts:
    return SqlAccounts(database)


def make_user(accounts: SqlAccounts, name: str, role: Role = Role.OPERATOR) -> User:
    tenant = Tenant(new_id(), name, NOW)
    user = User(new_id(), name, role, tenant.id, NOW)
    accounts.add_user(user, f"hash of {name}", tenant=tenant)
    return user


def make_token(accounts: SqlAccounts, user: User, digest: bytes) -> Token:
    token = Token(new_id(), user.id, "ci", frozenset({Right.READ, Right.WRITE}), NOW, NOW + timedelta(days=1))
    accounts.add_token(token, digest)
    return token


def test_what_is_written_is_read_again(accounts: SqlAccounts) -> None:
    assert not accounts.has_users()

    ann = make_user(accounts, "ann", Role.ADMIN)

    assert accounts.has_users()
    assert accounts.get_user(ann.id) == ann
    assert accounts.find_user("ann") == (ann, "hash of ann")
    assert accounts.find_user("Ann") is None
    assert accounts.find_tenant("ann") == Tenant(ann.tenant_id, "ann", NOW)
    assert accounts.find_tenant("bob") is None


def test_names_are_taken_once_and_a_refused_user_leaves_no_team_behind(accounts: SqlAccounts) -> None:
    ann = make_user(accounts, "ann")

    with pytest.raises(Conflict, match="user ann already"):
        accounts.add_user(replace(ann, id=new_id()), "x", tenant=Tenant(new_id(), "new", NOW))
    with pytest.raises(Conflict, match="team ann already"):
        accounts.add_tenant(Tenant(new_id(), "ann", NOW))

    assert accounts.find_tenant("new") is None


def test_renaming_to_a_taken_name_is_refused(accounts: SqlAccounts) -> None:
    ann, _bob = make_user(accounts, "ann"), make_user(accounts, "bob")

    with pytest.raises(Conflict, match="user bob already"):
        accounts.save_user(replace(ann, name="bob"))


def test_lists_go_by_name_page_by_page(accounts: SqlAccounts) -> None:
    for name in ("dan", "ann", "bob", "cid"):
        make_user(accounts, name)

    first = accounts.list_users(tenant_id=None, limit=3)
    second = accounts.list_users(tenant_id=None, limit=3, cursor=first.next)
    tenants = accounts.list_tenants(limit=3, cursor=first.next)

    assert [user.name for user in first.items] == ["ann", "bob", "cid"]
    assert ([user.name for user in second.items], second.next) == (["dan"], None)
    assert [tenant.name for tenant in tenants.items] == ["dan"]
    only = accounts.list_users(tenant_id=first.items[1].tenant_id, limit=3)
    assert [user.name for user in only.items] == ["bob"]


@pytest.mark.parametrize("cursor", ["", "x", "W10", "WyJhXHUwMDAwIl0", "W1sxXV0", "é"])
def test_a_cursor_that_no_list_returned_is_refused(accounts: SqlAccounts, cursor: str) -> None:
    with pytest.raises(BadInput, match="cursor"):
        accounts.list_users(tenant_id=None, limit=3, cursor=cursor)


def test_an_unknown_user_is_not_found(accounts: SqlAccounts) -> None:
    ann = make_user(accounts, "ann")

    with pytest.raises(NotFound):
        accounts.get_user(new_id())
    with pytest.raises(NotFound):
        accounts.save_user(replace(ann, id=new_id(), name="other"))


@pytest.mark.parametrize("change", [{"role": Role.VIEWER}, {"active": False}])
def test_the_last_active_admin_stays(accounts: SqlAccounts, change: dict[str, object]) -> None:
    ann, bob = make_user(accounts, "ann", Role.ADMIN), make_user(accounts, "bob", Role.ADMIN)
    assert accounts.count_admins() == 2
    accounts.save_user(replace(ann, **change))  # type: ignore[arg-type]  # of a parametrised test

    with pytest.raises(Conflict, match="bob is the last active admin"):
        accounts.save_user(replace(bob, **change))  # type: ignore[arg-type]  # of a parametrised test

    assert accounts.count_admins() == 1
    assert accounts.get_user(bob.id) == bob


def test_two_admins_who_switch_each_other_off_at_once_leave_one(accounts: SqlAccounts) -> None:
    users = [make_user(accounts, name, Role.ADMIN) for name in ("ann", "bob", "cid", "dan")]
    refused: list[Conflict] = []

    def switch_off(user: User) -> None:
        try:
            accounts.save_user(replace(user, active=False))
        except Conflict as error:
            refused.append(error)

    threads = [threading.Thread(target=switch_off, args=(user,)) for user in users]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (accounts.count_admins(), len(refused)) == (1, 1)


@pytest.mark.parametrize("what", ["password", "switching off"])
def test_a_new_password_or_switching_off_ends_sessions(accounts: SqlAccounts, what: str) -> None:
    ann = make_user(accounts, "ann")
    accounts.add_session(b"1", ann.id, now=NOW, expires_at=NOW + timedelta(hours=1))

    accounts.save_user(replace(ann, role=Role.VIEWER))
    assert accounts.find_session(b"1", now=NOW) is not None
    if what == "password":
        accounts.save_user(ann, "new hash")
    else:
        accounts.save_user(replace(ann, active=False))

    assert accounts.find_session(b"1", now=NOW) is None


def test_a_hash_is_renewed_only_while_it_is_the_one_that_was_seen(accounts: SqlAccounts) -> None:
    ann = make_user(accounts, "ann")
    accounts.add_session(b"1", ann.id, now=NOW, expires_at=NOW + timedelta(hours=1))

    accounts.renew_hash(ann.id, old="another", new="wrong")
    accounts.renew_hash(ann.id, old="hash of ann", new="stronger")

    assert accounts.find_user("ann") == (ann, "stronger")
    assert accounts.find_session(b"1", now=NOW) is not None


def test_sessions_end_in_time_and_live_longer_when_extended(accounts: SqlAccounts) -> None:
    ann = make_user(accounts, "ann")
    hour = timedelta(hours=1)
    for digest in (b"1", b"2"):
        accounts.add_session(digest, ann.id, now=NOW, expires_at=NOW + hour)
    accounts.extend_session(b"2", expires_at=NOW + 2 * hour)
    accounts.extend_session(b"3", expires_at=NOW + 2 * hour)

    assert accounts.find_session(b"1", now=NOW + hour - timedelta(microseconds=1)) == (ann, NOW + hour)
    assert accounts.find_session(b"1", now=NOW + hour) is None
    assert accounts.find_session(b"2", now=NOW + hour) == (ann, NOW + 2 * hour)
    assert accounts.find_session(b"3", now=NOW) is None
    assert accounts.forget_expired(NOW + hour) == 1
    accounts.end_session(b"2")
    accounts.end_session(b"2")
    assert accounts.forget_expired(NOW + 9 * hour) == 0


def test_tokens_are_found_listed_and_revoked_by_their_owner_only(accounts: SqlAccounts) -> None:
    ann, bob = make_user(accounts, "ann"), make_user(accounts, "bob")
    first, second = make_token(accounts, ann, b"1"), make_token(accounts, ann, b"2")

    assert accounts.find_token(b"1") == (first, ann)
    assert accounts.find_token(b"3") is None
    assert accounts.list_tokens(ann.id) == [second, first]
    assert accounts.list_tokens(bob.id) == []
    with pytest.raises(NotFound):
        accounts.delete_token(first.id, user_id=bob.id)
    accounts.delete_token(first.id, user_id=ann.id)
    assert accounts.list_tokens(ann.id) == [second]


def test_the_use_of_a_token_is_noted_once_a_minute(accounts: SqlAccounts) -> None:
    token = make_token(accounts, make_user(accounts, "ann"), b"1")

    def used() -> datetime | None:
        found = accounts.find_token(b"1")
        assert found is not None
        return found[0].last_used_at

    accounts.touch_token(token.id, NOW)
    accounts.touch_token(token.id, NOW + timedelta(seconds=59))
    assert used() == NOW
    accounts.touch_token(token.id, NOW + timedelta(seconds=60))
    assert used() == NOW + timedelta(seconds=60)
