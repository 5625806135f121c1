"""A depot: a target that exists only in this process, and the target kind that pushes to it."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from windrow.ports.fetching import Courier
from windrow.ports.targets import Item, TargetRequest


@dataclass
class Depot:
    """What stands there, by URL and by the name that the target was told; and how it was asked.

    held    titles by identifier
    puts    identifiers put, in order; `removed` those taken away
    items   the last item put under each identifier
    before  called with each item before it is put or removed; may raise
    """

    held: dict[str, dict[str, str]] = field(default_factory=dict)
    puts: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    items: dict[str, Item] = field(default_factory=dict)
    requests: list[TargetRequest] = field(default_factory=list)
    couriers: list[Courier] = field(default_factory=list)
    before: Callable[[TargetRequest, Item], None] = lambda request, item: None
    after: Callable[[Item], None] = lambda item: None
    remote: Callable[[Item], str] = lambda item: f"depot/{item.identifier}"

    def at(self, url: str) -> dict[str, str]:
        return self.held.setdefault(url, {})


class DepotKind:
    """Pushes to the depot that it was made with."""

    name: ClassVar[str] = "depot"
    title: ClassVar[str] = "Depot"
    schema: ClassVar[Mapping[str, Any]] = {
        "type": "object",
        "additionalProperties": False,
        "properties": {"rack": {"type": "string", "title": "Rack", "description": "Where to put it.", "default": ""}},
    }

    def __init__(self, depot: Depot) -> None:
        self._depot = depot
        self._lock = threading.Lock()

    def check(self, request: TargetRequest, courier: Courier) -> None:
        courier.get(request.url)

    def put(self, request: TargetRequest, item: Item, courier: Courier) -> str:
        depot = self._depot
        with self._lock:
            depot.requests.append(request)
            depot.couriers.append(courier)
            depot.before(request, item)
            depot.puts.append(item.identifier)
            depot.at(request.url)[item.identifier] = item.record.title
            depot.items[item.identifier] = item
            depot.after(item)
            return depot.remote(item)

    def remove(self, request: TargetRequest, item: Item, courier: Courier) -> None:
        depot = self._depot
        with self._lock:
            depot.before(request, item)
            depot.removed.append(item.identifier)
            depot.at(request.url).pop(item.identifier, None)
            depot.items[item.identifier] = item
