"""Where a walk over pages of items stands, and how it notices that it goes in circles."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from windrow.errors import RemoteUnreadable
from windrow.formats.json import canonical

_REPEATS = 3
_PAGES = 10_000_000


@dataclass(frozen=True, slots=True)
class Walk:
    """What a page of items must know of those before it.

    page, seen      pages and items before this one
    asked, content  a request and the identifiers of a page met earlier, as hashes
    met             how often that page came back

    A link to a page that was there already means an endless walk. All pages cannot be remembered in a key, one can:
    each is compared with the one at the last power of two (R. P. Brent's cycle finding), which meets every circle.
    Pages are compared by their items too, for servers that make up a new token for the same page; that may happen
    twice by chance, when a list shifts under the walk.
    """

    page: int = 0
    seen: int = 0
    asked: str = ""
    content: str = ""
    met: int = 0

    def follow(self, asked: Any, following: Any, identifiers: Sequence[str]) -> "Walk":
        """The state at the next page. `asked` is this page's request, `following` the next one's.

        Raises `RemoteUnreadable` when the walk would not end.
        """
        page = self.page + 1
        content = _digest(list(identifiers))
        marks = page & (page - 1) == 0
        mark = _digest(asked) if marks else self.asked
        if _digest(following) in (mark, _digest(asked)):
            raise RemoteUnreadable(f"Page {page} leads back to a page that was there before: the walk would not end.")
        if page >= _PAGES:
            raise RemoteUnreadable(f"After {page} pages there is still another one: the walk would not end.")
        return Walk(
            page=page,
            seen=self.seen + len(identifiers),
            asked=mark,
            content=content if marks else self.content,
            met=self._meet(content),
        )

    def _meet(self, content: str) -> int:
        met = self.met + (content == self.content)
        if met >= _REPEATS:
            raise RemoteUnreadable(f"The same page of items came back {met} times: the walk would not end.")
        return met


def _digest(value: Any) -> str:
    return blake2b(canonical(value), digest_size=8).hexdigest()
