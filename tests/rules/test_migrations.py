"""After the first, migrations only add: while a release replaces the last one, both work on the same tables.

What is no longer wanted goes one release after the last that read it; such a migration is named in `EXCEPTIONS`.
docs/doing/upgrading.md says the same to those who upgrade, and to those who write migrations.
"""

from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent, indent

import pytest

from tests.rules.migrations import breaches
from tests.rules.tree import SOURCE, name

VERSIONS = sorted((SOURCE / "storage" / "migrations" / "versions").glob("[0-9]*_*.py"))

FIRST = "0001"
"""It makes the tables; nobody worked on them before."""

EXCEPTIONS: Mapping[str, str] = {}
"""Revisions that may take away: each with what it takes, and the release that was the first not to read it any more."""


def revision(path: Path) -> str:
    return path.name.partition("_")[0]


def told(body: str) -> list[str]:
    """What the rule has to say of a migration whose `upgrade` is this."""
    head = "import sqlalchemy as sa\nfrom alembic import op\n\ndef upgrade() -> None:\n"
    return [each.what for each in breaches(head + indent(dedent(body), "    "))]


def test_the_first_migration_is_there() -> None:
    assert revision(VERSIONS[0]) == FIRST


@pytest.mark.parametrize("path", VERSIONS, ids=name)
def test_a_migration_only_adds(path: Path) -> None:
    found = [] if revision(path) in {FIRST, *EXCEPTIONS} else breaches(path.read_text())

    assert [f"{name(path)}:{each.line} {each.what}" for each in found] == []


def test_every_exception_is_a_migration_and_needs_to_be_one() -> None:
    needed = {revision(path) for path in VERSIONS if revision(path) != FIRST and breaches(path.read_text())}

    assert set(EXCEPTIONS) - needed == set()
    assert all(EXCEPTIONS.values()), "say why"


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ('op.drop_table("runs")', "drops a table"),
        ('op.drop_column("runs", "note")', "drops a column"),
        ('with op.batch_alter_table("runs") as batch_op:\n    batch_op.drop_column("note")', "drops a column"),
        ('op.rename_table("runs", "jobs")', "renames a table"),
        ('op.alter_column("runs", "note", new_column_name="remark")', "renames a column"),
        ('op.alter_column("runs", "note", type_=sa.Text())', "changes a type"),
        ('op.alter_column("runs", "note", nullable=False)', "makes a column required"),
        ('op.alter_column("runs", "note", **how)', "changes a column in a way that cannot be read here"),
        (
            'op.add_column("runs", sa.Column("note", sa.Text(), nullable=False))',
            "adds a required column without a default",
        ),
        (
            'op.add_column("runs", sa.Column("note", sa.Text(), nullable=False, server_default=None))',
            "adds a required column without a default",
        ),
        (
            'op.add_column("runs", sa.Column("note", sa.Integer(), primary_key=True))',
            "adds a required column without a default",
        ),
        ('op.add_column("runs", NOTE)', "adds a required column without a default"),
        ('op.execute("DROP TABLE IF EXISTS runs")', "drops a table or column"),
        ('op.execute("ALTER TABLE runs DROP COLUMN note")', "drops a table or column"),
        ('op.execute(f"alter table {table} rename to jobs")', "renames a table or column"),
        ('op.execute("ALTER TABLE runs RENAME COLUMN note TO remark")', "renames a table or column"),
        ('op.execute("ALTER TABLE runs ALTER COLUMN note TYPE bigint")', "changes a type"),
        ('op.execute(f"ALTER TABLE runs ALTER {column} SET DATA TYPE bigint")', "changes a type"),
        ('op.execute("ALTER TABLE runs ALTER note SET NOT NULL")', "makes a column required"),
        (
            'op.execute("ALTER TABLE runs ADD COLUMN note text NOT NULL")',
            "adds a required column without a default",
        ),
    ],
)
def test_what_the_last_release_could_not_live_with_is_told(body: str, what: str) -> None:
    assert told(body) == [what]


@pytest.mark.parametrize(
    "body",
    [
        'op.create_table("notes", sa.Column("id", sa.Integer(), nullable=False))',
        'op.add_column("runs", sa.Column("note", sa.Text()))',
        'op.add_column("runs", sa.Column("note", sa.Text(), nullable=True))',
        'op.add_column("runs", sa.Column("note", sa.Text(), nullable=False, server_default=""))',
        'op.alter_column("runs", "note", existing_type=sa.Text(), nullable=True)',
        'op.alter_column("runs", "note", server_default="")',
        'with op.batch_alter_table("runs") as batch_op:\n    batch_op.create_index("ix_runs_note", ["note"])',
        'op.drop_index("ix_runs_note")',
        "op.execute(\"ALTER TABLE runs ADD COLUMN note text NOT NULL DEFAULT ''\")",
        'op.execute("ALTER TABLE runs ADD CONSTRAINT named CHECK (note IS NOT NULL)")',
        "op.execute(\"UPDATE runs SET note = '' WHERE note IS NULL\")",
    ],
)
def test_what_only_adds_is_let_through(body: str) -> None:
    assert told(body) == []


def test_the_way_back_is_left_alone() -> None:
    assert breaches('def downgrade() -> None:\n    op.drop_table("notes")\n') == []


def test_helpers_of_a_migration_are_read_too() -> None:
    source = 'def clear():\n    op.drop_table("notes")\n\ndef upgrade() -> None:\n    clear()\n'

    assert [(each.line, each.what) for each in breaches(source)] == [(2, "drops a table")]
