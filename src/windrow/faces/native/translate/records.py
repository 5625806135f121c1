"""Records, as shapes."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from windrow.model import records
from windrow.ports.catalogue import Entry, Facet
from windrow.wire import records as record_shapes


def to_record_body(record: records.Record) -> record_shapes.RecordBody:
    """Normalised metadata."""
    return record_shapes.RecordBody(**asdict(record))


def to_record(entry: Entry) -> record_shapes.Record:
    """A record of the catalogue."""
    return record_shapes.Record(
        **asdict(entry.record),
        id=entry.id,
        source_id=entry.source_id,
        source_name=entry.source_name,
        stored_at=entry.stored_at,
        public=entry.public,
    )


def to_facets(facets: Mapping[str, Sequence[Facet]]) -> record_shapes.Facets:
    """What the matching records are like."""
    return record_shapes.Facets(
        **{
            word: [record_shapes.Facet(value=each.value, count=each.count) for each in found]
            for word, found in facets.items()
        }
    )
