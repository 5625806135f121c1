"""Writes the migration that leads from the newest one to the tables as they are described now.

    .venv/bin/python -m tools.write_migration 0002 "keep what a run cost"

Read what it wrote before you commit it: it sees tables, columns, indexes and constraints, but not what rows need.
Until the first release there is one migration only: delete it, and write it anew as `0001 "make the tables"`.
"""

import re
import subprocess
import sys
from pathlib import Path

from alembic import command
from alembic.script import Script

from samples.servers.postgres import running_postgres
from windrow.storage import migrating, schema
from windrow.storage.database import Database


def write(number: str, message: str) -> None:
    """Builds a database by all migrations, compares it with the description, and writes the difference.

    On PostgreSQL, because SQLite does not tell all about its indexes.
    """
    with running_postgres() as server:
        database = Database(server.new_database())
        schema.upgrade(database)
        with database.write() as connection:
            script = command.revision(migrating.configure(connection), message, autogenerate=True, rev_id=number)
        database.close()
    if isinstance(script, Script):
        _tidy(Path(script.path))


def _tidy(path: Path) -> None:
    lines = path.read_text().splitlines(keepends=True)
    script = "".join(line for line in lines if "###" not in line)
    path.write_text(re.sub(r"sa\.text\(['\"](true|false)['\"]\)", r"sa.\1()", script))  # SQLite spells it 1 and 0
    for words in (["check", "--fix", "--quiet", "--select=I"], ["format", "--quiet"]):
        subprocess.run([sys.executable, "-m", "ruff", *words, path], check=True)


if __name__ == "__main__":
    write(sys.argv[1], sys.argv[2])
