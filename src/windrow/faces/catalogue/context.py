"""What every route of the catalogue is given: the catalogue, who reads, and where the catalogue is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from windrow.core.catalogue import Catalogue
from windrow.model.accounts import Principal

PREFIX = "/catalogue"


@dataclass(frozen=True, slots=True)
class Parts:
    """What the assembly plugs in, as `app.state.catalogue`. `identify` gives None for somebody not signed in.

    `description` is the path of the OpenAPI document that has these routes.
    """

    catalogue: Catalogue
    identify: Callable[[Request], Principal | None]
    description: str = "/api/v1/openapi.json"


@dataclass(frozen=True, slots=True)
class Context:
    """Who asks, and the address that all links begin with, without a slash at its end."""

    catalogue: Catalogue
    principal: Principal | None
    root: str
    description: str
    address: str

    @property
    def query(self) -> str:
        """The request's own query."""
        return self.address.partition("?")[2]


def give_context(request: Request) -> Context:
    """Finds out who reads. Raises `NotAuthenticated` for wrong credentials; none at all are fine."""
    parts: Parts = request.app.state.catalogue
    site = str(request.base_url).rstrip("/")
    return Context(parts.catalogue, parts.identify(request), site + PREFIX, site + parts.description, str(request.url))


Ctx = Annotated[Context, Depends(give_context)]
