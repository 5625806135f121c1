"""Resources that were asked for one by one, of either API, to a reading."""

from collections.abc import Sequence

from windrow.errors import RemoteUnreadable, is_refusal
from windrow.model.resources import RemoteRecord
from windrow.ports.fetching import Answer
from windrow.ports.source_kinds import Reading, Reference
from windrow.sources.geonode import legacy, pages
from windrow.sources.geonode.legacy import LegacyAnswer


def read_documents(references: Sequence[Reference], answers: Sequence[Answer | Exception]) -> Reading:
    """Reads them; one that could not be fetched, or is something else, does not hold up the others."""
    records: list[RemoteRecord] = []
    failed: list[tuple[str, str]] = []
    refused: list[tuple[str, str]] = []
    for reference, answer in zip(references, answers, strict=True):
        if isinstance(answer, Exception) and is_refusal(answer):
            refused.append((reference.identifier, str(answer)))
            continue
        try:
            records.append(_read(reference, answer))
        except RemoteUnreadable as problem:
            failed.append((reference.identifier, str(problem)))
    return Reading(records=records, failed=failed, refused=refused)


def _read(reference: Reference, answer: Answer | Exception) -> RemoteRecord:
    match answer:
        case LegacyAnswer():
            return legacy.read_resource(reference, answer)
        case Answer():
            return pages.read_resource(reference, answer)
        case _:
            raise RemoteUnreadable(str(answer)) from answer
