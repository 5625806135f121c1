"""Settings: everything that can be set, from flags, the environment, a settings file, or left at its default."""

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, PrivateAttr, SecretStr, ValidationError, field_validator, model_validator
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails, PydanticUndefined
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from windrow.errors import BadInput, FieldProblem

PREFIX = "WINDROW_"
FILE_NAME = "windrow.toml"
MASK = "••••••"
DEFAULT = "default"

Words = Annotated[tuple[str, ...], NoDecode]
"""A list; in the environment and in flags separated by commas or spaces."""

_HOST_NAME = re.compile(r"(\*\.)?[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9])?)*")
_DATABASES = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}


class Settings(BaseSettings):
    """What an installation has decided. Made by `load_settings`, which knows where each value comes from."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, extra="forbid", frozen=True)

    data: Path = Field(Path("windrow-data"), description="Folder for the database, files and keys; made when missing.")
    config: Path | None = Field(
        None, description=f"Settings file (TOML); without it {FILE_NAME} in the data folder, where there is one."
    )
    database_url: SecretStr | None = Field(
        None,
        description="Where the database is: sqlite:////path/to/file or postgresql://user:password@host/name; "
        "without it windrow.db in the data folder.",
    )
    host: str = Field("127.0.0.1", min_length=1, description="Address to listen on; 0.0.0.0 for all.")
    port: int = Field(8750, ge=0, le=65535, description="Port to listen on; 0 for any free one.")
    base_url: str | None = Field(
        None, description="Public URL of this installation, as clients see it behind a proxy: https://data.example.org"
    )
    trusted_proxies: Words = Field(
        (), description="Addresses and networks of proxies whose X-Forwarded-* headers are believed."
    )
    workers: int = Field(2, ge=0, le=256, description="Worker processes that `windrow up` starts.")
    slots: int = Field(
        50,
        ge=1,
        le=256,
        description="Runs that one worker process carries at once; most of the time they wait for their remotes.",
    )
    readers: int = Field(
        2,
        ge=0,
        le=64,
        description="Child processes in which each worker reads pages, so that more than one core is used; they end "
        "when there is nothing to read. 0 reads in the worker itself.",
    )
    queues: Words = Field(("default",), description="Queues that the workers serve.")
    lease_seconds: float = Field(
        8.0, ge=1, le=3600, description="Seconds after which the work of a silent worker is given to another."
    )
    beat_seconds: float = Field(2.0, ge=0.1, le=600, description="Seconds between two signs of life of a worker.")
    drain_seconds: float = Field(
        20.0, ge=0, le=3600, description="Seconds that a stopping worker has to bring its work to a safe point."
    )
    admin_username: str = Field("admin", min_length=1, description="Name of the first admin, made at the first start.")
    admin_password: SecretStr | None = Field(
        None, description="Password of the first admin; without it a one-time secret is made and printed."
    )
    secret_key: SecretStr | None = Field(
        None,
        description="Keys that stored credentials are encrypted with, separated by commas: the first encrypts, all "
        "decrypt; without it secret.key in the data folder. `openssl rand -base64 32` makes one.",
    )
    session_hours: float = Field(12.0, gt=0, le=8760, description="Hours without use after which a session ends.")
    metrics_public: bool = Field(False, description="Whether /metrics answers without signing in.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least level that is logged.")
    log_format: Literal["text", "json"] = Field("text", description="How log lines are written.")
    log_keep: int = Field(10_000, ge=10, le=10_000_000, description="Log entries kept of one run.")
    run_keep_days: float = Field(
        90.0, gt=0, le=36_500, description="Days after which ended runs are removed, but for the latest of each task."
    )
    outgoing_allow: Words = Field(
        (),
        description="Host names, addresses and networks that may be asked although they are not public: "
        "data.intern, *.intern, 10.0.0.0/8",
    )
    user_agent_contact: str = Field(
        "", max_length=200, description="Mail address or URL that the User-Agent shows to the servers we ask."
    )
    catalogue_title: str = Field("Windrow catalogue", min_length=1, max_length=200, description="The catalogue's name.")

    _origins: dict[str, str] = PrivateAttr(default_factory=dict)

    @classmethod
    def settings_customise_sources(  # type: ignore[override]  # all but the first come by name
        cls, _settings: type[BaseSettings], /, *, init_settings: PydanticBaseSettingsSource, **_others: Any
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Nothing but what it is given: `load_settings` looks around itself, to tell where each value came from."""
        return (init_settings,)

    @property
    def database(self) -> str:
        """The database's URL; it may hold a password."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.data.absolute() / 'windrow.db'}"

    def origin(self, name: str) -> str:
        """Where a setting's value came from: `flag`, `environment`, `file <path>` or `default`."""
        return self._origins.get(name, DEFAULT)

    @field_validator("queues", "outgoing_allow", "trusted_proxies", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(re.split(r"[,\s]+", value.strip(" ,\n\t"))) if isinstance(value, str) and value.strip() else value

    @field_validator("port", mode="before")
    @classmethod
    def _explain_kubernetes(cls, value: object) -> object:
        if isinstance(value, str) and value.startswith("tcp://"):
            raise ValueError(
                "was set by Kubernetes for a service named windrow; set enableServiceLinks: false in the pod"
            )
        return value

    @field_validator("data", "config")
    @classmethod
    def _expand_home(cls, value: Path | None) -> Path | None:
        return None if value is None else value.expanduser()

    @field_validator("database_url")
    @classmethod
    def _name_driver(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None:
            return None
        scheme, separator, rest = value.get_secret_value().strip().partition(":")
        driver = _DATABASES.get(scheme.partition("+")[0])
        if driver is None or not separator or not rest.startswith("//") or rest in ("//", "///:memory:"):
            raise ValueError("must be sqlite:////path/to/file or postgresql://user:password@host/name")
        return SecretStr(f"{driver}:{rest}")

    @field_validator("base_url")
    @classmethod
    def _check_base_url(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("must be an http or https URL without ? and #, such as https://data.example.org")
        return value.rstrip("/")

    @field_validator("outgoing_allow")
    @classmethod
    def _check_hosts(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for each in value:
            if not _is_network(each) and (not _HOST_NAME.fullmatch(each) or each.replace(".", "").isdigit()):
                raise ValueError(f"{each!r} is no host name, address or network such as 10.0.0.0/8")
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _check_networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for each in value:
            if not _is_network(each):
                raise ValueError(f"{each!r} is no address or network such as 10.0.0.0/8")
        return value

    @field_validator("queues")
    @classmethod
    def _check_queues(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not value or not all(re.fullmatch(r"[A-Za-z0-9._-]{1,64}", each) for each in value):
            raise ValueError("must name at least one queue, each by at most 64 letters, digits, dots and dashes")
        return value

    @model_validator(mode="after")
    def _check_together(self) -> Self:
        if self.beat_seconds * 2 > self.lease_seconds:
            raise ValueError(
                f"{_variable('beat_seconds')} must be at most half of {_variable('lease_seconds')}: "
                "one late sign of life must not cost a lease"
            )
        return self


@dataclass(frozen=True, slots=True)
class SettingLine:
    """One setting as people see it; secrets are masked, in `value` and in `default`."""

    name: str
    variable: str
    default: str
    meaning: str
    value: str
    origin: str


def load_settings(flags: Mapping[str, object] | None = None) -> Settings:
    """What is set: a flag wins over the environment, that over the settings file, that over the default.

    Flags that are None count as not given. Secrets may also come as files: `WINDROW_ADMIN_PASSWORD_FILE` names a file
    that holds the password. Raises `BadInput` that names what is wrong, where it was set, and the remedy.
    """
    given = {name: value for name, value in (flags or {}).items() if value is not None}
    environment = {**_read_named_files(), **EnvSettingsSource(Settings)()}
    path = _settings_file({**environment, **given})
    written = {} if path is None else _read_file(path)
    origins = {
        **dict.fromkeys(written, f"file {path}"),
        **dict.fromkeys(environment, "environment"),
        **dict.fromkeys(given, "flag"),
    }
    try:
        settings = Settings(**{**written, **environment, **given})
    except ValidationError as error:
        raise BadInput([_explain(each, origins) for each in error.errors(include_url=False)]) from None
    settings._origins.update(origins)
    return settings


def describe_settings(settings: Settings) -> list[SettingLine]:
    """Every setting with its meaning, value and origin, in the order of their declaration."""
    return [
        SettingLine(
            name=name,
            variable=_variable(name),
            default=_show(field.default),
            meaning=field.description or "",
            value=hide_password(settings.database) if name == "database_url" else _show(getattr(settings, name)),
            origin=settings.origin(name),
        )
        for name, field in Settings.model_fields.items()
    ]


def find_misspelt_variables() -> list[str]:
    """A warning for each variable that looks like a misspelt setting.

    Others that begin with WINDROW_ are left alone: Kubernetes sets some for a service of our name.
    """
    names = [_variable(name) for name in Settings.model_fields]
    known = {*names, *(f"{name}_FILE" for name in names)}
    strangers = (name for name in os.environ if name.upper().startswith(PREFIX) and name.upper() not in known)
    near = ((name, difflib.get_close_matches(name.upper(), names, n=1, cutoff=0.85)) for name in strangers)
    return [f"{name} is not a setting; did you mean {found[0]}?" for name, found in near if found]


def hide_password(url: str) -> str:
    """A database's URL without the password in it."""
    return re.sub(r"(?<=password=)[^&]*", MASK, re.sub(r"(://[^:@/]*:).*@", rf"\1{MASK}@", url))


def _variable(name: str) -> str:
    return PREFIX + name.upper()


def _is_network(text: str) -> bool:
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def _is_secret(field: FieldInfo) -> bool:
    return "SecretStr" in str(field.annotation)


def _read_named_files() -> dict[str, object]:
    """Secrets that an orchestrator mounts as files."""
    found: dict[str, object] = {}
    for name, field in Settings.model_fields.items():
        variable = f"{_variable(name)}_FILE"
        if _is_secret(field) and os.environ.get(variable):
            try:
                found[name] = Path(os.environ[variable]).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                raise BadInput.of(variable, f"names a file that cannot be read: {error}") from error
    return found


def _settings_file(values: Mapping[str, object]) -> Path | None:
    if values.get("config"):
        return Path(str(values["config"])).expanduser()
    path = Path(str(values.get("data", Settings.model_fields["data"].default))).expanduser() / FILE_NAME
    return path if path.is_file() else None


def _read_file(path: Path) -> dict[str, object]:
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput.of("config", f"the settings file {path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise BadInput.of("config", f"the settings file {path} is no TOML: {error}") from error
    fields = [name for name in Settings.model_fields if name != "config"]
    problems = [
        FieldProblem(f"{path}: {name}", f"is not a setting{_suggest(name, fields)}; `windrow settings` lists all")
        for name in values
        if name not in fields
    ]
    if problems:
        raise BadInput(problems)
    return values


def _suggest(name: str, names: list[str]) -> str:
    near = difflib.get_close_matches(name, names, n=1)
    return f"; did you mean {near[0]}?" if near else ""


def _explain(error: ErrorDetails, origins: Mapping[str, str]) -> FieldProblem:
    said = error["msg"].removeprefix("Value error, ")
    if not error["loc"]:
        variable, _, rest = said.partition(" ")
        return FieldProblem(variable, rest)
    name = str(error["loc"][0])
    if name not in Settings.model_fields:
        return FieldProblem(name, f"is not a setting{_suggest(name, list(Settings.model_fields))}")
    field = Settings.model_fields[name]
    said = said.replace("Input should be", "must be").replace("String should have", "must have")
    given = "" if _is_secret(field) or error["type"] == "value_error" else f", not {error['input']!r}"
    return FieldProblem(_where(name, origins.get(name, DEFAULT)), f"{said}{given} ({field.description})")


def _where(name: str, origin: str) -> str:
    """How the one who set it knows a setting: by its flag, its variable, or its place in the file."""
    if origin == "flag":
        return f"--{name.replace('_', '-')}"
    return f"{origin.removeprefix('file ')}: {name}" if origin.startswith("file ") else _variable(name)


def _show(value: object) -> str:
    if value is None or value is PydanticUndefined:
        return ""
    if isinstance(value, SecretStr):
        return MASK
    if isinstance(value, tuple):
        return ", ".join(value)
    return str(value).lower() if isinstance(value, bool) else str(value)
