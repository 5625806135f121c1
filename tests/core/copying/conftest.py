"""What the tests of copying use: a farm, a remote with files, and a shelf whose records link to them."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from pathlib import Path

import pytest

from tests.harvests.farm import BRISK, Farm, open_farm
from tests.harvests.shelf import Shelf, ShelfKind
from tests.remotes.files import RemoteFile
from tests.remotes.server import Remote
from windrow.model.copies import Copy, Copying
from windrow.model.records import Link, Record
from windrow.model.resources import RemoteRecord
from windrow.model.runs import Run, RunState
from windrow.model.sources import Source
from windrow.ports.source_kinds import Reading

COPIES = replace(BRISK, copying=Copying.DATA)


@dataclass
class Holding:
    """A source of which data is copied."""

    farm: Farm
    shelf: Shelf
    remote: Remote
    source: Source = field(init=False)

    def __post_init__(self) -> None:
        self.source = self.farm.add("shelf", self.remote.url("/"), policies=COPIES)

    def offer(self, **records: list[Link]) -> None:
        """Harvests these records, of which each has these links."""
        self.shelf.pages = {"1": Reading(records=[_record(name, links) for name, links in records.items()])}
        assert self.farm.harvest(self.source).state is RunState.SUCCEEDED

    def file(self, name: str, content: bytes, etag: str = "", **more: object) -> tuple[RemoteFile, Link]:
        """A file on the remote, and a link to it."""
        found = RemoteFile(content, etag, **more)  # type: ignore[arg-type]  # the fields of a remote file
        return found, Link(found.on(self.remote, f"/{name}"), "enclosure")

    def policies(self, **changes: object) -> None:
        """Changes what its owner decided."""
        sources = self.farm.assembly.windrow.sources
        draft = sources.view(self.farm.principal, self.source.id).draft
        policies = replace(draft.policies, **changes)  # type: ignore[arg-type]  # the fields of policies
        sources.change(self.farm.principal, self.source.id, replace(draft, policies=policies))

    def start(self, *, full: bool = False, only: list[int] | None = None) -> Run:
        return self.farm.assembly.windrow.copies.start(self.farm.principal, self.source.id, full=full, only=only)

    def copy(self, *, full: bool = False, only: list[int] | None = None) -> Run:
        """A run that copies, to its end."""
        return self.farm.finish(self.start(full=full, only=only))

    def copies(self, record: str = "a") -> list[Copy]:
        number = self.farm.resources(self.source)[record].id
        return list(self.farm.assembly.store.copies.page(number, limit=1000).items)

    def content(self, copy: Copy) -> bytes:
        with self.farm.assembly.blobs.open(copy.blob) as file:
            return file.read()

    def blobs(self) -> set[str]:
        """The keys of all files that are kept, of which a run's outputs are none here."""
        return set(self.farm.assembly.blobs.keys(older_than=0))


def _record(name: str, links: list[Link]) -> RemoteRecord:
    raw = repr(links).encode()
    found = Record(name, f"Record {name}", links=tuple(links), standard="dublin-core")
    return RemoteRecord(name, blake2b(raw, digest_size=16).digest(), raw, "text/plain", lambda: found)


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def farm(tmp_path: Path, shelf: Shelf) -> Iterator[Farm]:
    with open_farm(tmp_path / "farm", kinds=(ShelfKind(shelf),)) as farm:
        yield farm


@pytest.fixture
def holding(farm: Farm, shelf: Shelf, remote: Remote) -> Holding:
    return Holding(farm, shelf, remote)
