"""`windrow notifications …`: who is told of what becomes of a source."""

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from windrow.cli.addresses import Address, AddressEnv, need_address, read_address, tell_secret
from windrow.cli.answers import Column, pages, print_json, print_line, print_list
from windrow.cli.commands import Command
from windrow.cli.drafting import read_interval
from windrow.cli.exits import code_of_state
from windrow.cli.following import follow_runs
from windrow.cli.local import open_local
from windrow.cli.options import All, Data, Json, Limit, Source
from windrow.model.notifications import DAILY, Event, Notification, channel_of

if TYPE_CHECKING:
    from windrow.core.notifications import Made

app = typer.Typer(help="Who is told of what becomes of a source.", no_args_is_help=True)

Number = Annotated[int, typer.Argument(metavar="NOTIFICATION", help="Number of the notification.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="Name to know it by.")]
On = Annotated[list[Event] | None, typer.Option("--on", help="What to tell of; may be repeated.")]
DigestEvery = Annotated[str | None, typer.Option(metavar="INTERVAL", help="How often a digest comes: 1h, 1d, 7d.")]
DigestEmpty = Annotated[
    bool | None, typer.Option("--digest-empty/--no-digest-empty", help="Send a digest also of a time of nothing.")
]

COLUMNS: list[Column[Notification]] = [
    Column("No.", lambda each: each.id),
    Column("Name", lambda each: each.name),
    Column("By", lambda each: each.channel),
    Column("To", lambda each: each.shown),
    Column("On", lambda each: sorted(event.value for event in each.on)),
    Column("Enabled", lambda each: each.enabled),
    Column("Told", lambda each: each.told_at or "never"),
    Column("Problem", lambda each: each.problem),
]


@app.command("list", cls=Command)
def list_notifications(
    source: Source, limit: Limit = 50, every: All = False, data: Data = None, as_json: Json = False
) -> None:
    """List who is told of a source, and how the last telling went."""
    with open_local(data) as local:
        notifications, principal = local.windrow.notifications, local.principal
        found = pages(lambda most, cursor: notifications.page(principal, source, limit=most, cursor=cursor))
        print_list(found, COLUMNS, as_json=as_json, limit=None if every else limit)


@app.command(cls=Command)
def add(
    source: Source,
    name: Name,
    address: Address = None,
    address_env: AddressEnv = None,
    on: On = None,
    digest_every: DigestEvery = None,
    digest_empty: DigestEmpty = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Tell somebody of a source; prints what webhooks are signed with, this once."""
    from windrow.core.notifications import NotificationDraft

    with open_local(data) as local:
        given = need_address(address, address_env)
        draft = NotificationDraft(
            name,
            channel_of(given),
            given,
            frozenset(on or [Event.ERROR]),
            digest_every=_read_every(digest_every) or DAILY,
            digest_empty=bool(digest_empty),
        )
        _tell_made(local.windrow.notifications.create(local.principal, source, draft), as_json=as_json)


@app.command(cls=Command)
def change(
    source: Source,
    notification: Number,
    name: Annotated[str | None, typer.Option(help="Name to know it by.")] = None,
    address: Address = None,
    address_env: AddressEnv = None,
    on: On = None,
    digest_every: DigestEvery = None,
    digest_empty: DigestEmpty = None,
    enabled: Annotated[bool | None, typer.Option("--enable/--disable", help="Tell from now on, or no more.")] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Change who is told, or of what; what no option names stays."""
    from windrow.core.notifications import NotificationDraft

    with open_local(data) as local:
        notifications = local.windrow.notifications
        present = notifications.get(local.principal, source, notification)
        draft = NotificationDraft(
            present.name if name is None else name,
            present.channel,
            read_address(address, address_env),
            frozenset(on) if on else present.on,
            digest_every=_read_every(digest_every) or present.digest_every,
            digest_empty=present.digest_empty if digest_empty is None else digest_empty,
            enabled=present.enabled if enabled is None else enabled,
        )
        changed = notifications.change(local.principal, source, notification, draft, seen=present.changed_at)
        if as_json:
            print_json(changed)
        else:
            print_line(f"{changed.name} is changed.")


@app.command("test", cls=Command)
def send_test(source: Source, notification: Number, data: Data = None, as_json: Json = False) -> None:
    """Send a test message, and say whether it arrived; the exit code is 1 where it did not."""
    with open_local(data) as local:
        run = local.windrow.notifications.test(local.principal, source, notification)
        (ended,) = follow_runs(local, [run])
        if as_json:
            print_json(ended)
        else:
            print_line(ended.error or ended.progress.message or ended.state.value)
    raise typer.Exit(code_of_state(ended.state))


@app.command(cls=Command)
def rotate(source: Source, notification: Number, data: Data = None, as_json: Json = False) -> None:
    """Give a webhook a new signing secret; the old one is good for nothing from now on."""
    with open_local(data) as local:
        _tell_made(local.windrow.notifications.rotate(local.principal, source, notification), as_json=as_json)


@app.command(cls=Command)
def remove(source: Source, notification: Number, data: Data = None, as_json: Json = False) -> None:
    """Tell somebody of a source no more."""
    with open_local(data) as local:
        local.windrow.notifications.delete(local.principal, source, notification)
        if as_json:
            print_json({"removed": notification})
        else:
            print_line(f"Notification {notification} is removed.")


def _read_every(text: str | None) -> timedelta | None:
    return None if text is None else read_interval(text, option="--digest-every")


def _tell_made(made: "Made", *, as_json: bool) -> None:
    if as_json:
        print_json(made)
        return
    told = made.notification
    print_line(f"Notification {told.id}, {told.name}, tells {told.shown} of: {', '.join(sorted(told.on))}.")
    tell_secret(made.signing_secret)
