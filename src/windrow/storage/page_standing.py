"""Standing: what becomes of resources that a page names and that stay as they are."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from windrow.ports.harvests import Change, PageCommit
from windrow.storage.database import Database


@dataclass(frozen=True, slots=True)
class Target:
    """What is being written to: this attempt at this run, for this source, in this transaction.

    pages   those that this transaction has committed so far
    added   resources that they have added, whose records are still to be written
    """

    database: Database
    connection: Connection
    run_id: str
    attempt: int
    source_id: int
    pages: list[PageCommit] = field(default_factory=list)
    added: list[tuple[int, Change]] = field(default_factory=list)


def return_resources(target: Target, page: PageCommit) -> None:
    """Has what is back be present again."""
    database, connection = target.database, target.connection
    database.write_many(connection, _RETURN_RESOURCE, [(number,) for number in page.returned])
    show_again(target, page.returned)


_RETURN_RESOURCE = """
UPDATE resources
SET presence = 'present', gone_since = NULL,
    outcome = CASE WHEN problem <> '' THEN 'quarantined' WHEN length(fingerprint) = 0 THEN 'listed'
                   WHEN presence IN ('gone', 'kept') THEN 'restored' ELSE outcome END
WHERE id = ?
"""


def show_again(target: Target, ids: Sequence[int]) -> None:
    """Shows the records of what is wanted, hides the others."""
    # Asked of the row itself: somebody may have changed the wish since the page was compared.
    target.database.write_many(
        target.connection,
        "UPDATE records SET hidden = NOT (SELECT wanted FROM resources WHERE resources.id = records.id) WHERE id = ?",
        [(number,) for number in ids],
    )


def touch(target: Target, page: PageCommit) -> None:
    """Keeps the versions and validators of what has not changed otherwise."""
    target.database.write_many(
        target.connection,
        "UPDATE resources SET version = ?, etag = ?, last_modified = ? WHERE id = ?",
        [
            (version, validators.etag, validators.last_modified, number)
            for number, (version, validators) in page.touched.items()
        ],
    )


_RELIST = """
UPDATE resources
SET title = CASE WHEN length(fingerprint) = 0 AND ? <> '' THEN ? ELSE title END, type = ?, href = ?
WHERE id = ?
"""


def relist(target: Target, page: PageCommit) -> None:
    """Keeps how the list describes what is not fetched."""
    rows = [(each.title, each.title, each.type, each.href, each.id) for each in page.relisted]
    target.database.write_many(target.connection, _RELIST, rows)
