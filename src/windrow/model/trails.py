"""The trail of a walk along a remote's next links or tokens: what must be remembered to notice that it never ends."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from hashlib import blake2b
from typing import Any, Self

from windrow.errors import RemoteUnreadable

_EMPTY_PAGES = 100
_REPEATED_PAGES = 3
_PAGES = 1_000_000
_SLACK = 1_000


@dataclass(frozen=True, slots=True)
class Trail:
    """Where a walk stands, small enough for a page's key however long the walk.

    page, seen               pages and records before this page
    empty                    pages without any record just before it
    link                     the link or token that led to this page, as a hash
    mark, marked_page, met   a link and a page seen earlier, as hashes, and how often that page came back

    Not all links can be kept in a key, but one can: each is compared with the one remembered at the last power of two
    (R. P. Brent's cycle finding), which meets any cycle within four times its length and lead. Pages are compared
    likewise by their identifiers, for remotes that make up a new link to the same page; those may come back twice by
    chance, when a list shifts under the walk.
    """

    page: int = 0
    seen: int = 0
    empty: int = 0
    link: str = ""
    mark: str = ""
    marked_page: str = ""
    met: int = 0

    @classmethod
    def of(cls, key: Mapping[str, Any]) -> Self:
        """The trail that a key tells."""
        return cls(**key)

    @property
    def key(self) -> dict[str, Any]:
        """Plain JSON; what is at its default is left out."""
        values = asdict(self)
        return {each.name: values[each.name] for each in fields(self) if values[each.name] != each.default}

    def follow(self, link: str, identifiers: Sequence[str], total: int | None = None) -> "Trail":
        """The trail after this page, which held these records and led on by this link or token.

        `total` is the length that the remote gives its list, where it does. Raises `RemoteUnreadable` when the walk
        would not end.
        """
        digest = _digest(link)
        self._refuse_endless(digest, seen=self.seen + len(identifiers), empty=not identifiers, total=total)
        page = self.page + 1
        content = _digest("\n".join(identifiers)) if identifiers else ""
        marks = _is_power_of_two(page)
        return Trail(
            page=page,
            seen=self.seen + len(identifiers),
            empty=0 if identifiers else self.empty + 1,
            link=digest,
            mark=digest if marks else self.mark,
            marked_page=content if marks and content else self.marked_page,
            met=self._meet(content),
        )

    def _meet(self, content: str) -> int:
        met = self.met + (content != "" and content == self.marked_page)
        if met >= _REPEATED_PAGES:
            raise RemoteUnreadable(f"The same page of records came back {met} times under new links: no end in sight.")
        return met

    def _refuse_endless(self, digest: str, *, seen: int, empty: bool, total: int | None) -> None:
        if digest in (self.link, self.mark):
            raise RemoteUnreadable(f"What page {self.page + 1} leads to came before: the walk would not end.")
        if empty and self.empty + 1 >= _EMPTY_PAGES:
            raise RemoteUnreadable(f"{_EMPTY_PAGES} pages in a row held no record, and still there is a next one.")
        if total and seen > 2 * total + _SLACK:  # the length may be an estimate, but not that wrong
            raise RemoteUnreadable(f"{seen} records came of a list that has {total}: the walk would not end.")
        if self.page + 1 >= _PAGES:
            raise RemoteUnreadable(f"After {_PAGES} pages there is still a next one: the walk would not end.")


def _digest(text: str) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _is_power_of_two(number: int) -> bool:
    return number & (number - 1) == 0
