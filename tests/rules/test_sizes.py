"""A file is one thing: past four hundred lines it gives its reason here. Migrations are never touched again."""

from tests.rules.tree import name, python_files

LIMIT = 400

REASONS: dict[str, str] = {}


def test_long_files_give_their_reason() -> None:
    kept = [path for path in python_files("src") if "migrations" not in path.parts]
    long = {name(path) for path in kept if path.read_text().count("\n") > LIMIT}

    assert long - set(REASONS) == set(), "divide it, or give the reason in this file"
    assert set(REASONS) - long == set(), "no longer needed here"
