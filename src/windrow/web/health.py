"""Whether this process lives, whether it can serve, and its figures for Prometheus."""

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from windrow.errors import NotAuthenticated, StoreUnavailable
from windrow.ports.store import Store
from windrow.web.identity import Identity
from windrow.web.metrics import StoreCollector


def make_router(store: Store, identity: Identity, *, metrics_public: bool) -> APIRouter:
    """`/healthz`, `/readyz` and `/metrics`."""
    router = APIRouter(tags=["operation"])
    registry = CollectorRegistry(auto_describe=True)
    registry.register(StoreCollector(store))

    def healthz() -> dict[str, str]:
        """This process lives."""
        return {"status": "ok"}

    def readyz(response: Response) -> dict[str, str]:
        """This process can serve: its database answers, and its schema is ours."""
        try:
            store.check()
        except StoreUnavailable as error:
            response.status_code = 503
            return {"status": "unavailable", "reason": str(error)}
        return {"status": "ok"}

    def metrics(request: Request) -> Response:
        """Figures for Prometheus; unless they are public, for whoever has signed in."""
        if not metrics_public and identity(request) is None:
            raise NotAuthenticated("Sign in to read the metrics, or set WINDROW_METRICS_PUBLIC=true.")
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    router.add_api_route("/healthz", healthz)
    router.add_api_route("/readyz", readyz, responses={503: {"description": "The database does not answer."}})
    router.add_api_route("/metrics", metrics, response_class=Response)
    return router
