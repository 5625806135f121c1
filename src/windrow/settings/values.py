"""The settings: each with its type, its default and its meaning, and what must hold of them together."""

import os
import re
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, PrivateAttr, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

PREFIX = "WINDROW_"
FILE_NAME = "windrow.toml"
DEFAULT = "default"

Words = Annotated[tuple[str, ...], NoDecode]
"""A list; in the environment and in flags separated by commas or spaces."""

_HOST_NAME = re.compile(r"(\*\.)?[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9])?)*")
_BROKERS = ("redis", "rediss", "sentinel", "amqp", "amqps", "pyamqp")
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
    engine: Literal["embedded", "celery"] = Field(
        "embedded", description="What carries runs to workers: the database itself, or Celery with a broker."
    )
    broker_url: SecretStr | None = Field(
        None, description="Celery's broker: redis://host:6379/0 or amqp://user:password@host/virtual-host."
    )
    celery_pool: Literal["threads", "prefork"] = Field(
        "threads", description="How a Celery worker carries several runs: in threads, or in a process for each."
    )
    celery_memory_mb: int = Field(
        0,
        ge=0,
        le=1_000_000,
        description="Megabytes above which a process of a prefork worker is replaced after its run; 0 never.",
    )
    host: str = Field("127.0.0.1", min_length=1, description="Address to listen on; 0.0.0.0 for all.")
    port: int = Field(8750, ge=0, le=65535, description="Port to listen on; 0 for any free one.")
    base_url: str | None = Field(
        None, description="Public URL of this installation, as clients see it behind a proxy: https://data.example.org"
    )
    trusted_proxies: Words = Field(
        (), description="Addresses and networks of proxies whose X-Forwarded-* headers are believed."
    )
    tls: bool = Field(
        False, description="Whether HTTPS is spoken; without a certificate of yours, one is made in the data folder."
    )
    tls_certificate: Path | None = Field(
        None, description="File of the certificate to speak HTTPS with, in PEM, its chain behind it."
    )
    tls_key: Path | None = Field(None, description="File of the certificate's private key, in PEM, without a password.")
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
    target_folders: Words = Field(
        (),
        description="Absolute folders that records may be pushed to, into them or below; "
        "without it, targets in the data folder.",
    )
    remote_portal_url: str | None = Field(
        None,
        description="ArcGIS portal that does the tasks of kind arcgis_portal, such as https://gis.example.org/portal.",
    )
    remote_portal_token: SecretStr | None = Field(
        None, description="Token for that portal; or a user and password, with which tokens are fetched as needed."
    )
    remote_portal_username: str = Field("", max_length=255, description="User of that portal, where there is no token.")
    remote_portal_password: SecretStr | None = Field(None, description="Password of that user.")
    item_folders: Words = Field(
        (),
        description="Absolute folders of notebooks, pipelines and report definitions that everybody's tasks may use.",
    )
    walker_folders: Words = Field(
        (),
        description="Absolute folders of Python files with walkers; every process loads them, and runs what they say.",
    )
    http_walkers: Path | None = Field(
        None, description="File (TOML) of walkers that live Jac servers run: a table for each, by its name here."
    )
    jac_command: Path | None = Field(
        None,
        description="Python interpreter that has jaclang, or jac binary, that runs Jac programs; none without it.",
    )
    jac_folders: Words = Field(
        (), description="Absolute folders of Jac programs (*.jac), the walkers of which everybody may run."
    )
    jac_memory_mb: int = Field(
        1024, ge=128, le=1 << 24, description="MiB of memory that one run of a Jac walker may hold with all it starts."
    )
    jac_seconds: float = Field(600.0, gt=0, le=31_536_000, description="Seconds that one run of a Jac walker may take.")
    notebook_memory_mb: int = Field(
        4096, ge=256, le=1 << 24, description="MiB of memory that one run of a notebook may hold with all it starts."
    )
    notebook_seconds: float = Field(
        21_600.0, gt=0, le=31_536_000, description="Seconds that one attempt at a run of a notebook may take."
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

    @property
    def carried_at_once(self) -> int:
        """How many runs a worker carries: `slots`, but no more processes than processors unless that was asked for."""
        if self.engine == "celery" and self.celery_pool == "prefork" and "slots" not in self.model_fields_set:
            return os.cpu_count() or 1
        return self.slots

    def origin(self, name: str) -> str:
        """Where a setting's value came from: `flag`, `environment`, `file <path>` or `default`."""
        return self._origins.get(name, DEFAULT)

    @field_validator(
        "queues",
        "outgoing_allow",
        "trusted_proxies",
        "target_folders",
        "item_folders",
        "walker_folders",
        "jac_folders",
        mode="before",
    )
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

    @field_validator("data", "config", "tls_certificate", "tls_key", "http_walkers", "jac_command")
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

    @field_validator("broker_url")
    @classmethod
    def _check_broker(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and urlsplit(value.get_secret_value()).scheme not in _BROKERS:
            raise ValueError("must be redis://host:6379/0 or amqp://user:password@host/virtual-host")
        return value

    @field_validator("base_url")
    @classmethod
    def _check_base_url(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("must be an http or https URL without ? and #, such as https://data.example.org")
        return value.rstrip("/")

    @field_validator("remote_portal_url")
    @classmethod
    def _check_portal(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value.strip())
        near = parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1", "::1")
        fits = parts.hostname and (parts.scheme == "https" or near)
        if not fits or parts.query or parts.fragment or parts.username:
            raise ValueError("must be an https URL such as https://gis.example.org/portal; http only on this machine")
        return value.strip().rstrip("/")

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

    @field_validator("target_folders", "item_folders", "walker_folders", "jac_folders")
    @classmethod
    def _check_folders(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for each in value:
            if not Path(each).is_absolute():
                raise ValueError(f"{each!r} is no absolute folder such as /srv/targets")
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
                f"{variable_of('beat_seconds')} must be at most half of {variable_of('lease_seconds')}: "
                "one late sign of life must not cost a lease"
            )
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise ValueError(
                f"{variable_of('tls_certificate')} and {variable_of('tls_key')} must be set both or neither"
            )
        if self.jac_folders and self.jac_command is None:
            raise ValueError(f"{variable_of('jac_command')} must be set: {variable_of('jac_folders')} needs it")
        if self.jac_command is not None and not self.jac_command.is_absolute():
            raise ValueError(f"{variable_of('jac_command')} must be an absolute path such as /opt/jac/bin/python3")
        if self.engine == "celery" and self.broker_url is None:
            raise ValueError(f"{variable_of('broker_url')} must be set: {variable_of('engine')}=celery needs a broker")
        if self.engine == "celery" and not self.database.startswith("postgresql"):
            raise ValueError(
                f"{variable_of('database_url')} must name a PostgreSQL database: {variable_of('engine')}=celery is for "
                "workers on several machines"
            )
        signs_in = self.remote_portal_username and self.remote_portal_password is not None
        if self.remote_portal_url is not None and self.remote_portal_token is None and not signs_in:
            raise ValueError(
                f"{variable_of('remote_portal_token')} must be set, or {variable_of('remote_portal_username')} and "
                f"{variable_of('remote_portal_password')}: {variable_of('remote_portal_url')} needs them"
            )
        return self


def variable_of(name: str) -> str:
    """The environment variable of a setting."""
    return PREFIX + name.upper()


def _is_network(text: str) -> bool:
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return True
