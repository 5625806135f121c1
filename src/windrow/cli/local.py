"""The local installation, as commands use it: its data folder is its door, and who may read that is its admin."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from windrow.errors import BadInput, NotFound
from windrow.model.accounts import Principal, Role, User, rights_of
from windrow.model.workers import WorkerRole
from windrow.processes.loading import loading

if TYPE_CHECKING:  # what these need takes a second to load: completion and --help do without
    from windrow.assembly import Assembly
    from windrow.core.windrow import Windrow
    from windrow.settings import Settings

ALIVE_WITHIN = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Local:
    """The installation in a data folder, and the admin on whose behalf its commands act."""

    assembly: "Assembly"
    principal: Principal

    @property
    def windrow(self) -> "Windrow":
        """Everything that can be asked of it."""
        return self.assembly.windrow

    @property
    def now(self) -> datetime:
        """The present moment."""
        return self.assembly.clock()

    @property
    def has_workers(self) -> bool:
        """Whether somebody else will carry out a run that is queued now."""
        since = self.now - ALIVE_WITHIN
        workers = self.assembly.store.workers.all()
        return any(each.role is WorkerRole.WORKER and each.seen_at > since and not each.draining for each in workers)


@cache
def _load() -> None:
    with loading():
        import windrow.assembly  # noqa: F401 - once in a process, and not before a command needs it


@contextmanager
def open_local(data: Path | None, *, make: bool = False) -> Iterator[Local]:
    """Opens the installation; with `make` makes it the first time, with its first admin.

    Raises `BadInput` where there is none: a command that only looks must not leave an empty one behind.
    """
    _load()
    from windrow.assembly import Assembly
    from windrow.settings import load_settings

    settings = load_settings({"data": data})
    if not make:
        need_installation(settings)
    assembly = Assembly(settings)
    try:
        greet_first_admin(assembly, Console(stderr=True))
        yield Local(assembly, _first_admin(assembly))
    finally:
        assembly.close()


def need_installation(settings: "Settings") -> None:
    """Raises `BadInput` when there is no installation yet, as far as a look at the disk can tell."""
    path = sqlite_path(settings)
    if path is not None and not path.exists():
        told = f"there is no installation in {path.parent}; name its folder, or begin one with windrow up or harvest"
        raise BadInput.of("data", told)


def sqlite_path(settings: "Settings") -> Path | None:
    """The database's file; None on PostgreSQL."""
    scheme, _, path = settings.database.partition(":///")
    return Path(path.partition("?")[0]) if scheme == "sqlite" else None


def greet_first_admin(assembly: "Assembly", console: Console) -> str | None:
    """At the first start makes an admin and tells the one-time secret; returns that."""
    chosen = assembly.settings
    password = chosen.admin_password.get_secret_value() if chosen.admin_password else None
    made = assembly.windrow.accounts.first_start(chosen.admin_username, password)
    if made is None or made.secret is None:
        return None
    console.print(f"First start. Sign in as [bold]{made.user.name}[/bold] with the one-time secret:", highlight=False)
    console.print(f"  [bold]{made.secret}[/bold]", highlight=False)
    console.file.flush()
    return made.secret


def acting_as(user: User) -> Principal:
    """A user with all rights of the role: whoever may read the data folder may act as anybody in it."""
    from windrow.core.authentication import principal_of

    return replace(principal_of(user), rights=rights_of(user.role), must_change_password=False)


def _first_admin(assembly: "Assembly") -> Principal:
    cursor: str | None = None
    while True:
        page = assembly.store.accounts.list_users(tenant_id=None, limit=100, cursor=cursor)
        for user in page.items:
            if user.role is Role.ADMIN and user.active:
                return acting_as(user)
        if page.next is None:
            raise NotFound("active admin in", assembly.settings.data)
        cursor = page.next
