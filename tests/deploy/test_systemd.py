"""systemd accepts the units, finds them well shut in, and gives them the time that they take to stop."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from samples.servers.daemon import program
from tests.deploy.files import KEY, SYSTEMD, assignments, name
from windrow.cli.app import root
from windrow.processes.api import API_GRACE
from windrow.processes.living import MARGIN
from windrow.settings import Settings, load_settings

UNITS = sorted(SYSTEMD.glob("*.service"))
MOST_EXPOSED = 1.5
"""As systemd counts: 10 is a service that may do anything, 0 one that may do nothing."""

OWN = {"Type", "EnvironmentFile", "Environment", "LoadCredential", "ExecStart", "TimeoutStopSec"}
"""What differs from unit to unit; all else shuts them in, in the same way."""


def analyze(*words: object) -> "subprocess.CompletedProcess[str]":
    command = [str(program("systemd-analyze", "systemd", also_in="/usr/bin")), *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def settings_of(unit: Path) -> list[tuple[str, str]]:
    """Key and value of each line, in order: many keys stand several times."""
    lines = [line for line in unit.read_text().splitlines() if "=" in line and not line.startswith("#")]
    return [(key, value) for key, _, value in (line.partition("=") for line in lines)]


def setting(unit: Path, key: str) -> str:
    (value,) = [value for name, value in settings_of(unit) if name == key]
    return value


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """The root of a machine that has our units, the system's own, and the program."""
    shutil.copytree("/usr/lib/systemd/system", tmp_path / "usr/lib/systemd/system", symlinks=True)
    (tmp_path / "lib").symlink_to("usr/lib")
    shutil.copytree(SYSTEMD, tmp_path / "etc/systemd/system")
    installed = tmp_path / "opt/windrow/bin/windrow"
    installed.parent.mkdir(parents=True)
    shutil.copy("/bin/true", installed)
    return tmp_path


def complaints(machine: Path, unit: str) -> list[str]:
    """What `systemd-analyze verify` has to say of one of our units."""
    told = analyze("verify", "--man=no", f"--root={machine}", unit.replace("@.", "@1."))
    ours = [line for line in told.stderr.splitlines() if "windrow" in line]
    return ours or ([told.stderr] if told.returncode else [])


def test_there_are_units() -> None:
    assert [unit.name for unit in UNITS] == [
        "windrow-api.service",
        "windrow-clock.service",
        "windrow-worker@.service",
        "windrow.service",
    ]


@pytest.mark.parametrize("unit", UNITS, ids=name)
def test_systemd_accepts_a_unit(machine: Path, unit: Path) -> None:
    assert complaints(machine, unit.name) == []


@pytest.mark.parametrize(
    ("line", "instead"),
    [
        ("ProtectSystem=strict", "ProtectSytem=strict"),
        ("KillMode=mixed", "KillMode=mixd"),
        ("TimeoutStopSec=40", "TimeoutStopSec=soon"),
        ("/opt/windrow/bin/windrow", "/opt/windrow/bin/windrew"),
    ],
)
def test_systemd_would_tell_what_is_wrong(machine: Path, line: str, instead: str) -> None:
    unit = machine / "etc/systemd/system/windrow.service"
    assert line in unit.read_text()

    unit.write_text(unit.read_text().replace(line, instead))

    assert complaints(machine, unit.name) != []


@pytest.mark.parametrize("unit", UNITS, ids=name)
def test_a_unit_is_shut_in(unit: Path) -> None:
    told = analyze("security", "--offline=true", f"--threshold={MOST_EXPOSED * 10:.0f}", "--no-pager", unit)

    assert told.returncode == 0, told.stdout + told.stderr


def test_all_units_are_shut_in_alike() -> None:
    alike = [{pair for pair in settings_of(unit) if pair[0] not in {*OWN, "Description", "After"}} for unit in UNITS]

    assert [each ^ alike[0] for each in alike] == [set()] * len(UNITS)


@pytest.mark.parametrize("unit", UNITS, ids=name)
def test_a_unit_starts_a_command_that_there_is(unit: Path) -> None:
    program_path, command = setting(unit, "ExecStart").split()

    assert program_path == "/opt/windrow/bin/windrow"
    assert command in root().commands


@pytest.mark.parametrize("unit", UNITS, ids=name)
def test_a_unit_is_given_longer_to_stop_than_it_takes(unit: Path) -> None:
    worker_takes = Settings.model_fields["drain_seconds"].default + MARGIN
    carries = setting(unit, "ExecStart").split()[-1] in ("up", "worker")

    assert float(setting(unit, "TimeoutStopSec")) > (worker_takes if carries else API_GRACE + MARGIN)


@pytest.mark.parametrize("unit", UNITS, ids=name)
def test_every_secret_that_is_handed_over_is_read(unit: Path) -> None:
    handed = [value.partition(":")[0] for key, value in settings_of(unit) if key == "LoadCredential"]
    named = [
        match.groups()
        for key, value in settings_of(unit)
        if key == "Environment" and (match := re.fullmatch(r"WINDROW_(\w+)_FILE=%d/(\w+)", value))
    ]

    assert named == [(secret.upper(), secret) for secret in handed]


def test_the_example_of_settings_is_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    given = assignments(SYSTEMD / "windrow.env")
    for variable, value in {**given, "WINDROW_DATA": str(tmp_path)}.items():
        monkeypatch.setenv(variable, value)

    settings = load_settings()

    assert {settings.origin(variable.removeprefix("WINDROW_").lower()) for variable in given} == {"environment"}


def test_systemd_makes_the_user_that_the_units_name(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    sysusers = program("systemd-sysusers", "systemd", also_in="/usr/bin")

    subprocess.run([sysusers, f"--root={tmp_path}", SYSTEMD / "windrow.sysusers"], check=True, timeout=60)

    made = [line.split(":")[0] for line in (tmp_path / "etc/passwd").read_text().splitlines()]
    assert {setting(unit, "User") for unit in UNITS} == {"windrow"}
    assert "windrow" in made


def test_commands_on_the_machine_have_the_settings_and_secrets_of_its_service(tmp_path: Path) -> None:
    text = (SYSTEMD / "windrow-here").read_text()
    shutil.copytree(SYSTEMD, tmp_path / "settings")
    for secret, value in {"secret_key": KEY, "database_url": "postgresql://windrow@db.example/windrow"}.items():
        (tmp_path / "settings" / secret).write_text(value)
    changes = {
        "settings=/etc/windrow": f"settings={tmp_path / 'settings'}",
        "runuser -u windrow -- /opt/windrow/bin/windrow": f"{sys.executable} -m windrow.cli",
        "/var/lib/windrow": str(tmp_path / "data"),
    }
    for said, instead in changes.items():
        assert text.count(said) == 1
        text = text.replace(said, instead)
    script = tmp_path / "windrow"
    script.write_text(text)

    told = subprocess.run(["sh", script, "settings", "--json"], capture_output=True, text=True, check=False, timeout=60)

    assert told.returncode == 0, told.stderr
    values = {line["variable"]: (line["value"], line["origin"]) for line in json.loads(told.stdout)}
    assert values["WINDROW_DATA"] == (str(tmp_path / "data"), "environment")
    assert values["WINDROW_DATABASE_URL"] == ("postgresql+psycopg://windrow@db.example/windrow", "environment")
    assert values["WINDROW_SECRET_KEY"][1] == "environment"
    assert values["WINDROW_LOG_FORMAT"] == ("json", "environment")
    assert "WINDROW_DATA=%S/windrow" in (SYSTEMD / "windrow.service").read_text()
