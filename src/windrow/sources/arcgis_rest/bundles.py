"""Answers that belong together: a service with its layers, a layer with its service."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from windrow.errors import RemoteError
from windrow.ports.fetching import Answer
from windrow.sources.arcgis_rest.asking import read_document


@dataclass(frozen=True, slots=True)
class Bundle(Answer):
    """An answer, and what was asked for beside it: each as it came, or the error that came instead.

    details   of a service: all its layers in one document, or the only one that is wanted
    twin      of a map service: the feature service of the same name
    service   of a layer: the service that it belongs to
    """

    beside: Mapping[str, Answer | RemoteError] = field(default_factory=dict)

    @classmethod
    def of(cls, answer: Answer, **beside: Answer | RemoteError) -> "Bundle":
        """The answer with these beside it."""
        return cls(answer.url, answer.status, answer.headers, answer.body, beside)

    @property
    def whole(self) -> bool:
        """Whether everything that was asked for came."""
        return all(isinstance(each, Answer) for each in self.beside.values())

    def document(self, name: str) -> dict[str, Any] | None:
        """What was asked for beside it; None where it was not. Raises `RemoteError`, also what came instead."""
        found = self.beside.get(name)
        if isinstance(found, RemoteError):
            raise found
        return read_document(found) if found is not None else None
