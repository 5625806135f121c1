"""Copies, by the client."""

from collections.abc import Iterator, Sequence

from windrow.client.word import Word
from windrow.wire import copies, runs


class Copies(Word):
    """Files that records link to, kept there."""

    def start(self, source_id: int, *, full: bool = False, only: Sequence[int] | None = None) -> runs.Run:
        """Starts a run that copies; `only` looks at these resources and no others."""
        body = copies.Copying(full=full, only=None if only is None else list(only))
        return self._connection.send(runs.Run, "POST", f"/sources/{source_id}/copy", body)

    def stock(self, source_id: int) -> copies.Stock:
        """What a source has of copies."""
        return self._connection.get(copies.Stock, f"/sources/{source_id}/copies")

    def list(self, record_id: int) -> Iterator[copies.Copy]:
        """The files of a record."""
        return self._connection.walk(copies.Copy, f"/records/{record_id}/copies")

    def read(self, record_id: int, copy_id: int) -> Iterator[bytes]:
        """A file, piece by piece."""
        return self._connection.stream(f"/records/{record_id}/copies/{copy_id}")
