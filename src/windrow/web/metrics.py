"""Metrics: what the store knows, at the moment it is asked. The same whichever API process answers."""

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from windrow.ports.store import Store


class StoreCollector(Collector):
    """Reads the figures when Prometheus asks. All of them are cheap: active runs, living workers, remote hosts."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def collect(self) -> Iterator[Metric]:
        """The figures."""
        yield self._runs()
        yield from self._workers()
        yield from self._hosts()

    def _runs(self) -> Metric:
        family = GaugeMetricFamily("windrow_runs", "Runs that have not ended, by state.", labels=["state"])
        for state, count in self._store.runs.count_by_state(None).items():
            family.add_metric([state.value], count)
        return family

    def _workers(self) -> Iterator[Metric]:
        count = GaugeMetricFamily("windrow_processes", "Living processes, by role.", labels=["role"])
        memory = GaugeMetricFamily("windrow_process_memory_bytes", "Resident memory.", labels=["role", "id"])
        seen: dict[str, int] = {}
        for worker in self._store.workers.all():
            seen[worker.role.value] = seen.get(worker.role.value, 0) + 1
            memory.add_metric([worker.role.value, worker.id], worker.memory)
        for role, number in seen.items():
            count.add_metric([role], number)
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
