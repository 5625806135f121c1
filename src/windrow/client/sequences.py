"""Sequences by the client; they are run as tasks of the kind `sequence`."""

from typing import Any

from windrow.client.word import Word


class Sequences(Word):
    """What there is to know of sequences before one is made."""

    def schema(self) -> dict[str, Any]:
        """The JSON Schema of documents in the strict dialect."""
        return self._connection.get(dict[str, Any], "/sequence-schema")
