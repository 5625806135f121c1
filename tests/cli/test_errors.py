"""What goes wrong is told in one line that names the option and the remedy, with an exit code and no traceback."""

import os
from pathlib import Path

import pytest

from tests.cli.conftest import Windrow


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["bogus"], 2, "windrow: No such command 'bogus'. See windrow --help."),
        (["sources", "show"], 2, "windrow sources show: Missing argument 'SOURCE'. See windrow sources show --help."),
        (["sources", "list", "--bogus"], 2, "windrow sources list: No such option: --bogus"),
        (["runs", "list", "--state", "bogus"], 2, "windrow runs list: Invalid value for '--state': 'bogus' is not one"),
        (["sources", "list", "--limit", "0"], 2, "windrow sources list: Invalid value for '--limit'"),
        (["harvest", "ftp://example.org"], 2, "URL: must be a whole http or https URL"),
        (["harvest", "http://127.0.0.1:1/csw"], 4, "No connection to 127.0.0.1"),
        (["harvest", "http://127.0.0.1:1/csw", "--kind", "bogus"], 2, "--kind: there is no source kind 'bogus'; there"),
        (["sources", "add", "http://a.test", "--kind", "csw", "--set", "x"], 2, "--set: 'x' must be key=value"),
        (["sources", "add", "http://a.test", "--kind", "csw", "--set", "x=1"], 2, "--set x: is not a setting of this"),
        (
            ["sources", "add", "http://a.test", "--kind", "csw", "--policy", "concurrency=99"],
            2,
            "--policy concurrency: ",
        ),
        (["sources", "add", "http://a.test", "--kind", "csw", "--every", "1y"], 2, "--every: '1y' must be a whole num"),
        (["sources", "add", "http://a.test", "--kind", "csw", "--priority", "900"], 2, "--priority: must be less than"),
        (["sources", "list"], 2, "--data: there is no installation in"),
        (["db", "check"], 2, "--data: there is no installation in"),
        (["up", "--set", "prot=1"], 2, "prot: is not a setting; did you mean port?"),
        (["up", "--set", "log_keep=few"], 2, "--set log_keep: must be a valid integer"),
        (["up", "--set", "secret_key=abc"], 2, "--set secret_key: is a secret that others on this machine could see"),
        (["up", "--port", "99999"], 2, "--port: must be less than or equal to 65535"),
        (["up", "--host", "203.0.113.1"], 2, "--host: cannot listen on 203.0.113.1 port 8750: Cannot assign"),
    ],
)
def test_a_foreseeable_error_is_one_line(windrow: Windrow, words: list[str], code: int, said: str) -> None:
    ended = windrow(*words)

    lines = [line for line in ended.err.splitlines() if "one-time secret" not in line and not line.startswith("  ")]
    assert (ended.code, ended.out, len(lines)) == (code, "", 1)
    assert lines[0].startswith(said)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["sources", "show", "99"], 1, "There is no source 99."),
        (["runs", "show", "bogus"], 1, "There is no run bogus."),
        (["tasks", "show", "bogus"], 1, "There is no task bogus."),
        (["records", "show", "99999"], 1, "There is no record 99999."),
        (["users", "disable", "nobody"], 1, "There is no user nobody."),
        (["users", "disable", "not a name:"], 1, "There is no user not a name:."),
        (["users", "disable", "admin"], 1, "admin is the last active admin: make another one first."),
        (["workers", "drain", "bogus"], 1, "There is no worker bogus."),
        (["workers", "stop", "bogus"], 1, "There is no worker bogus."),
        (["sources", "review", "1", "5"], 1, "There is no review 5."),
        (["runs", "download", "last", "bogus"], 1, "There is no output bogus."),
        (["records", "search", "--bbox", "1,2,3"], 2, "--bbox: must be four numbers separated by commas"),
        (["records", "search", "--bbox", "1,50,2,40"], 2, "--bbox: south must not exceed north"),
        (["records", "search", "--start", "soon"], 2, "--start: 'soon' is no moment in ISO 8601"),
        (["records", "search", "--sort", "relevance"], 2, "--sort: "),
        (["records", "export", "-o", "no/such/folder.csv"], 2, "--output: there is no folder no/such"),
        (["sources", "delete", "1"], 2, "--yes: is needed where there is no terminal to ask: Delete Folder with its"),
        (["sources", "want", "1"], 2, "RESOURCE: name resources by their numbers, or all of them with --all"),
        (["sources", "change", "1", "--user", "ada"], 2, "--secret-env: name the variable that holds the password"),
        (["sources", "change", "1", "--secret-env", "X"], 2, "--secret-env: needs to know how the secret is sent"),
        (["sources", "change", "1", "--user", "a", "--bearer"], 2, "--bearer: cannot go with --user"),
        (
            ["sources", "change", "1", "--bearer", "--secret-env", "NOT_SET"],
            2,
            "--secret-env: the environment variable",
        ),
        (["runs", "list", "--task", "x", "--source", "1"], 2, "--task: cannot go with --source"),
        (
            ["tasks", "schedule", "x"],
            2,
            "--every: say how often, or never; or say --cron, --pause, --resume or what",
        ),
        (["users", "add", "admin"], 1, "There is a user admin already"),
        (["users", "add", "a:b"], 2, "USER: must begin with a letter or digit"),
        (["tokens", "create", "admin", "x", "--expires", "2001-01-01"], 2, "--expires: must lie in the future"),
        (["db", "backup", "windrow-data/windrow.db"], 2, "FILE: windrow-data/windrow.db is there already"),
    ],
)
def test_a_foreseeable_error_in_an_installation_is_one_line(
    windrow: Windrow, harvested: Path, words: list[str], code: int, said: str
) -> None:
    ended = windrow(*words)

    assert (ended.code, ended.out, ended.err.count("\n")) == (code, "", 1)
    assert ended.err.startswith(said)


