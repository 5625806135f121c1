"""Metrics: what the store knows at the moment it is asked, and how fast this process answers."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from starlette.types import Scope

from windrow.model.runs import ACTIVE
from windrow.model.workers import WorkerRole
from windrow.ports.store import Store

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Latencies:
    """How long answers took until their first byte, by route: in this process, since it began."""

    def __init__(self) -> None:
        self._seconds = Histogram(
            "windrow_http_request_seconds",
            "Seconds until the first byte of an answer, by method, route and class of status.",
            ["method", "route", "status"],
            buckets=BUCKETS,
            registry=None,
        )

    def note(self, scope: Scope, status: int, seconds: float) -> None:
        """Counts one answer."""
        self._seconds.labels(scope["method"], _route_of(scope), f"{status // 100}xx").observe(seconds)

    def register(self, registry: CollectorRegistry) -> None:
        """Has them shown."""
        registry.register(self._seconds)


def _route_of(scope: Scope) -> str:
    """The route's own spelling, with names in place of numbers: else every object would be a series of its own."""
    template = getattr(scope.get("route"), "path_format", None)
    return template if isinstance(template, str) else "none"


class StoreCollector(Collector):
    """Reads the figures when Prometheus asks. All of them are cheap: active runs, living processes, remote hosts."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def collect(self) -> Iterator[Metric]:
        """The figures. The same whichever API process answers."""
        yield self._runs()
        yield self._sources()
        yield from self._processes()
        yield from self._hosts()

    def describe(self) -> list[Metric]:
        """Nothing ahead of time: registering must not ask the database."""
        return []

    def _runs(self) -> Metric:
        family = GaugeMetricFamily("windrow_runs", "Runs that have not ended, by state.", labels=["state"])
        counts = self._store.runs.count_by_state(None)
        for state in sorted(ACTIVE):
            family.add_metric([state.value], counts.get(state, 0))
        return family

    def _sources(self) -> Metric:
        return GaugeMetricFamily("windrow_sources", "Sources.", value=self._store.sources.count(tenant_id=None))

    def _processes(self) -> Iterator[Metric]:
        count = GaugeMetricFamily("windrow_processes", "Processes that are known, by role.", labels=["role"])
        memory = GaugeMetricFamily("windrow_process_memory_bytes", "Resident memory.", labels=["role", "id"])
        seen = dict.fromkeys(WorkerRole, 0)
        for worker in self._store.workers.all():
            seen[worker.role] += 1
            memory.add_metric([worker.role.value, worker.id], worker.memory)
        for role, number in seen.items():
            count.add_metric([role.value], number)
        yield count
        yield memory

    def _hosts(self) -> Iterator[Metric]:
        flying = GaugeMetricFamily("windrow_host_requests", "Requests in flight, by remote host.", labels=["host"])
        failures = GaugeMetricFamily("windrow_host_failures", "Failures in a row, by remote host.", labels=["host"])
        for state in self._store.hosts.states():
            flying.add_metric([state.host], state.in_flight)
            failures.add_metric([state.host], state.failures)
        yield flying
        yield failures
