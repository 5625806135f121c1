"""Accounts: who may do what with users and tokens, and what the first start leaves behind."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from tests.storage.tables import open_tables
from windrow.core.accounts import MOST_TOKENS, Accounts
from windrow.core.authentication import Authentication
from windrow.core.passwords import Passwords
from windrow.errors import BadInput, Conflict, NotAllowed, NotAuthenticated, NotFound, TooManyAttempts, WindrowError
from windrow.model.accounts import Principal, Right, Role
from windrow.model.identity import new_id
from windrow.storage.accounts import SqlAccounts

PASSWORD = "correct horse"
HERE = "192.0.2.1"


class Moving:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **how_far: float) -> None:
        self.now += timedelta(**how_far)


class Setting:
    """Accounts and authentication on one database, with hashing made cheap."""

    def __init__(self, folder: Path) -> None:
        self.database = open_tables(folder)
        self.clock = Moving()
        self.store = SqlAccounts(self.database)
        passwords = self.passwords(time_cost=1)
        self.accounts = Accounts(self.store, self.clock, passwords=passwords)
        self.authentication = Authentication(self.store, self.clock, passwords=passwords)

    @staticmethod
    def passwords(time_cost: int) -> Passwords:
        return Passwords(PasswordHasher(time_cost=time_cost, memory_cost=8, parallelism=1))

    def admin(self) -> Principal:
        if not self.store.has_users():
            self.accounts.first_start(password=PASSWORD)
        return self.sign_in("admin")

    def user(self, name: str, role: Role = Role.OPERATOR, tenant: str | None = None) -> Principal:
        self.accounts.create_user(self.admin(), name, role=role, password=PASSWORD, tenant=tenant)
        return self.sign_in(name)

    def sign_in(self, name: str, password: str = PASSWORD, address: str = HERE) -> Principal:
        return self.authentication.sign_in(name, password, address=address)


@pytest.fixture
def setting(tmp_path: Path) -> Setting:
    return Setting(tmp_path)


def test_the_first_start_makes_an_admin_who_must_change_the_one_time_secret(setting: Setting) -> None:
    made = setting.accounts.first_start()

    assert made is not None
    assert made.secret is not None
    assert made.secret not in repr(made)
    principal = setting.sign_in("admin", made.secret)
    assert principal.must_change_password
    with pytest.raises(NotAllowed, match="set one of your own first"):
        principal.need(Right.READ)
    setting.authentication.change_password(principal, old=made.secret, new=PASSWORD, address=HERE)
    assert setting.admin().rights == frozenset(Right)
    with pytest.raises(NotAuthenticated):
        setting.sign_in("admin", made.secret)


def test_the_first_start_takes_the_given_name_and_password_and_happens_once(setting: Setting) -> None:
    made = setting.accounts.first_start("ops@example.org", PASSWORD)

    assert made is not None
    assert made.secret is None
    assert setting.sign_in("ops@example.org").rights == frozenset(Right)
    assert setting.accounts.first_start() is None
    assert [tenant.name for tenant in setting.store.list_tenants(limit=10).items] == ["default"]


@pytest.mark.parametrize(
    ("name", "password"), [("a:b", PASSWORD), ("", PASSWORD), ("x" * 101, PASSWORD), ("a", "short")]
)
def test_a_first_admin_that_cannot_be_is_refused(setting: Setting, name: str, password: str) -> None:
    with pytest.raises(BadInput):
        setting.accounts.first_start(name, password)

    assert not setting.store.has_users()


@pytest.mark.parametrize("password", ["", "123456789", "x" * 1001, "with\nline end"])
def test_passwords_have_rules(setting: Setting, password: str) -> None:
    with pytest.raises(BadInput, match="password"):
        setting.accounts.create_user(setting.admin(), "ann", role=Role.VIEWER, password=password)


def test_a_user_without_a_team_shares_nothing_and_a_named_team_is_shared(setting: Setting) -> None:
    ann, bob = setting.user("ann"), setting.user("bob")
    cid, dan = setting.user("cid", tenant="maps"), setting.user("dan", tenant="maps")

    assert not ann.sees(bob.tenant_id)
    assert cid.tenant_id == dan.tenant_id
    assert len({setting.admin().tenant_id, ann.tenant_id, bob.tenant_id, cid.tenant_id}) == 4


def test_a_user_called_like_a_team_does_not_join_it_unasked(setting: Setting) -> None:
    setting.user("cid", tenant="maps")

    with pytest.raises(Conflict, match="There is a team maps already"):
        setting.accounts.create_user(setting.admin(), "maps", role=Role.VIEWER)
    with pytest.raises(Conflict, match="There is a user cid already"):
        setting.accounts.create_user(setting.admin(), "cid", role=Role.VIEWER)
    assert setting.user("maps", tenant="maps").tenant_id == setting.sign_in("cid").tenant_id


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.VIEWER])
def test_only_admins_administer_users_and_others_see_themselves(setting: Setting, role: Role) -> None:
    ann, admin = setting.user("ann", role), setting.admin()
    accounts = setting.accounts

    assert accounts.get_user(ann, ann.user_id).name == "ann"
    assert [user.name for user in accounts.list_users(ann, limit=10).items] == ["ann"]
    assert [user.name for user in accounts.list_users(admin, limit=10).items] == ["admin", "ann"]
    for forbidden in (
        lambda: accounts.create_user(ann, "eve", role=Role.ADMIN),
        lambda: accounts.change_user(ann, ann.user_id, role=Role.ADMIN),
        lambda: accounts.reset_password(ann, admin.user_id),
        lambda: accounts.list_tenants(ann, limit=10),
    ):
        with pytest.raises(NotAllowed):
            forbidden()
    for hidden in (
        lambda: accounts.get_user(ann, admin.user_id),
        lambda: accounts.list_tokens(ann, admin.user_id),
        lambda: accounts.revoke_token(ann, new_id(), admin.user_id),
    ):
        with pytest.raises(NotFound):
            hidden()


@pytest.mark.parametrize("identifier", ["", "nobody", "a\0b", "x" * 10_000])
def test_ids_that_cannot_be_are_unknown(setting: Setting, identifier: str) -> None:
    admin = setting.admin()

    for ask in (
        lambda: setting.accounts.get_user(admin, identifier),
        lambda: setting.accounts.change_user(admin, identifier, active=False),
        lambda: setting.accounts.reset_password(admin, identifier),
        lambda: setting.accounts.revoke_token(admin, identifier),
    ):
        with pytest.raises(NotFound):
            ask()


def test_a_changed_role_counts_at_once_and_the_last_admin_stays(setting: Setting) -> None:
    ann, admin = setting.user("ann", Role.VIEWER), setting.admin()
    session, _ = setting.authentication.begin_session(ann)

    setting.accounts.change_user(admin, ann.user_id, role=Role.OPERATOR)

    assert Right.WRITE in setting.authentication.of_session(session).rights
    with pytest.raises(Conflict, match="last active admin"):
        setting.accounts.change_user(admin, admin.user_id, active=False)
    with pytest.raises(Conflict, match="last active admin"):
        setting.accounts.change_user(admin, admin.user_id, role=Role.VIEWER)


def test_a_user_who_is_switched_off_is_out_by_every_door(setting: Setting) -> None:
    ann, admin = setting.user("ann"), setting.admin()
    session, _ = setting.authentication.begin_session(ann)
    token = setting.accounts.create_token(ann, "ci").secret
    setting.accounts.change_user(admin, ann.user_id, active=False)

    doors: tuple[Callable[[], object], ...] = (
        lambda: setting.sign_in("ann"),
        lambda: setting.authentication.of_session(session),
        lambda: setting.authentication.of_token(token),
        lambda: setting.authentication.of_basic("ann", PASSWORD, address=HERE),
    )
    for door in doors:
        with pytest.raises(NotAuthenticated):
            door()
    setting.accounts.change_user(admin, ann.user_id, active=True)
    assert setting.authentication.of_token(token).name == "ann"
    with pytest.raises(NotAuthenticated):
        setting.authentication.of_session(session)


def test_a_reset_password_is_a_one_time_secret_or_the_given_one(setting: Setting) -> None:
    ann, admin = setting.user("ann"), setting.admin()

    secret = setting.accounts.reset_password(admin, ann.user_id).secret

    assert secret is not None
    assert setting.sign_in("ann", secret).must_change_password
    assert setting.accounts.reset_password(admin, ann.user_id, "another horse").secret is None
    assert not setting.sign_in("ann", "another horse").must_change_password


def test_changing_ones_password_needs_the_old_one_and_ends_sessions(setting: Setting) -> None:
    ann = setting.user("ann")
    session, _ = setting.authentication.begin_session(ann)
    change = setting.authentication.change_password

    for old, new, field in (("wrong password", "new password", "old_password"), (PASSWORD, "short", "password")):
        with pytest.raises(BadInput) as caught:
            change(ann, old=old, new=new, address=HERE)
        assert [problem.field for problem in caught.value.problems] == [field]
    with pytest.raises(BadInput, match="old one"):
        change(ann, old=PASSWORD, new=PASSWORD, address=HERE)
    assert setting.authentication.of_session(session) == ann
    change(ann, old=PASSWORD, new="new password", address=HERE)

    with pytest.raises(NotAuthenticated):
        setting.authentication.of_session(session)
    with pytest.raises(NotAuthenticated):
        setting.sign_in("ann", PASSWORD)
    assert setting.sign_in("ann", "new password") == ann


@pytest.mark.parametrize("name", ["nobody", "", "a\0b", "x" * 5000, "\ud800"])
def test_unknown_users_and_wrong_passwords_get_the_same_words(setting: Setting, name: str) -> None:
    setting.user("ann")
    messages = set()

    for who, password in ((name, PASSWORD), ("ann", "wrong password"), ("ann", "\ud800\0")):
        with pytest.raises(NotAuthenticated) as caught:
            setting.sign_in(who, password)
        messages.add(str(caught.value))

    assert len(messages) == 1


def test_repeated_failures_must_wait_longer_and_longer(setting: Setting) -> None:
    setting.user("ann")
    waits = []

    for _ in range(40):
        try:
            setting.sign_in("ann", "wrong password")
        except TooManyAttempts as error:
            waits.append(error.retry_after)
            setting.clock.advance(seconds=error.retry_after)
        except NotAuthenticated:
            pass

    assert waits[:4] == [1, 2, 4, 8]
    assert max(waits) == 900


def test_another_address_is_not_locked_out_by_it(setting: Setting) -> None:
    setting.user("ann")
    for _ in range(5):
        with pytest.raises(NotAuthenticated):
            setting.sign_in("ann", "wrong password")

    with pytest.raises(TooManyAttempts):
        setting.sign_in("ann", PASSWORD)
    assert setting.sign_in("ann", PASSWORD, "192.0.2.2").name == "ann"
    setting.clock.advance(minutes=31)
    assert setting.sign_in("ann", PASSWORD).name == "ann"


def test_trying_many_names_from_one_address_is_slowed_down(setting: Setting) -> None:
    failures: list[WindrowError] = []

    for number in range(60):
        with pytest.raises((NotAuthenticated, TooManyAttempts)) as caught:
            setting.sign_in(f"user{number}", PASSWORD)
        failures.append(caught.value)

    assert [type(each) for each in failures] == [NotAuthenticated] * 50 + [TooManyAttempts] * 10


def test_a_right_password_is_hashed_again_when_the_parameters_are_out_of_date(setting: Setting) -> None:
    setting.user("ann")
    stronger = Authentication(setting.store, setting.clock, passwords=setting.passwords(time_cost=2))

    stronger.sign_in("ann", PASSWORD, address=HERE)

    found = setting.store.find_user("ann")
    assert found is not None
    assert ",t=2," in found[1]
    assert setting.sign_in("ann").name == "ann"


def test_a_right_basic_password_is_hashed_once_a_minute(setting: Setting) -> None:
    counted = Counting()
    setting.user("ann")
    authentication = Authentication(setting.store, setting.clock, passwords=Passwords(counted))
    before = counted.verified

    for _ in range(5):
        authentication.of_basic("ann", PASSWORD, address=HERE)
    assert counted.verified == before + 1
    setting.clock.advance(seconds=60)
    authentication.of_basic("ann", PASSWORD, address=HERE)
    assert counted.verified == before + 2
    with pytest.raises(NotAuthenticated):
        authentication.of_basic("ann", "wrong password", address=HERE)
    assert counted.verified == before + 3


class Counting(PasswordHasher):
    """A cheap hasher that counts its checks."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.verified = 0

    def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # type: ignore[override]  # noqa: A002
        self.verified += 1
        return super().verify(hash, password)


