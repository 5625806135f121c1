"""A Windrow with a few walkers, and somebody who may run them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from windrow.assembly import Assembly
from windrow.core.authentication import principal_of
from windrow.core.walking.walkers import Walkers
from windrow.model.accounts import Principal, Role, Tenant, User
from windrow.model.identity import new_id
from windrow.model.runs import Level, Run
from windrow.ports.walkers import Walk, Walker, walker, walkers_in
from windrow.settings import Settings


@walker("hello", schema={"type": "object", "properties": {"name": {"type": "string", "default": "world"}}}, version="2")
def hello(walk: Walk) -> None:
    """Greets."""
    walk.log(Level.INFO, "about to greet")
    walk.report(f"hello {walk.context['name']}")
    walk.anchor = {"greeted": walk.context["name"]}


@walker("boom")
def boom(walk: Walk) -> None:
    walk.report(1)
    walk.report(1 / 0)


@walker("lists")
def lists(_: Walk) -> Any:
    return [1, {"a": 2}]


@walker("odd")
def odd(_: Walk) -> Any:
    return object()


@walker("teapot")
def teapot(walk: Walk) -> None:
    walk.status_code, walk.custom = 418, {"tea": True}


WALKERS = {each.name: each for found in (hello, boom, lists, odd, teapot) for each in walkers_in(found)}


@dataclass
class Garden:
    """Walkers, somebody, and a worker in the caller's thread."""

    assembly: Assembly
    ada: Principal

    @property
    def walkers(self) -> Walkers:
        return self.assembly.windrow.walkers

    def somebody(self, role: Role = Role.OPERATOR, tenant_id: str = "") -> Principal:
        now, name = self.assembly.clock(), new_id()[-12:]
        tenant = Tenant(tenant_id or new_id(), f"team {name}", now)
        if not tenant_id:
            self.assembly.store.accounts.add_tenant(tenant)
        user = User(new_id(), f"user-{name}", role, tenant.id, now)
        self.assembly.store.accounts.add_user(user, "")
        return principal_of(user)

    def walk(self, name: str, /, **context: Any) -> Run:
        """Runs it, and returns how it ended."""
        run = self.walkers.start(self.ada, name, context)
        assert self.assembly.performer(new_id()).perform(run.id)
        return self.assembly.store.runs.get(run.id, tenant_id=None)


@pytest.fixture(scope="module")
def garden(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Garden]:
    assembly = Assembly(Settings.model_construct(data=tmp_path_factory.mktemp("garden")), durable=False)
    assembly.__dict__["walkers"] = dict[str, Walker](WALKERS)
    garden = Garden(assembly, None)  # type: ignore[arg-type]  # in a moment
    garden.ada = garden.somebody()
    yield garden
    assembly.close()
