"""What every route of Jaseci's API is given: Windrow, who asks, and what they asked for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

import orjson
from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool

from windrow.core.authentication import TOKEN_PREFIX
from windrow.core.awaiting import Awaiting
from windrow.core.windrow import Windrow
from windrow.errors import BadInput, NotAllowed, NotAuthenticated
from windrow.model.accounts import Principal, Right

Identify = Callable[[Request], Principal | None]

NO_CREDENTIALS = "Authentication credentials were not provided."
NO_PERMISSION = "You do not have permission to perform this action."


@dataclass(frozen=True, slots=True)
class Parts:
    """What the assembly plugs in."""

    windrow: Windrow
    identify: Identify
    address_of: Callable[[Request], str]
    awaiting: Awaiting


@dataclass(frozen=True, slots=True)
class Call:
    """One call: who asks, and with what. Query parameters beat the body's fields, and the path's beat both."""

    parts: Parts
    principal: Principal
    parameters: Mapping[str, Any] = field(default_factory=dict)

    @property
    def windrow(self) -> Windrow:
        """Everything that can be asked of Windrow."""
        return self.parts.windrow

    def text(self, *names: str) -> str | None:
        """The first of these parameters that was given. Raises `BadInput` for what is no text."""
        for name in names:
            if (value := self.parameters.get(name)) is not None:
                if not isinstance(value, str):
                    raise BadInput.of(name, "must be a text")
                return value
        return None

    def object(self, name: str) -> Mapping[str, Any]:
        """A parameter that is an object, in a query written as JSON. Raises `BadInput`."""
        value = self.parameters.get(name)
        if isinstance(value, str) and value.strip():
            try:
                value = orjson.loads(value)
            except orjson.JSONDecodeError:
                raise BadInput.of(name, "must be an object, written as JSON") from None
        if value in (None, ""):
            return {}
        if not isinstance(value, Mapping):
            raise BadInput.of(name, "must be an object")
        return value


async def read_parameters(request: Request) -> dict[str, Any]:
    """What came in the body, the query and the path. Raises `BadInput`."""
    found: dict[str, Any] = {}
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type in ("application/x-www-form-urlencoded", "multipart/form-data"):
        found.update({name: value for name, value in (await request.form()).items() if isinstance(value, str)})
    elif raw := (await request.body()).strip():
        try:
            body = orjson.loads(raw)
        except orjson.JSONDecodeError as error:
            raise BadInput.of("body", f"JSON parse error - {error}") from error
        if not isinstance(body, dict):
            raise BadInput.of("body", "must be a JSON object")
        found.update(body)
    return {**found, **request.query_params, **request.path_params}


async def give_call(request: Request) -> Call:
    """A call by somebody who has signed in. Raises `NotAuthenticated`."""
    parts: Parts = request.app.state.jaseci
    principal = await run_in_threadpool(_find, parts, request)
    return Call(parts, principal, await read_parameters(request))


async def give_admin_call(request: Request) -> Call:
    """The same by an admin. Raises `NotAllowed`."""
    call = await give_call(request)
    if Right.ADMIN not in call.principal.rights:
        raise NotAllowed(NO_PERMISSION)
    return call


def _find(parts: Parts, request: Request) -> Principal:
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    principal = of_secret(parts, secret.strip()) if scheme.lower() == "token" else parts.identify(request)
    if principal is None:
        raise NotAuthenticated(NO_CREDENTIALS)
    return principal


def of_secret(parts: Parts, secret: str) -> Principal:
    """Who holds an API token, or a token that `/user/token/` gave. Raises `NotAuthenticated`."""
    authentication = parts.windrow.authentication
    try:
        if secret.startswith(TOKEN_PREFIX):
            return authentication.of_token(secret)
        return authentication.of_session(secret)
    except NotAuthenticated:
        raise NotAuthenticated("Invalid token.") from None


Ctx = Annotated[Call, Depends(give_call)]
AdminCtx = Annotated[Call, Depends(give_admin_call)]
