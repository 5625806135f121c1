"""Where a walk over a list stands: enough to ask for its next page, to begin again, and to notice a loop."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Self

from windrow.errors import RemoteUnreadable
from windrow.model.trails import Trail

_RESTARTS = 5


@dataclass(frozen=True, slots=True)
class Walk:
    """One page of a walk over the records of a set (or of all), as its key tells it.

    The arguments of the walk's first request stay with every page, because a resumption token may expire: then the
    walk begins again with them (protocol, section 3.5.1). Records seen before come up as unchanged.

    token      the resumption token that asks for this page; "" for the first page
    pycsw      whether pycsw answers, with faults of its own (see `reading.read_page`)
    repeats    whether the server wants the first request's arguments beside the token, as pycsw does
    restarts   how often the walk began again
    trail      what is remembered to notice that tokens or pages come back
    """

    prefix: str
    set: str = ""
    begin: str = ""
    until: str = ""
    token: str = ""
    pycsw: bool = False
    repeats: bool = False
    restarts: int = 0
    trail: Trail = Trail()

    @classmethod
    def of(cls, key: Mapping[str, Any]) -> Self:
        """The walk that a key tells."""
        return cls(**{**key, "trail": Trail.of(key.get("trail", {}))})

    @property
    def key(self) -> dict[str, Any]:
        """The page's key; what is at its default is left out."""
        given = {each.name: getattr(self, each.name) for each in fields(self) if each.name != "trail"}
        key = {name: value for name, value in given.items() if value or name == "prefix"}
        return key if self.trail == Trail() else {**key, "trail": self.trail.key}

    def arguments(self) -> dict[str, str]:
        """The request's arguments. Beside a token no other is allowed, except where the server wants them."""
        first = {"metadataPrefix": self.prefix, "set": self.set, "from": self.begin, "until": self.until}
        given = {name: value for name, value in first.items() if value}
        if not self.token:
            return {"verb": "ListRecords", **given}
        return {"verb": "ListRecords", "resumptionToken": self.token, **(given if self.repeats else {})}

    def repeating(self) -> "Walk":
        """The same page, asked for with all arguments beside the token; so are those after it."""
        return replace(self, repeats=True)

    def begin_again(self) -> "Walk":
        """The walk's first page once more, after its token was refused. Raises `RemoteUnreadable` when that is vain."""
        if not self.token or self.restarts >= _RESTARTS:
            raise RemoteUnreadable(
                f"The resumption token was refused (badResumptionToken) after {self.trail.page} pages, "
                f"and beginning again {self.restarts} times did not help."
            )
        return replace(self, token="", restarts=self.restarts + 1, trail=Trail())

    def follow(self, token: str, identifiers: Sequence[str], total: int | None) -> "Walk":
        """The page that this one led to. Raises `RemoteUnreadable` when the walk would not end."""
        return replace(self, token=token, trail=self.trail.follow(token, identifiers, total))
