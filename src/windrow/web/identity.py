"""Who asks: a bearer token, a name and password (Basic), or the console's session cookie."""

import base64
import binascii
from urllib.parse import urlsplit

from fastapi import Request

from windrow.core.authentication import Authentication
from windrow.errors import NotAllowed, NotAuthenticated
from windrow.model.accounts import Principal

SESSION_COOKIE = "windrow_session"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Identity:
    """Finds out who sent a request. The answer is kept with the request, so that it is asked for once."""

    def __init__(self, authentication: Authentication) -> None:
        self._authentication = authentication

    def __call__(self, request: Request) -> Principal | None:
        """The principal, or None when there are no credentials. Raises `NotAuthenticated` for wrong ones."""
        if not hasattr(request.state, "principal"):
            request.state.principal = self._find(request)
        principal: Principal | None = request.state.principal
        return principal

    def _find(self, request: Request) -> Principal | None:
        header = request.headers.get("authorization")
        if header:
            return self._of_header(header, request)
        secret = request.cookies.get(SESSION_COOKIE)
        return self._of_session(secret, request) if secret else None

    def _of_header(self, header: str, request: Request) -> Principal:
        scheme, _, value = header.partition(" ")
        match scheme.lower():
            case "bearer":
                return self._authentication.of_token(value.strip())
            case "basic":
                name, password = _read_basic(value)
                return self._authentication.of_basic(name, password, address=address_of(request))
            case _:
                raise NotAuthenticated("This way of signing in is not known; use Bearer or Basic.")

    def _of_session(self, secret: str, request: Request) -> Principal | None:
        try:
            principal = self._authentication.of_session(secret)
        except NotAuthenticated:
            return None
        if request.method not in SAFE_METHODS:
            check_same_origin(request)
        return principal


def address_of(request: Request) -> str:
    """Where a request comes from, as far as the server believes it (see the setting `trusted_proxies`)."""
    return request.client.host if request.client else ""


def check_same_origin(request: Request) -> None:
    """Refuses a change that another site makes a signed-in browser ask for. Raises `NotAllowed`.

    Browsers tell where a request comes from (`Sec-Fetch-Site`, `Origin`); what tells neither is no browser's form.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        raise NotAllowed("This request came from another site.")
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise NotAllowed("This request came from another site.")


def _read_basic(value: str) -> tuple[str, str]:
    try:
        name, colon, password = base64.b64decode(value.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError) as error:
        raise NotAuthenticated(
            "The Basic credentials cannot be read: send base64 of name:password in UTF-8."
        ) from error
    if not colon:
        raise NotAuthenticated("The Basic credentials cannot be read: send base64 of name:password in UTF-8.")
    return name, password
