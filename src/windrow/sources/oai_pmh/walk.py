"""Where a walk over a list stands: enough to ask for its next page, to begin again, and to notice a loop."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from hashlib import blake2b
from typing import Any, Self

from windrow.errors import RemoteUnreadable

_RESTARTS = 5
_EMPTY_PAGES = 100
_REPEATED_PAGES = 3
_PAGES = 1_000_000
_SLACK = 1_000


@dataclass(frozen=True, slots=True)
class Walk:
    """One page of a walk over the records of a set (or of all), as its key tells it.

    The arguments of the walk's first request stay with every page, because a resumption token may expire: then the
    walk begins again with them (protocol, section 3.5.1). Records seen before come up as unchanged.

    token       the resumption token that asks for this page; "" for the first page
    pycsw       whether pycsw answers, with faults of its own (see `reading.read_page`)
    repeats     whether the server wants the first request's arguments beside the token, as pycsw does
    page, seen  pages and records before this one
    empty       pages without any record just before this one
    restarts    how often the walk began again
    mark, marked_page, met   a token and a page seen earlier, as hashes, and how often that page came back

    **Loops.** A token that comes back means an endless walk. All tokens cannot be kept in a key, one can: each token
    is compared with the one remembered at the last power of two (R. P. Brent's cycle finding), which meets any cycle
    within four times its length and lead. Pages are compared likewise by their identifiers, for servers that make up
    a new token for the same page; those may come back twice by chance, when a list shifts under the walk.
    """

    prefix: str
    set: str = ""
    begin: str = ""
    until: str = ""
    token: str = ""
    pycsw: bool = False
    repeats: bool = False
    page: int = 0
    seen: int = 0
    empty: int = 0
    restarts: int = 0
    mark: str = ""
    marked_page: str = ""
    met: int = 0

    @classmethod
    def of(cls, key: Mapping[str, Any]) -> Self:
        """The walk that a key tells."""
        return cls(**key)

    @property
    def key(self) -> dict[str, Any]:
        """The page's key; what is at its default is left out."""
        values = asdict(self)
        return {each.name: values[each.name] for each in fields(self) if values[each.name] != each.default}

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
                f"The resumption token was refused (badResumptionToken) after {self.page} pages, "
                f"and beginning again {self.restarts} times did not help."
            )
        return Walk(
            prefix=self.prefix,
            set=self.set,
            begin=self.begin,
            until=self.until,
            pycsw=self.pycsw,
            repeats=self.repeats,
            restarts=self.restarts + 1,
        )

    def follow(self, token: str, identifiers: Sequence[str], total: int | None) -> "Walk":
        """The page that this one led to. Raises `RemoteUnreadable` when the walk would not end."""
        self._refuse_endless(token, seen=self.seen + len(identifiers), empty=not identifiers, total=total)
        page = self.page + 1
        content = _digest("\n".join(identifiers)) if identifiers else ""
        marks = _is_power_of_two(page)
        return replace(
            self,
            token=token,
            page=page,
            seen=self.seen + len(identifiers),
            empty=0 if identifiers else self.empty + 1,
            mark=_digest(token) if marks else self.mark,
            marked_page=content if marks and content else self.marked_page,
            met=self._meet(content),
        )

    def _meet(self, content: str) -> int:
        met = self.met + (content != "" and content == self.marked_page)
        if met >= _REPEATED_PAGES:
            raise RemoteUnreadable(f"The same page of records came back {met} times under new resumption tokens.")
        return met

    def _refuse_endless(self, token: str, *, seen: int, empty: bool, total: int | None) -> None:
        if token == self.token or _digest(token) == self.mark:
            raise RemoteUnreadable(f"The resumption token of page {self.page + 1} came before: the walk would not end.")
        if empty and self.empty + 1 >= _EMPTY_PAGES:
            raise RemoteUnreadable(f"{_EMPTY_PAGES} pages in a row held no record, and there is still a token.")
        if total and seen > 2 * total + _SLACK:  # the size may be an estimate (section 3.5), but not that wrong
            raise RemoteUnreadable(f"{seen} records came of a list that has {total}: the walk would not end.")
        if self.page + 1 >= _PAGES:
            raise RemoteUnreadable(f"After {_PAGES} pages there is still a token: the walk would not end.")


def _digest(text: str) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _is_power_of_two(number: int) -> bool:
    return number & (number - 1) == 0
