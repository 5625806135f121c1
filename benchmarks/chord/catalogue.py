"""The emulator's catalogue: a table with the columns and indexes of ours, into which each record is one upsert."""

import psycopg
from psycopg.types.json import Jsonb

from benchmarks.chord.reading import Read

SCHEMA = """
CREATE TABLE catalogue (
    id bigserial PRIMARY KEY, source_id bigint NOT NULL, identifier text NOT NULL, type varchar(64) NOT NULL,
    title text NOT NULL, collection text NOT NULL, standard varchar(32) NOT NULL, modified timestamptz,
    time_start timestamptz, time_end timestamptz, west float, south float, east float, north float,
    body jsonb NOT NULL, hidden boolean NOT NULL DEFAULT false, title_key text COLLATE "C" NOT NULL,
    document bytea NOT NULL, words tsvector NOT NULL, terms text[] NOT NULL, box box, period tstzrange,
    UNIQUE (source_id, identifier));
CREATE INDEX ON catalogue (source_id, id);
CREATE INDEX ON catalogue (modified, id, source_id, hidden);
CREATE INDEX ON catalogue (title_key, id, source_id, hidden);
CREATE INDEX ON catalogue (source_id, standard, type, collection, hidden);
CREATE INDEX ON catalogue (collection, id) WHERE collection <> '';
CREATE INDEX ON catalogue USING gin (words);
CREATE INDEX ON catalogue USING gin (terms);
CREATE INDEX ON catalogue USING gist (box);
CREATE INDEX ON catalogue USING gist (period);
"""

_UPSERT = """
INSERT INTO catalogue (source_id, identifier, type, title, collection, standard, modified, time_start, time_end,
                       west, south, east, north, body, title_key, document, words, terms, box, period)
VALUES (1, %(identifier)s, %(type)s, %(title)s, '', %(standard)s, %(modified)s, %(start)s, %(end)s,
        %(west)s, %(south)s, %(east)s, %(north)s, %(body)s, left(lower(%(title)s), 60), %(document)s,
        setweight(to_tsvector('simple', %(title)s), 'A') || setweight(to_tsvector('simple', %(keywords)s), 'B')
            || setweight(to_tsvector('simple', %(abstract)s), 'C'),
        %(terms)s, box(point(%(west)s, %(south)s), point(%(east)s, %(north)s)),
        tstzrange(%(start)s::timestamptz, %(end)s::timestamptz, '[]'))
ON CONFLICT (source_id, identifier) DO UPDATE SET
    type = excluded.type, title = excluded.title, standard = excluded.standard, modified = excluded.modified,
    time_start = excluded.time_start, time_end = excluded.time_end, west = excluded.west, south = excluded.south,
    east = excluded.east, north = excluded.north, body = excluded.body, title_key = excluded.title_key,
    document = excluded.document, words = excluded.words, terms = excluded.terms, box = excluded.box,
    period = excluded.period
"""


def keep(connection: "psycopg.Connection[tuple[object, ...]]", read: Read, document: bytes) -> None:
    """The catalogue's own work, reduced to one upsert."""
    west, south, east, north = read.bbox
    values = {
        "identifier": read.identifier,
        "type": read.type,
        "title": read.title,
        "abstract": read.abstract,
        "keywords": "\n".join(read.keywords),
        "standard": read.standard,
        "modified": read.modified,
        "start": read.start,
        "end": read.end,
        "west": west,
        "south": south,
        "east": east,
        "north": north,
        "body": Jsonb({"abstract": read.abstract, "keywords": read.keywords}),
        "document": document,
        "terms": [read.identifier, read.type, read.standard, *read.keywords],
    }
    connection.execute(_UPSERT, values)


def count_kept(connection: "psycopg.Connection[tuple[object, ...]]") -> int:
    """How many records the catalogue holds."""
    row = connection.execute("SELECT count(*) FROM catalogue").fetchone()
    return 0 if row is None else int(str(row[0]))
