"""What every route of the Sharing API is given: Windrow, who asks, what was sent, and where our addresses begin."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import Depends, Request, Response
from starlette.datastructures import UploadFile

from windrow.core.windrow import Windrow
from windrow.errors import BadInput, NotFound
from windrow.faces.arcgis.errors import TokenMissing, respond
from windrow.model.accounts import Principal, Right, User
from windrow.ports.clocks import Clock

PORTAL = "/portal"
REST = f"{PORTAL}/sharing/rest"

MOST_FIELDS = 100


@dataclass(frozen=True, slots=True)
class Parts:
    """What the assembly plugs in. `base_url` is the installation's public URL, where one is set.

    report_parameters   ours for those of an ExecuteReport
    """

    windrow: Windrow
    clock: Clock
    address_of: Callable[[Request], str]
    title: str
    base_url: str | None = None
    report_parameters: Callable[[Mapping[str, Any]], Mapping[str, Any]] = dict


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
        try:
            return int(text[:18])
        except ValueError as error:
            raise BadInput.of(name, "must be a whole number") from error


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
        return respond(body, pretty=self.form.text("f") == "pjson")


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


async def read_form(request: Request) -> Form:
    """What came with a request, of whatever method."""
    values = dict(request.query_params)
    files: dict[str, UploadFile] = {}
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type == "multipart/form-data":
        form = await request.form(max_fields=MOST_FIELDS)
        values |= {name: value for name, value in form.items() if isinstance(value, str)}
        files = {name: value for name, value in form.items() if isinstance(value, UploadFile)}
    elif request.method == "POST":
        body = (await request.body()).decode("utf-8", errors="replace")
        try:
            values |= dict(parse_qsl(body, keep_blank_values=True, max_num_fields=MOST_FIELDS))
        except ValueError as error:
            raise BadInput.of("f", f"must come with at most {MOST_FIELDS} fields") from error
    return Form(values, files)


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
