"""The catalogue, by the client."""

from collections.abc import Iterator, Mapping
from typing import Any, Unpack

from windrow.client import fields
from windrow.client.word import Word
from windrow.wire import records


class Records(Word):
    """The catalogue."""

    def search(self, **search: Unpack[fields.Search]) -> Iterator[records.Record]:
        """All records that match; narrow by q, bbox, start, end, keyword, type, source, standard, collection; sort."""
        return self._connection.walk(records.Record, "/records", **_search(search))

    def count(self, **search: Unpack[fields.Narrowing]) -> int:
        """How many match."""
        page = self._connection.get(records.Records, "/records", **_search(search), count=True, limit=1)
        return page.matched or 0

    def facets(self, **search: Unpack[fields.Narrowing]) -> records.Facets:
        """What the matching records are like."""
        return self._connection.get(records.Facets, "/records/facets", **_search(search))

    def get(self, record_id: int) -> records.Record:
        """One record."""
        return self._connection.get(records.Record, f"/records/{record_id}")

    def document(self, record_id: int) -> bytes:
        """A record's raw document as it came."""
        return b"".join(self._connection.stream(f"/records/{record_id}/document"))

    def export(self, form: records.ExportName, **search: Unpack[fields.Narrowing]) -> Iterator[bytes]:
        """All that matches as `geojsonl`, `csv` or `geoparquet`, piece by piece."""
        return self._connection.stream("/records/export", format=form, **_search(search))

    def edit(self, record_id: int, **change: Unpack[fields.RecordChange]) -> records.Record:
        """Edits fields of a record; `rules` by field tell what becomes of the edits when the source changes it."""
        body = records.RecordChange.model_validate(change)
        return self._connection.send(records.Record, "PATCH", f"/records/{record_id}", body)

    def provenance(self, record_id: int) -> records.RecordProvenance:
        """Where the values of a record come from, field by field."""
        return self._connection.get(records.RecordProvenance, f"/records/{record_id}/provenance")

    def undo(self, record_id: int, field: records.FieldName) -> records.Record:
        """Takes the edit of a field back: it has the source's present value again."""
        return self._connection.send(records.Record, "DELETE", f"/records/{record_id}/edits/{field}")

    def confirm(self, record_id: int, field: records.FieldName) -> records.Record:
        """Keeps the edit of a field although the source changed it since."""
        return self._connection.send(records.Record, "POST", f"/records/{record_id}/edits/{field}/confirm")


def _search(search: Mapping[str, Any]) -> dict[str, Any]:
    bbox = search.get("bbox")
    return dict(search) if bbox is None else {**search, "bbox": ",".join(str(number) for number in bbox)}
