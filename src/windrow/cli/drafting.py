"""From options to sources: what a new or changed source is to be, its credential and its schedule."""

import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Protocol, TypeVar

import typer

from windrow.errors import BadInput, FieldProblem
from windrow.model.sources import Credential, CredentialKind, Policies
from windrow.ports.visitors import visitors

if TYPE_CHECKING:
    from windrow.cli.local import Local
    from windrow.core.source_drafts import SourceDraft, SourceView
    from windrow.ports.source_kinds import Detection, SourceKind
    from windrow.ports.targets import TargetKind
    from windrow.ports.work import WorkKind
    from windrow.wire.shapes import Input
    from windrow.wire.sources import SourceChange

Shape = TypeVar("Shape", bound="Input")

UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
NEVER = "never"


def complete_kinds(incomplete: str) -> list[str]:
    """The source kinds that begin so; their packages are named, not loaded."""
    names = sorted(entry.name for entry in visitors("windrow.source_kinds"))
    return [name for name in names if name.startswith(incomplete)]


@dataclass(frozen=True, slots=True)
class SourceOptions:
    """What a source is to be; what is left out is found out, or stays as it is."""

    kind: Annotated[
        str | None,
        typer.Option(help="Its kind, where that is known; else it is found out.", autocompletion=complete_kinds),
    ] = None
    name: Annotated[str | None, typer.Option(help="What to call it; without it, what the remote calls itself.")] = None
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="A setting of its kind; may be repeated.")
    ] = None
    policies: Annotated[
        list[str] | None,
        typer.Option("--policy", metavar="KEY=VALUE", help="A policy, such as guard_share=0.2; may be repeated."),
    ] = None
    every: Annotated[
        str | None, typer.Option(metavar="INTERVAL", help="Harvest it by itself: 30m, 6h, 1d; never takes that away.")
    ] = None
    refresh_every: Annotated[
        str | None, typer.Option(metavar="INTERVAL", help="Look at its list by itself, without fetching; or never.")
    ] = None
    check_every: Annotated[
        str | None, typer.Option(metavar="INTERVAL", help="Check by itself whether it answers; or never.")
    ] = None
    public: Annotated[
        bool | None, typer.Option("--public/--private", help="Who may read its records: everybody, or its team.")
    ] = None
    queue: Annotated[str | None, typer.Option(help="Queue that its harvests wait in.")] = None
    priority: Annotated[int | None, typer.Option(help="-100 to 100; higher goes first.")] = None
    user: Annotated[
        str | None, typer.Option(metavar="NAME", help="Sign in there by this name; the password is asked for.")
    ] = None
    bearer: Annotated[bool, typer.Option("--bearer", help="Send a bearer token there; it is asked for.")] = False
    header: Annotated[
        str | None, typer.Option(metavar="NAME", help="Send a secret there in this header; it is asked for.")
    ] = None
    secret_env: Annotated[
        str | None, typer.Option(metavar="VARIABLE", help="Environment variable that holds the password or token.")
    ] = None
    secret_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="File that holds the password or token; - is standard input.")
    ] = None


class SecretOptions(Protocol):
    """The options that tell what a remote asks for before it answers."""

    @property
    def user(self) -> str | None:
        """The name to sign in by."""

    @property
    def bearer(self) -> bool:
        """Whether it is a bearer token."""

    @property
    def header(self) -> str | None:
        """The header that it is sent in."""

    @property
    def secret_env(self) -> str | None:
        """The variable that holds the secret."""

    @property
    def secret_file(self) -> Path | None:
        """The file that holds it."""


