"""SourceKind: how one protocol of remote catalogues is spoken. The plug-in point for new kinds of source.

A kind **yields and never saves**: it gets a polite fetcher from outside and no store, no clock, no settings object of
Windrow's. Requests live in `kind.py`, bytes-to-values in `reading.py`, so that a saved answer is a complete test.

A pass over a source is a walk over *pages*. A page is addressed by a small JSON object of the kind's own choosing (its
*key*: a start position, a resumption token, a link). The core asks the kind to `open` the pass, then to `load` and
`read` each page, and commits every page's records, its progress and the pages it led to in one transaction: a pass
interrupted anywhere goes on from its open pages. Keys that are known at once are loaded in parallel.

Some remotes list documents that must be fetched one by one (a web folder, a static STAC catalogue). Their pages yield
*references*; the core drops those whose `version` is unchanged, and comes back with pages made of the others
(`documents` in `PageRequest`), with the validators of the last time.

A kind is registered by an entry point in the group `windrow.source_kinds`, whose object is called without arguments and
returns the kind::

    [project.entry-points."windrow.source_kinds"]
    csw = "windrow.sources.csw:CswKind"
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Protocol

from windrow.errors import RemoteError, RemoteUnreadable
from windrow.model.records import Record
from windrow.model.resources import RemoteRecord
from windrow.ports.fetching import Answer, Fetcher, Validators

PageKey = Mapping[str, Any]
"""A page's address, as the kind likes it; plain JSON, at most a few kilobytes; the same page has the same key."""


@dataclass(frozen=True, slots=True)
class Detection:
    """A remote that a kind recognised: the URL and settings to harvest it with, and how sure it is (0 to 1)."""

    kind: str
    url: str
    title: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    certainty: float = 1.0


@dataclass(frozen=True, slots=True)
class PassRequest:
    """What one pass is to look at.

    url, settings   the source's
    since           only what changed after this moment, where the kind can tell; None asks for everything
    cursor          what this kind put into `Opening.cursor` at the start of the last complete pass
    """

    url: str
    settings: Mapping[str, Any]
    since: datetime | None = None
    cursor: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Opening:
    """What a kind found out before the first page.

    pages         keys of the pages known at once; at least one unless `unchanged`
    total         how many records the pass will see, where the remote says so
    listing       True when a pass that sees all pages has seen every record there is: what it did not see is gone.
                  False for a pass by `since`, and wherever the remote cannot be trusted to list everything.
    cursor        kept when the pass completes, handed back at the next (a server's own time stamp, say)
    since         the server's moment to ask changes from at the next pass; None where it cannot tell changes
    unchanged     the remote says that nothing at all has changed: there is nothing to walk
    overlaps      records may stand in several of the lists that are walked (sets, say): one that comes again is no sign
                  that a list shifted while it was read
    """

    pages: Sequence[PageKey]
    total: int | None = None
    listing: bool = True
    cursor: Mapping[str, Any] = field(default_factory=dict)
    since: datetime | None = None
    unchanged: bool = False
    title: str = ""
    overlaps: bool = False


@dataclass(frozen=True, slots=True)
class Reference:
    """A document that a listing names. Its `identifier` is also that of the record it holds, within the source.

    `version` is whatever the listing says that changes with the document (date and size); empty when it says nothing.
    `title` and `type` are what people choose by before anything is fetched, as far as the listing tells them; `type` is
    the remote's own word, such as `dataset` or `Feature Layer`.
    """

    identifier: str
    href: str
    version: str = ""
    title: str = ""
    type: str = ""