def test_an_unknown_user_costs_as_much_as_a_wrong_password(setting: Setting) -> None:
    counted = Counting()
    authentication = Authentication(setting.store, setting.clock, passwords=Passwords(counted))

    with pytest.raises(NotAuthenticated):
        authentication.sign_in("nobody", PASSWORD, address=HERE)

    assert counted.verified == 1


def test_a_session_lives_while_it_is_used(setting: Setting) -> None:
    ann = setting.user("ann")
    secret, ends = setting.authentication.begin_session(ann)
    assert ends == setting.clock.now + timedelta(hours=12)

    for _ in range(5):
        setting.clock.advance(hours=11)
        assert setting.authentication.of_session(secret) == ann
    setting.clock.advance(hours=12)

    with pytest.raises(NotAuthenticated):
        setting.authentication.of_session(secret)
    assert setting.store.forget_expired(setting.clock.now) == 1


def test_a_session_ends_when_asked_to(setting: Setting) -> None:
    secret, _ = setting.authentication.begin_session(setting.user("ann"))

    setting.authentication.end_session(secret)
    setting.authentication.end_session(secret)

    with pytest.raises(NotAuthenticated):
        setting.authentication.of_session(secret)


def test_a_token_has_the_rights_that_its_scopes_and_the_owners_role_share(setting: Setting) -> None:
    ann = setting.user("ann")
    made = setting.accounts.create_token(ann, " nightly ", scopes={Right.READ})

    principal = setting.authentication.of_token(made.secret)

    assert (made.token.name, principal.token_id) == ("nightly", made.token.id)
    assert principal.rights == {Right.READ}
    assert made.secret.startswith("wr_")
    assert made.secret not in repr(made)
    assert setting.accounts.create_token(ann, "all").token.scopes == {Right.READ, Right.WRITE}
    setting.accounts.change_user(setting.admin(), ann.user_id, role=Role.VIEWER)
    assert setting.authentication.of_token(made.secret).rights == {Right.READ}


