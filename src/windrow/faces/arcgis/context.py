"""What every route of the Sharing API is given: Windrow, who asks, what was sent, and where our addresses begin."""

import re
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import parse_qsl

import orjson
from fastapi import Depends, Request, Response
from starlette.datastructures import UploadFile

from windrow.core.awaiting import Awaiting
from windrow.core.windrow import Windrow
from windrow.errors import BadInput, NotFound
from windrow.faces.arcgis.errors import TokenMissing, is_pretty, respond
from windrow.model.accounts import Principal, Right, User
from windrow.ports.clocks import Clock

PORTAL = "/portal"
REST = f"{PORTAL}/sharing/rest"

MOST_FIELDS = 100
LONGEST_PLAIN = 255
LARGEST_TEXT = 64 << 20
"""Bytes of one field of a form: an item's content may come as one."""

_WHOLE = re.compile(r"-?[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class Parts:
    """What the assembly plugs in. `base_url` is the installation's public URL, where one is set."""

    windrow: Windrow
    clock: Clock
    address_of: Callable[[Request], str]
    awaiting: Awaiting
    title: str
    base_url: str | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """What came with a request, in its body or its address; the body's word counts. Blank is not absent."""

    values: Mapping[str, str]
    files: Mapping[str, UploadFile] = field(default_factory=dict)

    def text(self, *names: str) -> str | None:
        """The first of these that is there and not blank."""
        return next((self.values[name] for name in names if self.values.get(name, "").strip()), None)

    def truth(self, name: str) -> bool | None:
        """`true` or `false`. Raises `BadInput`."""
        text = self.text(name)
        if text is None:
            return None
        if text.lower() not in ("true", "false"):
            raise BadInput.of(name, "must be true or false")
        return text.lower() == "true"

    def number(self, name: str) -> int | None:
        """A whole number. Raises `BadInput`."""
        text = self.text(name)
        if text is None:
            return None
        if not _WHOLE.fullmatch(text):
            raise BadInput.of(name, "must be a whole number")
        return int(text)

    def plain(self, name: str) -> str | None:
        """A text that holds nothing but signs, at most 255. Raises `BadInput`."""
        text = self.text(name)
        if text is not None and not (len(text) <= LONGEST_PLAIN and text.isprintable()):
            raise BadInput.of(name, f"must be at most {LONGEST_PLAIN} printable characters")
        return text


@dataclass(frozen=True, slots=True)
class Asked:
    """A request of anybody."""

    parts: Parts
    request: Request
    form: Form

    @property
    def host(self) -> str:
        """Where our addresses begin, without a slash at the end."""
        return self.parts.base_url or str(self.request.base_url).rstrip("/")

    @property
    def rest(self) -> str:
        """Where the Sharing API begins."""
        return self.host + REST

    def answer(self, body: Any) -> Response:
        """An answer in the form that was asked for; a page for people is not among them."""
        return respond(body, pretty=is_pretty(self.request))


@dataclass(frozen=True, slots=True)
class Context(Asked):
    """A request of somebody."""

    principal: Principal
    now: datetime

    @property
    def windrow(self) -> Windrow:
        """Everything that can be asked of Windrow."""
        return self.parts.windrow

    @property
    def is_admin(self) -> bool:
        """Whether this is what ArcGIS calls an administrator."""
        return Right.ADMIN in self.principal.rights

    def user(self, name: str) -> User:
        """A user by name. Raises `NotFound`, also for those of other teams."""
        found = self.windrow.accounts.named(self.principal, name)
        if found is None:
            raise NotFound("user", name[:100])
        return found


async def read_form(request: Request) -> AsyncIterator[Form]:
    """What came with a request, of whatever method. Files are there as long as the request is."""
    values = dict(request.query_params)
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type == "multipart/form-data":
        # How much may come at all is for the door to say: a text is as good a way to bring an item as a file is.
        async with request.form(max_fields=MOST_FIELDS, max_part_size=LARGEST_TEXT) as form:
            values |= {name: value for name, value in form.items() if isinstance(value, str)}
            yield _noted(
                request, Form(values, {name: value for name, value in form.items() if isinstance(value, UploadFile)})
            )
        return
    if request.method == "POST":
        body = await request.body()
        values |= _of_json(body) if media_type == "application/json" else _of_form(body)
    yield _noted(request, Form(values))


def _of_form(body: bytes) -> dict[str, str]:
    try:
        fields = parse_qsl(body.decode("utf-8", errors="replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise BadInput.of("f", f"must come with at most {MOST_FIELDS} fields") from error
    return dict(fields)


def _of_json(body: bytes) -> dict[str, str]:
    """The fields of a JSON object, spelled as a form has them. Raises `BadInput`."""
    try:
        found = orjson.loads(body or b"{}")
    except orjson.JSONDecodeError as error:
        raise BadInput.of("f", "came with a body that is called JSON, and is none; send a form") from error
    if not isinstance(found, dict):
        raise BadInput.of("f", "came with a body that is no JSON object; send one, or a form")
    return {
        name: value if isinstance(value, str) else orjson.dumps(value).decode()
        for name, value in found.items()
        if value is not None
    }


def _noted(request: Request, form: Form) -> Form:
    request.state.pretty = form.text("f") == "pjson"
    return form


def give_asked(request: Request, form: Annotated[Form, Depends(read_form)]) -> Asked:
    """For those who need not say who they are."""
    return Asked(request.app.state.arcgis, request, form)


def give_context(asked: Annotated[Asked, Depends(give_asked)]) -> Context:
    """Finds out who asks. Raises `TokenMissing`, `NotAuthenticated`."""
    token = token_of(asked)
    if token is None:
        raise TokenMissing("No token came with this request.")
    parts = asked.parts
    principal = parts.windrow.authentication.of_pass(token)
    return Context(parts, asked.request, asked.form, principal, parts.clock())


def token_of(asked: Asked) -> str | None:
    """The token that came with a request: in either header, in the form or the address."""
    for name in ("x-esri-authorization", "authorization"):
        scheme, _, value = asked.request.headers.get(name, "").partition(" ")
        if scheme.lower() == "bearer" and value.strip():
            return value.strip()
    return asked.form.text("token")


Anybody = Annotated[Asked, Depends(give_asked)]
Ctx = Annotated[Context, Depends(give_context)]
