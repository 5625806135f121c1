"""What every route of the STAC API is given: the catalogue, who reads, and where our own documents are."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from windrow.core.catalogue import Catalogue
from windrow.model.accounts import Principal

PREFIX = "/stac"

Identify = Callable[[Request], Principal | None]


@dataclass(frozen=True, slots=True)
class Parts:
    """What the assembly plugs into the STAC API. `base_url` is the installation's public URL, where one is set."""

    catalogue: Catalogue
    identify: Identify
    title: str
    base_url: str | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """Who reads what. `principal` None is somebody not signed in, who sees what is public."""

    catalogue: Catalogue
    principal: Principal | None
    title: str
    root: str


def give_context(request: Request) -> Context:
    """Finds out who reads. Raises `NotAuthenticated` for wrong credentials."""
    parts: Parts = request.app.state.stac
    base = parts.base_url or str(request.base_url).rstrip("/")
    return Context(parts.catalogue, parts.identify(request), parts.title, base + PREFIX)


Ctx = Annotated[Context, Depends(give_context)]
