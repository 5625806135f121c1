"""What people do with named secrets: set, look which there are, delete. No way leads to their values."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from windrow.errors import BadInput, FieldProblem
from windrow.model.accounts import Principal, Right
from windrow.model.named_secrets import LONGEST, MOST_HOSTS, NAME, SHORTEST, NamedSecret, read_host
from windrow.model.paging import PageOf, check_limit
from windrow.ports.clocks import Clock
from windrow.ports.store import Store

_UNSENDABLE = re.compile("[\0\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class NamedSecrets:
    """Use cases of named secrets. They belong to a tenant, and the runs of its sequences may send them."""

    store: Store
    clock: Clock

    def put(self, principal: Principal, name: str, value: str, hosts: Sequence[str]) -> NamedSecret:
        """Sets a secret, or gives it another value and other hosts. Raises `BadInput` and `Conflict`.

        There is no way to change the hosts alone: who does not know the value must not send it elsewhere.
        """
        principal.need(Right.WRITE)
        problems = [*_problems_of_name(name), *_problems_of_value(value), *_problems_of_hosts(hosts)]
        if problems:
            raise BadInput(problems)
        now, read = self.clock(), tuple(sorted({read_host(each) for each in hosts}))
        secret = NamedSecret(principal.tenant_id, name, read, principal.user_id, now, now)
        return self.store.named_secrets.put(secret, value)

    def get(self, principal: Principal, name: str) -> NamedSecret:
        """One, without its value. Raises `NotFound`."""
        principal.need(Right.READ)
        return self.store.named_secrets.get(name, tenant_id=principal.tenant_id)

    def page(self, principal: Principal, *, limit: int = 50, cursor: str | None = None) -> PageOf[NamedSecret]:
        """By name."""
        principal.need(Right.READ)
        return self.store.named_secrets.page(tenant_id=principal.tenant_id, limit=check_limit(limit), cursor=cursor)

    def delete(self, principal: Principal, name: str) -> None:
        """Deletes one; sequences that name it fail from then on. Raises `NotFound`."""
        principal.need(Right.WRITE)
        self.store.named_secrets.delete(name, tenant_id=principal.tenant_id)


def _problems_of_name(name: str) -> Iterator[FieldProblem]:
    if not NAME.fullmatch(name):
        yield FieldProblem("name", "must be letters, digits, _ and -, at most 64, beginning with a letter or _")


def _problems_of_value(value: str) -> Iterator[FieldProblem]:
    if not SHORTEST <= len(value) <= LONGEST:
        yield FieldProblem("value", f"must have {SHORTEST} to {LONGEST} characters")
    elif _UNSENDABLE.search(value):
        yield FieldProblem("value", "must be text that can be sent: without NUL and half characters")


def _problems_of_hosts(hosts: Sequence[str]) -> Iterator[FieldProblem]:
    if not 1 <= len(hosts) <= MOST_HOSTS:
        yield FieldProblem("hosts", f"must name 1 to {MOST_HOSTS} hosts that may see the secret")
    for number, each in enumerate(hosts):
        try:
            read_host(each)
        except ValueError as error:
            yield FieldProblem(f"hosts.{number}", str(error))