def test_a_command_that_only_looks_leaves_no_empty_installation_behind(windrow: Windrow, tmp_path: Path) -> None:
    for words in (["sources", "list"], ["runs", "show", "last"], ["records", "search", "x"], ["db", "info"]):
        assert windrow(*words).code == 2

    assert list(tmp_path.iterdir()) == []


def test_an_address_that_policy_forbids_names_the_setting_that_allows_it(
    windrow: Windrow, folder_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WINDROW_OUTGOING_ALLOW")

    ended = windrow("harvest", folder_url)

    assert ended.code == 4
    assert "127.0.0.1 is not a public address" in ended.err
    assert "WINDROW_OUTGOING_ALLOW" in ended.err


def test_a_misspelt_variable_is_told_beside_the_answer(windrow: Windrow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WINDROW_PRT", "80")

    ended = windrow("settings", "--json")

    assert ended.code == 0
    assert "WINDROW_PRT is not a setting; did you mean WINDROW_PORT?" in ended.err
    assert {line["name"]: line["value"] for line in ended.json}["port"] == "8750"


def test_a_wrong_variable_is_named(windrow: Windrow, harvested: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WINDROW_SLOTS", "many")

    ended = windrow("runs", "list")

    assert (ended.code, ended.out, ended.err.count("\n")) == (2, "", 1)
    assert ended.err.startswith("WINDROW_SLOTS: must be a valid integer")


def test_a_file_that_is_no_database_is_told(windrow: Windrow, tmp_path: Path) -> None:
    (tmp_path / "windrow-data").mkdir()
    (tmp_path / "windrow-data" / "windrow.db").write_bytes(b"something else " * 1000)

    ended = windrow("sources", "list")

    assert (ended.code, ended.out, ended.err.count("\n")) == (5, "", 1)
    assert "file is not a database" in ended.err


def test_a_database_that_does_not_answer_is_told(windrow: Windrow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WINDROW_DATABASE_URL", "postgresql://ada:hidden@127.0.0.1:1/windrow")

    ended = windrow("sources", "list")

    assert (ended.code, ended.out) == (5, "")
    assert "Connection refused" in ended.err
    assert "Traceback" not in ended.err
    assert "hidden" not in ended.err


def test_a_folder_that_cannot_be_made_is_told(windrow: Windrow, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    ended = windrow("users", "add", "ada", "--data", tmp_path / "file" / "data")

    assert (ended.code, ended.out, ended.err) == (1, "", f"Not a directory: {tmp_path}/file/data{os.linesep}")