def test_a_token_ends_in_time_or_when_revoked(setting: Setting) -> None:
    ann, clock = setting.user("ann"), setting.clock
    first = setting.accounts.create_token(ann, "one", expires_at=clock.now + timedelta(days=1))
    second = setting.accounts.create_token(ann, "two")
    assert setting.accounts.list_tokens(ann) == [second.token, first.token]
    clock.advance(days=1)

    setting.accounts.revoke_token(ann, second.token.id)

    for made in (first, second):
        with pytest.raises(NotAuthenticated):
            setting.authentication.of_token(made.secret)
    with pytest.raises(NotFound):
        setting.accounts.revoke_token(ann, second.token.id)


def test_an_admin_revokes_anyones_token_and_nobody_else_does(setting: Setting) -> None:
    ann, bob, admin = setting.user("ann"), setting.user("bob"), setting.admin()
    made = setting.accounts.create_token(ann, "one")

    with pytest.raises(NotFound):
        setting.accounts.revoke_token(bob, made.token.id)
    assert setting.accounts.list_tokens(admin, ann.user_id) == [made.token]
    setting.accounts.revoke_token(admin, made.token.id, ann.user_id)

    assert setting.accounts.list_tokens(ann) == []


@pytest.mark.parametrize("secret", ["", "wr_", "wr_unknown", "something", "wr_\ud800\0"])
def test_unknown_tokens_and_sessions_are_refused(setting: Setting, secret: str) -> None:
    for door in (setting.authentication.of_token, setting.authentication.of_session):
        with pytest.raises(NotAuthenticated):
            door(secret)


