"""The named secrets that a run may send: those of its tenant, as they are when it sends them first."""

from dataclasses import dataclass, field
from threading import Lock

from windrow.model.named_secrets import OpenSecret
from windrow.ports.store import Store


@dataclass(slots=True)
class TenantSecrets:
    """Secrets of one tenant for one attempt at a run. Safe to share between threads."""

    store: Store
    tenant_id: str
    _known: dict[str, OpenSecret | None] = field(default_factory=dict, repr=False)
    _lock: Lock = field(default_factory=Lock)

    def __call__(self, name: str) -> OpenSecret | None:
        """The secret of that name; None where there is none."""
        with self._lock:
            if name not in self._known:
                self._known[name] = self.store.named_secrets.open(name, tenant_id=self.tenant_id)
            return self._known[name]
