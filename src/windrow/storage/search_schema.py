"""Search structures: what stands beside the table of records so that words, places and times are found.

SQLite    `record_words` (FTS5, without text of its own) and `record_boxes` (R*Tree of longitude, latitude and time)
PostgreSQL  `record_words` (tsvector and terms with GIN) and `record_boxes` (box and tstzrange with GiST)
"""

from sqlalchemy import Connection

NAMES = ("record_words", "record_boxes")
"""The structures' names. SQLite keeps further tables that begin with them."""

_SQLITE = (
    """
    CREATE VIRTUAL TABLE record_words USING fts5(
        title, abstract, keywords, others, terms, content='', tokenize='unicode61 remove_diacritics 2')
    """,
    # Merge segments half as often as it would by itself: harvests write far more than people search.
    "INSERT INTO record_words (record_words, rank) VALUES ('automerge', 8)",
    # Ids are the record's doubled: a box over the antimeridian is kept as two, the second under the odd number.
    "CREATE VIRTUAL TABLE record_boxes USING rtree(id, west, east, south, north, since, until)",
)

_POSTGRESQL = (
    """
    CREATE TABLE record_words (
        id bigint PRIMARY KEY REFERENCES records (id) ON DELETE CASCADE,
        words tsvector NOT NULL,
        terms text[] NOT NULL)
    """,
    "CREATE INDEX ix_record_words_words ON record_words USING gin (words)",
    "CREATE INDEX ix_record_words_terms ON record_words USING gin (terms)",
    """
    CREATE TABLE record_boxes (
        id bigint NOT NULL REFERENCES records (id) ON DELETE CASCADE,
        half smallint NOT NULL,
        box box,
        period tstzrange,
        PRIMARY KEY (id, half))
    """,
    "CREATE INDEX ix_record_boxes_box ON record_boxes USING gist (box)",
    "CREATE INDEX ix_record_boxes_period ON record_boxes USING gist (period)",
)


def create_search(connection: Connection) -> None:
    """Makes the search structures, empty, beside a table of records without rows."""
    for statement in _SQLITE if connection.dialect.name == "sqlite" else _POSTGRESQL:
        connection.exec_driver_sql(statement)


def drop_search(connection: Connection) -> None:
    """Removes the search structures."""
    for name in NAMES:
        connection.exec_driver_sql(f"DROP TABLE {name}")
