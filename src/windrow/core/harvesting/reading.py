"""Reading a page: what the kind makes of it, made sound, so that nothing on it can hold up the rest."""

from dataclasses import replace
from hashlib import blake2b

from windrow.model.resources import RemoteRecord
from windrow.ports.source_kinds import Broken, Loaded, PageRequest, PassRequest, Reading, SourceKind, skim_of

LONGEST_IDENTIFIER = 1000
LONGEST_PROBLEM = 2000
SHOWN = 200


def read_page(kind: SourceKind, request: PassRequest, page: PageRequest, loaded: Loaded) -> Reading:
    """What a page holds. Raises `RemoteUnreadable`, and whatever else a kind trips over.

    Records whose identifier cannot be kept are quarantined under a name that is the same at the next pass. A document
    that was asked for and of which the kind says nothing has failed: else the pass would seem complete.
    """
    reading = kind.read(request, page, loaded)
    odd = [each for each in reading.records if not _can_be_kept(each.identifier)]
    return replace(
        reading,
        records=[each for each in reading.records if _can_be_kept(each.identifier)] if odd else reading.records,
        broken=[*(_named(each) for each in reading.broken), *map(_broken, odd)],
        failed=[*((told(name), told(why)) for name, why in reading.failed), *_unspoken(page, reading)],
        refused=[(told(name), told(why)) for name, why in reading.refused],
    )


def skim_page(kind: SourceKind, page: PageRequest, loaded: Loaded) -> Reading | None:
    """What records a page holds, where its kind finds that out without reading them."""
    skim = skim_of(kind)
    reading = None if skim is None else skim(page, loaded)
    return reading if reading and all(_can_be_kept(each.identifier) for each in reading.records) else None


def told(text: str, most: int = LONGEST_PROBLEM) -> str:
    """A text from outside as it can be kept and shown: bounded, and without characters that no database takes."""
    if text.isascii() and "\0" not in text:
        return text[:most]
    return text[:most].encode(errors="replace").decode().replace("\0", "\ufffd")


def _can_be_kept(identifier: str) -> bool:
    return 0 < len(identifier) <= LONGEST_IDENTIFIER and told(identifier) == identifier


def _broken(remote: RemoteRecord) -> Broken:
    problem = f"Its identifier must have 1 to {LONGEST_IDENTIFIER} characters that can be written."
    return _named(Broken(remote.identifier, remote.raw, problem, remote.version))


def _named(broken: Broken) -> Broken:
    problem = told(broken.problem) or "It cannot be read."
    if _can_be_kept(broken.identifier):
        return replace(broken, problem=problem)
    digest = blake2b(broken.identifier.encode(errors="replace") or broken.raw, digest_size=8).hexdigest()
    name = f"{told(broken.identifier, SHOWN)} (without a usable identifier: {digest})".strip()
    return replace(broken, identifier=name, problem=problem)


def _unspoken(page: PageRequest, reading: Reading) -> list[tuple[str, str]]:
    spoken = {
        *(each.identifier for each in reading.records),
        *(each.identifier for each in reading.broken),
        *(each.identifier for each in reading.references),
        *(name for name, _ in (*reading.failed, *reading.refused)),
        *reading.unchanged,
        *reading.gone,
        *reading.left_out,
    }
    why = "It was asked for, but nothing came of it."
    return [(told(each.identifier), why) for each in page.documents if each.identifier not in spoken]
