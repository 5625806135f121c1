"""Hosts: a remote's name with its port, as its line and its hours are kept by."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from urllib.parse import urlsplit

from windrow.model.windows import Hours

PORTS = {"http": 80, "https": 443}


def host_of(url: str) -> str:
    """Whom requests to a URL ask: `a.test:443`, lower case; "" where it names nobody."""
    try:
        parts = urlsplit(url)
        name, port = parts.hostname or "", parts.port or PORTS.get(parts.scheme, 0)
        name = name if name.isascii() else name.encode("idna").decode()
    except ValueError:
        return ""
    return f"{f'[{name}]' if ':' in name else name}:{port}" if name else ""


def names_of(host: str) -> tuple[str, str]:
    """What may be said of a host: of itself, and of its name with whatever port."""
    return host, host.rpartition(":")[0]


def hours_of(host: str, said: Mapping[str, Hours]) -> tuple[Hours, ...]:
    """All that was said of a host, by itself and by its name. It has to keep to all of it."""
    return tuple(said[each] for each in names_of(host) if each in said)


def closed_until(kept: Iterable[Hours], moment: datetime) -> datetime | None:
    """When a host may be asked again that has all these hours to keep to; None where it may be at that moment."""
    return max((until for each in kept if (until := each.closed_until(moment)) is not None), default=None)
