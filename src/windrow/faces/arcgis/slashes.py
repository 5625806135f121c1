"""Slashes: clients that were told of a portal at the root of a host ask for paths with two of them."""

import re

from starlette.types import ASGIApp, Receive, Scope, Send

from windrow.faces.arcgis.context import PORTAL

_MANY = re.compile(r"/{2,}")


class Slashes:
    """Makes one slash of several, and none of the last one, below this face."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on."""
        if scope["type"] == "http":
            path = _MANY.sub("/", scope["path"])
            if path != "/" and (path == PORTAL or path.startswith(f"{PORTAL}/")):
                path = path.rstrip("/")
                scope = {**scope, "path": path, "raw_path": path.encode()}
        await self._app(scope, receive, send)
