"""Named secrets: what a sequence may send and nobody may read."""

import re
from dataclasses import dataclass
from datetime import datetime

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}")
"""What a secret may be called: what stands behind `secret.` in a template."""

SHORTEST, LONGEST = 4, 16_384
"""Characters of a value. What is shorter could not be hidden without garbling everything else."""

MOST_HOSTS = 50
"""Hosts that may see one secret."""

_HOST = re.compile(r"(?P<host>[a-z0-9_]([a-z0-9._-]{0,251}[a-z0-9_])?|\[[0-9a-f:.]+\])(?P<port>:[0-9]{1,5})?")


@dataclass(frozen=True, slots=True)
class NamedSecret:
    """What may be shown of a secret: everything but its value.

    hosts       the only servers that it is sent to: `api.example.org`, or `api.example.org:8443` for one port
    owner_id    who set it last
    """

    tenant_id: str
    name: str
    hosts: tuple[str, ...]
    owner_id: str
    created_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class OpenSecret:
    """A secret for the worker that sends it."""

    value: str
    hosts: frozenset[str]

    def __repr__(self) -> str:
        return f"OpenSecret({sorted(self.hosts)})"


def read_host(given: str) -> str:
    """A host as it is compared with addresses: in small letters, an IPv6 address without brackets.

    Raises `ValueError` for what is no host: an address with its scheme or path, say.
    """
    found = _HOST.fullmatch(given.strip().lower().rstrip("."))
    if found is None or int((found["port"] or ":1")[1:]) not in range(1, 65536):
        raise ValueError("must be a host such as api.example.org, or host:port, without https:// or a path")
    return found["host"].strip("[]") + (found["port"] or "")
