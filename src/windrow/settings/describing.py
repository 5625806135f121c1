"""Settings as people see them: with their meaning, where each value came from, and without secrets."""

import re
from dataclasses import dataclass

from pydantic import SecretStr
from pydantic_core import PydanticUndefined

from windrow.settings.values import Settings, variable_of

MASK = "••••••"


@dataclass(frozen=True, slots=True)
class SettingLine:
    """One setting as people see it; secrets are masked, in `value` and in `default`."""

    name: str
    variable: str
    default: str
    meaning: str
    value: str
    origin: str


def describe_settings(settings: Settings) -> list[SettingLine]:
    """Every setting with its meaning, value and origin, in the order of their declaration."""
    return [
        SettingLine(
            name=name,
            variable=variable_of(name),
            default=_show(field.default),
            meaning=field.description or "",
            value=_show_setting(settings, name),
            origin=settings.origin(name),
        )
        for name, field in Settings.model_fields.items()
    ]


def hide_password(url: str) -> str:
    """A database's URL without the password in it."""
    return re.sub(r"(?<=password=)[^&]*", MASK, re.sub(r"(://[^:@/]*:).*@", rf"\1{MASK}@", url))


def _show_setting(settings: Settings, name: str) -> str:
    if name == "database_url":
        return hide_password(settings.database)
    if name == "broker_url" and settings.broker_url is not None:
        return hide_password(settings.broker_url.get_secret_value())
    return _show(getattr(settings, name))


def _show(value: object) -> str:
    if value is None or value is PydanticUndefined:
        return ""
    if isinstance(value, SecretStr):
        return MASK
    if isinstance(value, tuple):
        return ", ".join(value)
    return str(value).lower() if isinstance(value, bool) else str(value)
