"""A release replaces the last one process by process: runs under way are finished, and nobody is turned away."""

import shutil
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from samples.servers.pycsw import Pycsw
from tests.harvests.farm import wait_for
from tests.journeys.conftest import WITHIN, Newcomer
from tests.journeys.gate import Gate
from tests.journeys.several import address_of, client_of, make_host, share
from tests.rules.migrations import breaches
from tests.rules.tree import SOURCE
from windrow.cli.exits import Exit
from windrow.storage.schema import revisions

RECORDS = 32
PAGE = 2
NEXT = f"{int(revisions()[-1]) + 1:04}"

MIGRATION = f'''
import sqlalchemy as sa
from alembic import op

revision = "{NEXT}"
down_revision = "{revisions()[-1]}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("notes", sa.Column("id", sa.Integer(), primary_key=True))
    for table in ("runs", "parts", "sources", "resources", "records", "workers"):
        op.add_column(table, sa.Column("note", sa.Text()))
        op.add_column(table, sa.Column("weight", sa.Integer(), nullable=False, server_default="1"))
'''
"""All that a migration may do, to the tables that are written most."""


@pytest.fixture
def releases(unattended: Newcomer, postgres_url: str) -> Iterator[tuple[Newcomer, Newcomer]]:
    """A host with this release, and one with the next."""
    environment = share(unattended, postgres_url)
    sources = unattended.folder / "next"
    shutil.copytree(SOURCE, sources / "windrow")  # compiled as it is: starts are quicker
    add_migration(sources / "windrow")
    with ExitStack() as running:
        yield (
            make_host(unattended.folder / "old", environment, running),
            make_host(unattended.folder / "new", {**environment, "PYTHONPATH": str(sources)}, running),
        )


def add_migration(package: Path) -> None:
    (package / "storage" / "migrations" / "versions" / f"{NEXT}_add_notes.py").write_text(MIGRATION)


def status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            code: int = answer.status
    except urllib.error.HTTPError as error:
        with error:
            return error.code
    return code


def test_the_example_keeps_the_rule() -> None:
    assert breaches(MIGRATION) == []


@pytest.mark.timeout(300)
def test_the_last_release_goes_on_working_while_the_next_one_takes_over(
    releases: tuple[Newcomer, Newcomer], pycsw: Pycsw
) -> None:
    old, new = releases
    before = [old.starts("api"), old.starts("clock"), old.starts("worker")]
    client = client_of(old)
    settings, policies = {"page_size": PAGE}, {"requests_per_second": 0, "concurrency": 1}
    with Gate(pycsw.csw_url, hold_after=RECORDS // PAGE // 2) as gate:
        source = client.sources.create(name="S", kind="csw", url=gate.url, settings=settings, policies=policies)
        run = client.sources.harvest(source.id)
        assert gate.reached.wait(WITHIN)

        after = [new.starts("api")]
        changed = client_of(new)
        statuses = {path: status(f"{address_of(old)}{path}") for path in ("/healthz", "/readyz", "/catalogue")}
        gate.open()
        ended = client.runs.wait(run.id, timeout=WITHIN)

        after += [new.starts("clock"), new.starts("worker")]
        wait_for(lambda: len(changed.runs.workers()) == 6, WITHIN)
        codes = [each.stop() for each in before]
        again = changed.runs.wait(changed.sources.harvest(source.id, full=True).id, timeout=WITHIN)

    assert (ended.state, ended.attempt, dict(ended.progress.counts)) == ("succeeded", 1, {"added": RECORDS})
    assert statuses == {"/healthz": 200, "/readyz": 503, "/catalogue": 200}
    assert status(f"{address_of(new)}/readyz") == 200
    assert codes == [0, 0, 0]
    assert (again.state, dict(again.progress.counts)) == ("succeeded", {"unchanged": RECORDS})
    assert [each.stop() for each in after] == [0, 0, 0]


def test_the_last_release_does_not_start_on_the_tables_of_the_next(releases: tuple[Newcomer, Newcomer]) -> None:
    old, new = releases
    assert new.says("db", "upgrade", "--json").json == {"changed": True}

    refused = old.says("worker")

    assert (refused.code, refused.out) == (Exit.UNAVAILABLE, "")
    assert refused.err.startswith("The database was made by a newer version of Windrow")
