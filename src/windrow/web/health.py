"""Whether this process lives, whether it can serve, and its figures for Prometheus."""

from typing import Any

import structlog
from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from windrow.errors import NotAllowed, NotAuthenticated, StoreUnavailable
from windrow.model.accounts import Right
from windrow.ports.store import Store
from windrow.web.identity import Identity
from windrow.web.metrics import Latencies, StoreCollector
from windrow.wire.shapes import Health

log = structlog.get_logger()

AWAY: dict[int | str, dict[str, Any]] = {503: {"model": Health, "description": "The database does not answer."}}
FIGURES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Figures, as Prometheus reads them.",
        "content": {"text/plain": {"schema": {"type": "string"}}},
    }
}


def make_router(store: Store, identity: Identity, latencies: Latencies, *, metrics_public: bool) -> APIRouter:
    """`/healthz`, `/readyz` and `/metrics`."""
    router = APIRouter(tags=["operation"], generate_unique_id_function=lambda route: route.name)
    registry = CollectorRegistry(auto_describe=True)
    registry.register(StoreCollector(store))
    latencies.register(registry)

    # In the event loop itself: it tells that this process lives also when all its threads are busy.
    async def healthz() -> Health:
        """This process lives."""
        return Health(status="ok")

    def readyz(response: Response) -> Health:
        """This process can serve: its database answers, and its schema is ours."""
        try:
            store.check()
        except StoreUnavailable as error:
            log.warning("not ready", reason=str(error))
            response.status_code = 503
            return Health(status="unavailable", reason="The database does not answer; the reason is in the log.")
        return Health(status="ok")

    def metrics(request: Request) -> Response:
        """Figures for Prometheus; unless they are public, for admins: they tell of every team's remote hosts."""
        if not metrics_public:
            principal = identity(request)
            if principal is None:
                raise NotAuthenticated("Sign in to read the metrics, or set WINDROW_METRICS_PUBLIC=true.")
            principal.need(Right.READ)
            if principal.scope is not None:
                raise NotAllowed("Metrics are for admins; an admin's token with the scope read will do.")
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    router.add_api_route("/healthz", healthz)
    router.add_api_route("/readyz", readyz, responses=AWAY)
    router.add_api_route("/metrics", metrics, response_class=Response, responses=FIGURES)
    return router
