"""Written servers of two protocols on a scripted remote: they speak well until told to do something else instead."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.remotes.scripts import Script, reply
from tests.remotes.server import Remote, Seen
from tests.sources.csw.catalogue import Catalogue
from tests.sources.oai_pmh.repository import Item, Repository

Spoil = Callable[[Mapping[str, str]], Script | None]
"""What to do with a request (its arguments are given) instead of answering it."""


def never(arguments: Mapping[str, str]) -> None:
    """Answers everything."""


@dataclass
class OaiServer:
    """An OAI-PMH repository at `url`; identifiers are `oai:1` and so on."""

    remote: Remote
    repository: Repository = field(default_factory=lambda: Repository(items(12)))
    spoil: Spoil = never

    def __post_init__(self) -> None:
        self.url = self.remote.answer("/oai", self._choose)

    def _choose(self, seen: Seen) -> Script:
        script = self.spoil(seen.query)
        if script is not None:
            return script
        body = self.repository(dict(seen.query))
        return reply(body) if isinstance(body, bytes) else reply(body[1], status=body[0])

    def on_page(self, page: int, script: Script) -> None:
        """Does this instead of giving that page (1 is the first) of the list of records."""
        offset = str((page - 1) * self.repository.page)

        def spoil(arguments: Mapping[str, str]) -> Script | None:
            token = arguments.get("resumptionToken", "").rpartition("&")[2] or "0"
            return script if arguments.get("verb") == "ListRecords" and token == offset else None

        self.spoil = spoil


def items(count: int, *, first: int = 1) -> list[Item]:
    return [Item(f"oai:{number}", title=f"Title {number}") for number in range(first, first + count)]


@dataclass
class CswServer:
    """A CSW catalogue at `url`."""

    remote: Remote
    catalogue: Catalogue
    spoil: Spoil = never

    def __post_init__(self) -> None:
        self.url = self.remote.answer("/csw", self._choose)
        self.catalogue.address = self.url

    def _choose(self, seen: Seen) -> Script:
        arguments = {name.lower(): value for name, value in seen.query.items()}
        script = self.spoil(arguments)
        return script if script is not None else reply(self.catalogue.get(self.url, parameters=seen.query).body)

    def on_page(self, start: int, script: Script) -> None:
        """Does this instead of giving the page of records that begins there (1 is the first record)."""

        def spoil(arguments: Mapping[str, str]) -> Script | None:
            wanted = arguments.get("resulttype") == "results" and arguments.get("startposition") == str(start)
            # The kind also asks for one record only, to count them.
            return script if wanted and arguments.get("maxrecords") != "1" else None

        self.spoil = spoil