def test_what_a_token_cannot_be(setting: Setting) -> None:
    ann, clock = setting.user("ann"), setting.clock
    create = setting.accounts.create_token

    with pytest.raises(BadInput, match="admin"):
        create(ann, "x", scopes={Right.READ, Right.ADMIN})
    with pytest.raises(BadInput, match="scopes"):
        create(ann, "x", scopes=set())
    with pytest.raises(BadInput, match="expires_at"):
        create(ann, "x", expires_at=clock.now)
    with pytest.raises(BadInput, match="name"):
        create(ann, " ")
    with pytest.raises(NotAllowed, match="sign in with the password"):
        create(setting.authentication.of_token(create(ann, "x").secret), "y")


def test_nobody_keeps_more_tokens_than_a_list_can_show(setting: Setting) -> None:
    ann = setting.user("ann")
    for number in range(MOST_TOKENS):
        setting.accounts.create_token(ann, f"token {number}")

    with pytest.raises(Conflict, match="revoke"):
        setting.accounts.create_token(ann, "one more")


def test_the_use_of_a_token_is_noted(setting: Setting) -> None:
    ann, clock = setting.user("ann"), setting.clock
    made = setting.accounts.create_token(ann, "x")

    setting.authentication.of_token(made.secret)

    assert setting.accounts.list_tokens(ann)[0].last_used_at == clock.now