def draft_new(local: "Local", found: "Detection", options: SourceOptions) -> "SourceDraft":
    """A source to be registered. Raises `BadInput`."""
    from windrow.faces.native.translate import from_source
    from windrow.wire.sources import SourceInput

    kind = local.windrow.kinds.source(found.kind)
    given = {
        "name": options.name or found.title.strip()[:255] or found.url,
        "kind": found.kind,
        "url": found.url,
        "settings": {**found.settings, **read_settings(options.settings, kind)},
        "policies": read_pairs(options.policies, option="--policy"),
        "visibility": "public" if options.public else "private",
        "credential": credential_shape(read_credential(options)),
        "schedule": _schedule_shape(options.every),
        "refresh_schedule": _elapsed_shape(options.refresh_every, "--refresh-every"),
        "check_schedule": _elapsed_shape(options.check_every, "--check-every"),
        "queue": options.queue,
        "priority": options.priority,
    }
    shape = validated(SourceInput, {name: value for name, value in given.items() if value is not None})
    return from_source(shape, now=local.now)


def draft_change(
    local: "Local", view: "SourceView", options: SourceOptions, *, url: str | None, drop_credential: bool
) -> "SourceDraft":
    """A source as it is to be: what no option names stays. Raises `BadInput`."""
    from windrow.faces.native.translate import change_source

    change = _change(local, view, options, url=url, drop_credential=drop_credential)
    draft = change_source(view, change, now=local.now)
    return replace(draft, policies=_policies(view, options)) if options.policies else draft


def _change(
    local: "Local", view: "SourceView", options: SourceOptions, *, url: str | None, drop_credential: bool
) -> "SourceChange":
    from windrow.wire.sources import SourceChange

    kind = local.windrow.kinds.source(options.kind or view.source.kind)
    kept = view.source.settings if kind.name == view.source.kind else {}
    visibility = None if options.public is None else "public" if options.public else "private"
    given: dict[str, Any] = {
        "name": options.name,
        "kind": options.kind,
        "url": url,
        "settings": {**kept, **read_settings(options.settings, kind)},
        "visibility": visibility,
        "queue": options.queue,
        "priority": options.priority,
        "credential": credential_shape(read_credential(options)),
    }
    given = {name: value for name, value in given.items() if value is not None}
    if drop_credential:
        given["credential"] = None
    if options.every is not None:
        given["schedule"] = _schedule_shape(options.every)
    if options.refresh_every is not None:
        given["refresh_schedule"] = _elapsed_shape(options.refresh_every, "--refresh-every")
    if options.check_every is not None:
        given["check_schedule"] = _elapsed_shape(options.check_every, "--check-every")
    return validated(SourceChange, given)


def _policies(view: "SourceView", options: SourceOptions) -> Policies:
    from windrow.faces.native.translate import from_policies, to_policies
    from windrow.wire.sources import Policies as Shape

    present = to_policies(view.source.policies).model_dump()
    given = {**present, **read_pairs(options.policies, option="--policy")}
    return from_policies(validated(Shape, given, within="policies"))


def read_settings(pairs: Iterable[str] | None, kind: "SourceKind | TargetKind | WorkKind") -> dict[str, Any]:
    """`key=value` pairs as the kind's schema wants them: text as it stands, lists by commas, the rest as JSON."""
    rules: Mapping[str, Mapping[str, Any]] = kind.schema.get("properties", {})
    settings = {}
    for key, text in split_pairs(pairs, option="--set"):
        settings[key] = _typed(text, rules.get(key, {}))
    return settings


def _typed(text: str, rule: Mapping[str, Any]) -> Any:
    value = _json_or_text(text)
    match rule.get("type"):
        case "string":
            return value if isinstance(value, str) else text
        case "array" if not isinstance(value, list):
            return [_typed(part.strip(), rule.get("items", {})) for part in text.split(",") if part.strip()]
        case _:
            return value


def read_pairs(pairs: Iterable[str] | None, *, option: str) -> dict[str, Any]:
    """`key=value` pairs; values are JSON where they can be read so, else text. Raises `BadInput`."""
    return {key: _json_or_text(text) for key, text in split_pairs(pairs, option=option)}


