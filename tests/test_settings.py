"""Settings: flags win over the environment, that over the file, that over defaults; errors name what to do."""

import os
from pathlib import Path

import pytest

from windrow.errors import BadInput, FieldProblem
from windrow.settings import Settings, describe_settings, find_misspelt_variables, load_settings


@pytest.fixture(autouse=True)
def _clean_surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [each for each in os.environ if each.upper().startswith("WINDROW_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def problems_of(flags: dict[str, object] | None = None) -> list[FieldProblem]:
    with pytest.raises(BadInput) as caught:
        load_settings(flags)
    return list(caught.value.problems)


def test_with_nothing_set_it_runs_on_sqlite_on_loopback(tmp_path: Path) -> None:
    settings = load_settings()

    assert (settings.host, settings.port, settings.workers, settings.slots) == ("127.0.0.1", 8750, 2, 50)
    assert settings.database == f"sqlite:///{tmp_path}/windrow-data/windrow.db"
    assert settings.outgoing_allow == ()
    assert {line.origin for line in describe_settings(settings)} == {"default"}


def test_a_flag_wins_over_the_environment_and_that_over_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "some.toml"
    file.write_text('port = 1\nworkers = 5\nslots = 6\nqueues = ["a", "b"]\n')
    monkeypatch.setenv("WINDROW_CONFIG", str(file))
    monkeypatch.setenv("WINDROW_PORT", "2")
    monkeypatch.setenv("WINDROW_WORKERS", "7")

    settings = load_settings({"port": 3, "host": None})

    assert (settings.port, settings.workers, settings.slots, settings.queues) == (3, 7, 6, ("a", "b"))
    origins = {name: settings.origin(name) for name in ("port", "workers", "slots", "host")}
    assert origins == {"port": "flag", "workers": "environment", "slots": f"file {file}", "host": "default"}


def test_the_data_folder_may_hold_the_settings_file(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "windrow.toml").write_text("port = 9999")

    assert load_settings({"data": tmp_path / "here"}).port == 9999


def test_lists_are_separated_by_commas_or_spaces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WINDROW_OUTGOING_ALLOW", "data.intern, *.example.org 10.0.0.0/8,::1")

    assert load_settings().outgoing_allow == ("data.intern", "*.example.org", "10.0.0.0/8", "::1")


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WINDROW_PORT", "")
    monkeypatch.setenv("WINDROW_OUTGOING_ALLOW", "")

    settings = load_settings()

    assert (settings.port, settings.outgoing_allow) == (8750, ())


def test_a_secret_may_come_as_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("correct horse\n")
    monkeypatch.setenv("WINDROW_ADMIN_PASSWORD_FILE", str(tmp_path / "password"))

    settings = load_settings()

    assert settings.admin_password is not None
    assert settings.admin_password.get_secret_value() == "correct horse"
    assert settings.origin("admin_password") == "environment"


def test_a_secret_file_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("WINDROW_SECRET_KEY_FILE", str(tmp_path / "nowhere"))

    assert [problem.field for problem in problems_of()] == ["WINDROW_SECRET_KEY_FILE"]


@pytest.mark.parametrize("prefix", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_spelling_of_postgresql_is_understood(prefix: str) -> None:
    settings = load_settings({"database_url": f"{prefix}://me:word@db/windrow"})

    assert settings.database == "postgresql+psycopg://me:word@db/windrow"


def test_secrets_are_masked_wherever_settings_are_shown() -> None:
    address = "postgresql://me:s3@c/r3t@db/windrow?sslpassword=hush"
    flags = {"database_url": address, "secret_key": "k" * 44, "admin_password": "p" * 12}

    settings = load_settings(flags)

    shown = repr(settings) + str(settings) + repr(describe_settings(settings))
    assert not any(secret in shown for secret in ("s3@", "r3t", "hush", "k" * 44, "p" * 12))
    assert "postgresql+psycopg://me:••••••@db/windrow" in shown


def test_secrets_are_not_in_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WINDROW_DATABASE_URL", "mysql://me:word@db/windrow")

    [problem] = problems_of()

    assert problem.field == "WINDROW_DATABASE_URL"
    assert "postgresql://user:password@host/name" in problem.problem
    assert "me:word" not in problem.problem


def test_every_wrong_setting_is_named_where_it_was_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "some.toml"
    file.write_text('log_format = "xml"')
    monkeypatch.setenv("WINDROW_PORT", "eighty")

    problems = problems_of({"config": file, "base_url": "data.example.org"})

    assert [problem.field for problem in problems] == ["WINDROW_PORT", "--base-url", f"{file}: log_format"]
    assert problems[0].problem == (
        "must be a valid integer, unable to parse string as an integer, not 'eighty' "
        "(Port to listen on; 0 for any free one.)"
    )


@pytest.mark.parametrize(
    ("flags", "field"),
    [
        ({"port": 70_000}, "--port"),
        ({"port": "tcp://10.0.0.1:8750"}, "--port"),
        ({"workers": -1}, "--workers"),
        ({"queues": ","}, "--queues"),
        ({"queues": "a b/c"}, "--queues"),
        ({"outgoing_allow": "10.0.0.0/99"}, "--outgoing-allow"),
        ({"outgoing_allow": "10.0.0"}, "--outgoing-allow"),
        ({"trusted_proxies": "proxy.example.org"}, "--trusted-proxies"),
        ({"base_url": "ftp://example.org"}, "--base-url"),
        ({"database_url": "sqlite://"}, "--database-url"),
        ({"database_url": "sqlite:///:memory:"}, "--database-url"),
        ({"remote_portal_url": "http://gis.example.org/portal"}, "--remote-portal-url"),
        ({"remote_portal_url": "https://ann:pw@gis.example.org/portal"}, "--remote-portal-url"),
        ({"remote_portal_url": "https://gis.example.org/portal"}, "WINDROW_REMOTE_PORTAL_TOKEN"),
        ({"beat_seconds": 5}, "WINDROW_BEAT_SECONDS"),
        ({"prot": 1}, "prot"),
    ],
)
def test_what_cannot_be_is_refused(flags: dict[str, object], field: str) -> None:
    assert [problem.field for problem in problems_of(flags)] == [field]


def test_a_misspelt_key_in_the_file_is_refused_with_the_right_one(tmp_path: Path) -> None:
    file = tmp_path / "some.toml"
    file.write_text("prot = 1")

    [problem] = problems_of({"config": file})

    assert problem.field == f"{file}: prot"
    assert "did you mean port?" in problem.problem


@pytest.mark.parametrize("text", ["port =", "\x00"])
def test_a_file_that_is_no_toml_is_named(tmp_path: Path, text: str) -> None:
    file = tmp_path / "some.toml"
    file.write_text(text)

    [problem] = problems_of({"config": file})

    assert str(file) in problem.problem


def test_a_settings_file_that_was_named_must_exist(tmp_path: Path) -> None:
    [problem] = problems_of({"config": tmp_path / "nowhere.toml"})

    assert "nowhere.toml" in problem.problem


def test_misspelt_variables_are_told_but_strangers_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WINDROW_PROT", "1")
    monkeypatch.setenv("WINDROW_SERVICE_HOST", "10.0.0.1")
    monkeypatch.setenv("WINDROW_PORT_8750_TCP_ADDR", "10.0.0.1")

    assert find_misspelt_variables() == ["WINDROW_PROT is not a setting; did you mean WINDROW_PORT?"]


def test_every_setting_has_a_meaning_and_a_variable() -> None:
    lines = describe_settings(load_settings())

    assert [line.name for line in lines] == list(Settings.model_fields)
    assert all(len(line.meaning) > 15 and line.meaning[0].isupper() for line in lines)
    assert {line.variable for line in lines} >= {"WINDROW_PORT", "WINDROW_ADMIN_USERNAME", "WINDROW_ADMIN_PASSWORD"}
