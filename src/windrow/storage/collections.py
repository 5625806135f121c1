"""Collections of STAC items: their names, found by leaps through an index instead of by reading every item."""

from collections.abc import Sequence

from sqlalchemy import Connection

from windrow.ports.catalogue import Collection
from windrow.storage.database import Database
from windrow.storage.search_conditions import among

# Each step asks for the least name behind the last one, within one source: one probe of ix_records_facets. Every STAC
# item has the type `item`, which stands before the collection in that index.
_NAMES = """
WITH RECURSIVE found (source_id, name) AS (
    SELECT s.id, (
        SELECT min(r.collection) FROM records r
        WHERE r.source_id = s.id AND r.standard = 'stac-item' AND r.type = 'item')
    FROM sources s WHERE {visible}
    UNION ALL
    SELECT f.source_id, (
        SELECT min(r.collection) FROM records r
        WHERE r.source_id = f.source_id AND r.standard = 'stac-item' AND r.type = 'item' AND r.collection > f.name)
    FROM found f WHERE f.name IS NOT NULL)
SELECT DISTINCT f.name FROM found f
WHERE f.name IS NOT NULL AND EXISTS (
    SELECT 1 FROM records r
    WHERE r.source_id = f.source_id AND r.standard = 'stac-item' AND r.type = 'item' AND r.collection = f.name
    AND NOT r.hidden)
"""

_DESCRIBED = """
SELECT r.identifier AS name, min(r.id) AS id FROM records r
WHERE {visible} AND r.standard = 'stac-collection' AND NOT r.hidden GROUP BY r.identifier
"""


def list_collections(database: Database, connection: Connection, visible: Sequence[int]) -> list[Collection]:
    """The collections of these sources, by name."""
    sources, records = among(database, "s.id", visible), among(database, "r.source_id", visible)
    names = database.run(connection, _NAMES.format(visible=sources.sql), sources.values).scalars()
    described = database.run(connection, _DESCRIBED.format(visible=records.sql), records.values)
    found: dict[str, int | None] = dict.fromkeys(names)
    found.update((row.name, row.id) for row in described)
    return [Collection(name, found[name]) for name in sorted(found)]