@dataclass(frozen=True, slots=True)
class PageRequest:
    """One page to load: either a key, or documents that an earlier page referred to, with their last validators."""

    key: PageKey
    documents: Sequence[Reference] = ()
    validators: Mapping[str, Validators] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was loaded: one answer for a key; for documents, one per document or the error it met, in their order."""

    answers: Sequence[Answer | Exception]

    @classmethod
    def documents(cls, answers: Sequence[Answer | Exception]) -> "Loaded":
        """What documents that were asked for one by one answered, or the errors they met.

        Raises the first of these when all of them pass by themselves: it is rather the server than the documents, so
        the page as a whole is tried again later.
        """
        passing = [each for each in answers if isinstance(each, RemoteError) and each.retryable]
        if passing and len(passing) == len(answers):
            raise passing[0]
        return cls(answers)

    @property
    def answer(self) -> Answer:
        """The one answer that a key was given. Raises the error that stands in its place, or `RemoteUnreadable`."""
        match self.answers:
            case [Answer() as answer]:
                return answer
            case [Exception() as error]:
                raise error
            case _:
                raise RemoteUnreadable(f"{len(self.answers)} answers for one page.")


@dataclass(frozen=True, slots=True)
class Broken:
    """A record that cannot even be identified or cut out; quarantined under what identifies it best."""

    identifier: str
    raw: bytes
    problem: str
    version: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a page holds.

    records       in the page's order
    references    documents to fetch one by one
    unchanged     identifiers of documents that answered 304
    gone          identifiers that the remote itself declares deleted
    broken        what could not be identified
    left_out      identifiers of records that the source's own settings leave out (outside its box, say): neither gone
                  from the remote nor wanted here; they count as done
    next          keys of pages that this page led to
    total         how many records there are in all, says this page
    fingerprint   what `page_fingerprint` would tell of the page, where reading it has told that already

    Of the documents that a page was asked for, each must appear in one of these, or in `refused` or `failed`.
    """

    records: Sequence[RemoteRecord] = ()
    references: Sequence[Reference] = ()
    unchanged: Sequence[str] = ()
    gone: Sequence[str] = ()
    broken: Sequence[Broken] = ()
    next: Sequence[PageKey] = ()
    total: int | None = None
    failed: Sequence[tuple[str, str]] = ()
    """Documents that could not be loaded: (identifier, problem). They count as failed, and the pass as incomplete."""
    left_out: Sequence[str] = ()
    refused: Sequence[tuple[str, str]] = ()
    """Documents of records that the remote lists and will not give (`errors.is_refusal`): (identifier, problem).
    They wait in quarantine with what they last were, and are asked for again; the pass may be complete without them."""
    fingerprint: bytes | None = None


class SourceKind(Protocol):
    """One protocol of remote catalogues. All methods may be called from several threads at once."""

    name: ClassVar[str]
    """The kind's name in settings, tables and URLs: lower case, such as `oai_pmh`."""

    title: ClassVar[str]
    """For people: `OAI-PMH 2.0`."""

    schema: ClassVar[Mapping[str, Any]]
    """JSON Schema (2020-12) of the kind's settings: an object with `additionalProperties: false`, every property with
    `title`, `description` and `default`. Forms and documentation are made from it."""

    def detect(self, url: str, first: Answer | None, fetcher: Fetcher) -> Detection | None:
        """Whether this kind speaks at that URL. `first` is what a plain GET of it answered, where it did.

        Asks at most three requests; a remote error other than `Stopped` means no.
        """
        ...

    def open(self, request: PassRequest, fetcher: Fetcher) -> Opening:
        """Begins a pass: asks what must be known before the first page. Raises `RemoteError`, `BadInput`."""
        ...

    def load(self, request: PassRequest, page: PageRequest, fetcher: Fetcher) -> Loaded:
        """Fetches one page; nothing but requests. Raises `RemoteError`."""
        ...

    def read(self, request: PassRequest, page: PageRequest, loaded: Loaded) -> Reading:
        """Reads what was loaded; pure. Raises `RemoteUnreadable` when the page as a whole is not what it should be."""
        ...

    def page_fingerprint(self, loaded: Loaded) -> bytes | None:
        """A hash of the page without what changes at every answer (time stamps, tokens); None to always read it.

        Equal to the last pass's for the same key means: the same records, nothing to read, nothing to write.
        """
        ...


Lead = Callable[[PageRequest, Loaded], Sequence[PageKey]]


def lead_of(kind: SourceKind) -> Lead | None:
    """Its optional method `leads_to(page, loaded)`: the keys of the pages that a page leads to, found without reading
    its records; some of those in the reading, and the same. Pure, quick, and may raise `RemoteUnreadable`.

    A kind that has it says that its pages may be asked for again at any time: the next one is begun while this one is
    still being read, and after a crash the last few are asked for again. It is not for a kind whose remote forgets a
    place once the next one was asked for, as resumption tokens may be.
    """
    return getattr(kind, "leads_to", None)


Skim = Callable[[PageRequest, Loaded], Reading | None]


def skim_of(kind: SourceKind) -> Skim | None:
    """Its optional method `skim(page, loaded)`: the reading of a page as far as its bytes tell it without parsing the
    records; None where they do not, for certain. Pure and quick.

    Each record has the fingerprint, the version and the validators that reading it would find, and `left_behind` for
    `read`. An identifier may be guessed: where it is known with that fingerprint, these bytes were read before under
    that name; where one is not, the page is read.
    """
    return getattr(kind, "skim", None)


def left_behind() -> Record:
    """Stands for `read` in a record that was only skimmed, or was read in another process and has stayed there."""
    raise AssertionError("only the fingerprint of this record is here")
