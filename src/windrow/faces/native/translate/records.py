"""Records, as shapes."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from windrow.core.editing import Traced
from windrow.model import edits, records
from windrow.model.edit_values import spell
from windrow.ports.catalogue import Entry, Facet
from windrow.ports.edits import EditedEntry
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


def to_provenance(traced: Traced) -> record_shapes.RecordProvenance:
    """Where the values of a record come from."""
    entry = traced.entry
    return record_shapes.RecordProvenance(
        record_id=entry.id,
        source_id=entry.source_id,
        source_name=entry.source_name,
        standard=entry.record.standard,
        fields=[_to_field(each) for each in traced.fields],
    )


def _to_field(found: edits.Provenance) -> record_shapes.FieldProvenance:
    return record_shapes.FieldProvenance(
        field=found.field,
        origin=found.origin.value,
        value=spell(found.field, found.value),
        remote=spell(found.field, found.remote),
        conflict=found.conflict,
        changed_at=found.changed_at,
        changed_exactly=found.exact,
        run_id=found.run_id,
        kept=found.kept,
        edit=None if found.edit is None else _to_edit(found.edit),
    )


def _to_edit(edit: edits.Edit) -> record_shapes.Edit:
    return record_shapes.Edit(
        value=spell(edit.field, edit.value),
        rule=edit.rule.value,
        base=spell(edit.field, edit.base),
        user_id=edit.user_id,
        user_name=edit.user_name,
        at=edit.at,
    )


def to_edited(found: EditedEntry) -> record_shapes.EditedRecord:
    """A record with local edits."""
    made = found.edited.edits
    return record_shapes.EditedRecord(
        record_id=found.record_id,
        identifier=found.identifier,
        title=found.title,
        edited=[name for name in edits.EDITABLE if name in made],
        conflicts=found.edited.conflicts,
        edited_at=max(each.at for each in made.values()),
    )
