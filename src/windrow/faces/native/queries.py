"""Parameters that many routes share, and what makes a route one of the native API."""

import re
from typing import Annotated

from fastapi import APIRouter, Path, Query
from fastapi.routing import APIRoute
from pydantic import BeforeValidator

from windrow.faces.native.reading import NativeRoute
from windrow.model.paging import LARGEST_PAGE

PREFIX = "/api/v1"

LARGEST_NUMBER = 2**53 - 1
"""What every JSON reader can hold exactly."""

_NUMBER = re.compile("[0-9]{1,16}", re.ASCII)
_EXAMPLE = "01981f2c-7a40-7c3e-8b0a-5b1f0c9d2e11"


def _only_digits(value: object) -> object:
    # A number has one spelling in a path: 1 may not be asked for as +1, 1.0 or 1_0.
    if isinstance(value, str) and not _NUMBER.fullmatch(value):
        raise ValueError("must be a number")
    return value


Limit = Annotated[int, Query(ge=1, le=LARGEST_PAGE, description="How many items a page holds.")]
Cursor = Annotated[str | None, Query(max_length=2000, description="`next` of the page before; leave it out to start.")]

Number = Annotated[
    int, Path(ge=0, le=LARGEST_NUMBER, description="Its number.", examples=[1]), BeforeValidator(_only_digits)
]
Id = Annotated[str, Path(description="Its id.", examples=[_EXAMPLE])]
FileName = Annotated[str, Path(description="The file's name.", examples=["diff.jsonl"])]
Kind = Annotated[str | None, Query(max_length=64, description="Only those of this kind.")]


def make_part(tag: str, *, prefix: str = "") -> APIRouter:
    """The routes of one word, below `/api/v1`."""
    return APIRouter(prefix=PREFIX + prefix, tags=[tag], route_class=NativeRoute, generate_unique_id_function=_name)


def _name(route: APIRoute) -> str:
    return route.name
