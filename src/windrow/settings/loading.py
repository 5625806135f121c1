"""Where values come from: flags, the environment, a settings file; and what is wrong with them, by its name there."""

import difflib
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import EnvSettingsSource

from windrow.errors import BadInput, FieldProblem
from windrow.settings.values import DEFAULT, FILE_NAME, PREFIX, Settings, variable_of


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


def find_misspelt_variables() -> list[str]:
    """A warning for each variable that looks like a misspelt setting.

    Others that begin with WINDROW_ are left alone: Kubernetes sets some for a service of our name.
    """
    names = [variable_of(name) for name in Settings.model_fields]
    known = {*names, *(f"{name}_FILE" for name in names)}
    strangers = (name for name in os.environ if name.upper().startswith(PREFIX) and name.upper() not in known)
    near = ((name, difflib.get_close_matches(name.upper(), names, n=1, cutoff=0.85)) for name in strangers)
    return [f"{name} is not a setting; did you mean {found[0]}?" for name, found in near if found]


def _is_secret(field: FieldInfo) -> bool:
    return "SecretStr" in str(field.annotation)


def _read_named_files() -> dict[str, object]:
    """Secrets that an orchestrator mounts as files."""
    found: dict[str, object] = {}
    for name, field in Settings.model_fields.items():
        variable = f"{variable_of(name)}_FILE"
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
    return f"{origin.removeprefix('file ')}: {name}" if origin.startswith("file ") else variable_of(name)
