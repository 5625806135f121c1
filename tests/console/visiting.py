"""Visitors: people who use the console by plain HTTP, each with a cookie of their own."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urlencode

import urllib3

from tests.web.serving import PASSWORD, House
from windrow.model.accounts import Role
from windrow.web.identity import SESSION_COOKIE


@dataclass(frozen=True)
class Seen:
    """A page, or where another one is."""

    status: int
    headers: Mapping[str, str]
    html: str

    @property
    def text(self) -> str:
        """What a person reads, in one line."""
        return " ".join(unescape(re.sub(r"<[^>]*>", " ", self.html)).split())

    @property
    def location(self) -> str:
        """Where the browser is led; empty where it stays."""
        return self.headers.get("location", "")

    @property
    def forms(self) -> list[str]:
        """Where the page's forms and their buttons send what they hold, signing out and colours left out."""
        found = re.findall(r'<form method="post" action="([^"]+)"', self.html)
        found += re.findall(r'formaction="([^"]+)"', self.html)
        return [each for each in found if each not in ("/sign-out", "/theme")]


@dataclass
class Visitor:
    """Somebody at a browser without scripts."""

    base: str
    cookies: dict[str, str] = field(default_factory=dict)
    pool: urllib3.PoolManager = field(default_factory=lambda: urllib3.PoolManager(retries=False))

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Seen:
        """Opens a page."""
        return self._ask("GET", path, None, headers)

    def post(
        self, path: str, fields: Mapping[str, object] | None = None, headers: Mapping[str, str] | None = None
    ) -> Seen:
        """Sends a form."""
        content = {"Content-Type": "application/x-www-form-urlencoded", "Origin": self.base, **(headers or {})}
        return self._ask("POST", path, urlencode(fields or {}, doseq=True), content)

    def post_body(self, path: str, body: bytes, media_type: str) -> Seen:
        """Sends a form that holds a file."""
        return self._ask("POST", path, body, {"Content-Type": media_type, "Origin": self.base})

    def sign_in(self, name: str, password: str = PASSWORD) -> Seen:
        """Sends the form for signing in."""
        return self.post("/sign-in", {"name": name, "password": password})

    def _ask(self, method: str, path: str, body: str | bytes | None, headers: Mapping[str, str] | None) -> Seen:
        cookie = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        sent = {**(cookie if self.cookies else {}), **(headers or {})}
        answer = self.pool.request(method, self.base + path, body=body, headers=sent, redirect=False)
        self._keep(answer.headers.getlist("set-cookie"))
        return Seen(answer.status, answer.headers, answer.data.decode())

    def _keep(self, cookies: list[str]) -> None:
        for cookie in cookies:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies.pop(name, None)
            if value.strip('"'):
                self.cookies[name] = value


def visitor(house: House, name: str | None = None, *, role: Role | None = None, team: str | None = None) -> Visitor:
    """A visitor who has signed in under that name; with a role it is a new user."""
    if name is None:
        return Visitor(house.base)
    if role is not None:
        admin = house.principal("admin")
        house.assembly.windrow.accounts.create_user(admin, name, role=role, password=PASSWORD, tenant=team)
    secret, _ = house.assembly.windrow.authentication.begin_session(house.principal(name))
    return Visitor(house.base, {SESSION_COOKIE: secret})
