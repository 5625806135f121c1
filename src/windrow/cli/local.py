"""The local installation, as commands use it: its data folder is its door, and who may read that is its admin."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from rich.console import Console

from windrow.assembly import Assembly
from windrow.core.authentication import principal_of
from windrow.errors import NotFound
from windrow.model.accounts import Principal, Role, rights_of
from windrow.model.workers import WorkerRole
from windrow.settings import load_settings

ALIVE_WITHIN = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Local:
    """The installation in a data folder, and the admin on whose behalf its commands act."""

    assembly: Assembly
    principal: Principal

    @property
    def has_workers(self) -> bool:
        """Whether somebody else will carry out a run that is queued now."""
        since = self.assembly.clock() - ALIVE_WITHIN
        workers = self.assembly.store.workers.all()
        return any(each.role is WorkerRole.WORKER and each.seen_at > since and not each.draining for each in workers)


@contextmanager
def open_local(data: Path | None) -> Iterator[Local]:
    """Opens the installation; the first time makes it, with its first admin."""
    assembly = Assembly(load_settings({"data": data}))
    try:
        greet_first_admin(assembly, Console(stderr=True))
        yield Local(assembly, _first_admin(assembly))
    finally:
        assembly.close()


def greet_first_admin(assembly: Assembly, console: Console) -> str | None:
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


def _first_admin(assembly: Assembly) -> Principal:
    cursor: str | None = None
    while True:
        page = assembly.store.accounts.list_users(tenant_id=None, limit=100, cursor=cursor)
        for user in page.items:
            if user.role is Role.ADMIN and user.active:
                # Whoever reads the data folder is its admin already, with a password of their own or without.
                return replace(principal_of(user), rights=rights_of(user.role), must_change_password=False)
        if page.next is None:
            raise NotFound("active admin in", assembly.settings.data)
        cursor = page.next
