"""The compose files are what the Compose Specification says, and their processes find all that they are told of."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.files import COMPOSE, SECRETS, documents, name
from windrow.cli.app import root
from windrow.processes.api import API_GRACE
from windrow.processes.living import MARGIN
from windrow.settings import Settings, load_settings

FILES = sorted(COMPOSE.glob("*.yaml"))
(MAIN,), (CELERY,) = (documents(COMPOSE / file) for file in ("compose.yaml", "compose.celery.yaml"))
OURS: dict[str, dict[str, Any]] = {
    each: service for each, service in MAIN["services"].items() if service["image"].startswith("windrow:")
}


def check(file: Path) -> "subprocess.CompletedProcess[str]":
    """Asks the schema that ships with the checker, without a look at the internet."""
    words = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(file)]
    return subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)


def test_there_are_files() -> None:
    assert [file.name for file in FILES] == ["compose.celery.yaml", "compose.yaml"]
    assert sorted(OURS) == ["api", "clock", "worker"]


@pytest.mark.parametrize("file", FILES, ids=name)
def test_a_file_is_valid(file: Path) -> None:
    checked = check(file)

    assert checked.returncode == 0, checked.stdout


def test_the_schema_would_tell_what_is_wrong(tmp_path: Path) -> None:
    wrong = tmp_path / "compose.yaml"
    wrong.write_text((COMPOSE / "compose.yaml").read_text().replace("stop_grace_period", "stop_grace"))

    checked = check(wrong)

    assert checked.returncode != 0
    assert "stop_grace" in checked.stdout


@pytest.mark.parametrize("service", OURS)
def test_a_service_is_a_command_that_there_is(service: str) -> None:
    assert OURS[service]["command"] == [service]
    assert service in root().commands


@pytest.mark.parametrize("service", OURS)
def test_a_service_is_given_longer_to_stop_than_it_takes(service: str) -> None:
    drain = float(OURS[service]["environment"]["WINDROW_DRAIN_SECONDS"])
    takes = drain + MARGIN if service == "worker" else API_GRACE + MARGIN

    assert drain == Settings.model_fields["drain_seconds"].default
    assert float(OURS[service]["stop_grace_period"].removesuffix("s")) > takes


@pytest.mark.parametrize("more", [{}, CELERY["services"]], ids=["embedded", "celery"])
@pytest.mark.parametrize("service", OURS)
def test_a_service_starts_with_its_settings(
    service: str, more: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for secret in OURS[service]["secrets"]:
        (tmp_path / secret).write_text(SECRETS[secret])
    added = more.get(service, {}).get("environment", {})
    for variable, value in {**OURS[service]["environment"], **added}.items():
        monkeypatch.setenv(variable, value.replace("/run/secrets", str(tmp_path)))

    settings = load_settings()

    assert settings.database == "postgresql+psycopg://windrow:secret@database/windrow"
    assert settings.secret_key is not None
    assert (settings.admin_password is not None) == (service == "api")
    assert settings.engine == ("celery" if more else "embedded")


def test_every_secret_that_is_used_has_a_file() -> None:
    used = {secret for service in MAIN["services"].values() for secret in service.get("secrets", ())}

    assert {secret: each["file"] for secret, each in MAIN["secrets"].items()} == {
        secret: f"./secrets/{secret}" for secret in used
    }


def test_what_others_wait_for_tells_when_it_is_there() -> None:
    services = [service for file in FILES for service in documents(file)[0]["services"].items()]
    waited_for = {needed for _, service in services for needed in service.get("depends_on", ())}

    assert waited_for == {"api", "broker", "database"}
    assert waited_for - {each for each, service in services if "healthcheck" in service} == set()