def split_pairs(pairs: Iterable[str] | None, *, option: str) -> Iterator[tuple[str, str]]:
    """`key=value` pairs. Raises `BadInput`."""
    for pair in pairs or ():
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise BadInput.of(option, f"{pair!r} must be key=value")
        yield key, value


def _json_or_text(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def read_interval(text: str, *, option: str = "--every") -> timedelta:
    """`90s`, `30m`, `6h`, `1d`, `2w`. Raises `BadInput`."""
    number, unit = text[:-1], text[-1:]
    if unit not in UNITS or not number.isascii() or not number.isdigit() or not 0 < int(number) * UNITS[unit] < 10**9:
        raise BadInput.of(option, f"{text!r} must be a whole number with a unit: 90s, 30m, 6h, 1d or 2w")
    return timedelta(seconds=int(number) * UNITS[unit])


def _schedule_shape(every: str | None) -> dict[str, Any] | None:
    if every is None or every == NEVER:
        return None
    return {"trigger": {"every_seconds": read_interval(every).total_seconds()}}


def _elapsed_shape(every: str | None, option: str) -> dict[str, Any] | None:
    if every is None or every == NEVER:
        return None
    return {"trigger": {"type": "elapsed", "every_seconds": read_interval(every, option=option).total_seconds()}}


def read_credential(options: SecretOptions) -> Credential | None:
    """What the remote asks for before it answers. Raises `BadInput`."""
    ways = {"--user": options.user, "--bearer": options.bearer or None, "--header": options.header}
    chosen = [way for way, value in ways.items() if value is not None]
    if not chosen:
        if options.secret_env or options.secret_file:
            raise BadInput.of("--secret-env" if options.secret_env else "--secret-file", _HOW_SENT)
        return None
    if len(chosen) > 1:
        raise BadInput.of(chosen[1], f"cannot go with {chosen[0]}: choose one of --user, --bearer and --header")
    secret = read_secret(options)
    match chosen[0]:
        case "--user":
            return Credential(CredentialKind.BASIC, secret, options.user or "")
        case "--bearer":
            return Credential(CredentialKind.BEARER, secret)
        case _:
            return Credential(CredentialKind.HEADER, secret, options.header or "")


_HOW_SENT = "needs to know how the secret is sent: add --user NAME, --bearer or --header NAME"


def read_secret(options: SecretOptions) -> str:
    """The password or token: from a variable, a file, or asked for. Raises `BadInput`."""
    if options.secret_env is not None:
        if not os.environ.get(options.secret_env):
            raise BadInput.of("--secret-env", f"the environment variable {options.secret_env} is not set")
        return os.environ[options.secret_env]
    if options.secret_file is not None:
        return _read_file(options.secret_file)
    if not sys.stdin.isatty():
        told = "name the variable that holds the password or token; there is no terminal to ask for it"
        raise BadInput.of("--secret-env", told)
    return str(typer.prompt("Password or token", hide_input=True, err=True))


def _read_file(path: Path) -> str:
    try:
        text = sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput.of("--secret-file", f"{path} cannot be read: {error}") from error
    return text.strip()


def credential_shape(credential: Credential | None) -> dict[str, Any] | None:
    """A credential as the API would be told of it."""
    if credential is None:
        return None
    return {"kind": credential.kind.value, "name": credential.name, "secret": credential.secret}


def validated(shape: type[Shape], given: Mapping[str, Any], *, within: str = "") -> Shape:
    """The shape made of what was given `within` a field. Raises `BadInput` that names every field at fault."""
    from pydantic import ValidationError

    try:
        return shape.model_validate(given)
    except ValidationError as error:
        problems = [
            FieldProblem(".".join(map(str, (*filter(None, [within]), *each["loc"]))), _told(each["msg"]))
            for each in error.errors(include_url=False, include_input=False)
        ]
        raise BadInput(problems) from None


def _told(said: str) -> str:
    return said.replace("Input should be", "must be").replace("Extra inputs are not permitted", "there is no such one")
