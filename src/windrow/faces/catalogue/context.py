"""What every route of the catalogue is given: the catalogue, who reads, and where the catalogue is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, Request

from windrow.core.catalogue import Catalogue
from windrow.model.accounts import Principal

PREFIX = "/catalogue"


@dataclass(frozen=True, slots=True)
class Parts:
    """What the assembly plugs in, as `app.state.catalogue`. `identify` gives None for somebody not signed in.

    `description` is the path of the OpenAPI document that has these routes; `base_url` the installation's public URL,
    where one is set.
    """

    catalogue: Catalogue
    identify: Callable[[Request], Principal | None]
    description: str = "/api/v1/openapi.json"
    base_url: str | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """Who asks; the landing page's address, which links begin with; and the address of this very request."""

    catalogue: Catalogue
    principal: Principal | None
    root: str
    description: str
    address: str


def give_context(request: Request) -> Context:
    """Finds out who reads. Raises `NotAuthenticated` for wrong credentials; none at all are fine."""
    parts: Parts = request.app.state.catalogue
    site = (parts.base_url or str(request.base_url)).rstrip("/")
    path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    query = f"?{request.url.query}" if request.url.query else ""
    return Context(
        catalogue=parts.catalogue,
        principal=parts.identify(request),
        root=site + PREFIX,
        description=site + parts.description,
        address=f"{site}{quote(path)}{query}",
    )


Ctx = Annotated[Context, Depends(give_context)]
