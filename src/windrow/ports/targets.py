"""TargetKind: how records are pushed to one kind of target. The plug-in point for new kinds of targets.

A kind is registered by an entry point in the group `windrow.target_kinds`, whose object is called without arguments and
returns the kind. A kind writes to its target and keeps nothing: what stands where is kept by whoever calls it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from windrow.model.records import Record
from windrow.ports.fetching import Courier


@dataclass(frozen=True, slots=True)
class TargetRequest:
    """Where to push: the target's address, and what its kind's JSON Schema allows."""

    url: str
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Item:
    """A record to be put into a target.

    number       its number in the catalogue
    identifier   the name under which the target is to know it: the same at every push, and no other record's here
    record       what the catalogue shows of it
    raw          its document as it came, where the record still says what that says; else empty
    media_type   of `raw`
    remote       what the target called it when it was put last; "" before the first time
    """

    number: int
    identifier: str
    record: Record
    raw: bytes = b""
    media_type: str = ""
    remote: str = ""


class TargetKind(Protocol):
    """One kind of target. Called from worker threads; several may push to the same target at once."""

    name: ClassVar[str]
    title: ClassVar[str]
    """As people know it, such as `CSW-T server`."""

    schema: ClassVar[Mapping[str, Any]]
    """JSON Schema (2020-12) of the target's settings."""

    def check(self, request: TargetRequest, courier: Courier) -> None:
        """Asks the least that shows that the target would take records. Raises `RemoteError`."""
        ...

    def put(self, request: TargetRequest, item: Item, courier: Courier) -> str:
        """Writes one record and returns what the target calls it, at most 1,000 characters.

        May be called again after a crash, also where the last call arrived and `remote` was not kept: the target must
        not get the record twice. Raises `RemoteError`; `Unfit` for a record that this target can never take.
        """
        ...

    def remove(self, request: TargetRequest, item: Item, courier: Courier) -> None:
        """Takes away what was put; where it is gone already, that is no error. Raises `RemoteError`.

        Of the item only `number`, `identifier` and `remote` are known for sure.
        """
        ...
