"""Baseline A: OWSLib reads each record, and an ORM upserts each, the usual way to write such a harvester.

Kinder to it than most: requests come one page at a time over a kept connection, and a page is one transaction.
"""

import argparse
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import urllib3
from owslib.etree import etree
from owslib.iso import MD_Metadata
from sqlalchemy import JSON, create_engine, event, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from benchmarks.catalogue import PAGE_SIZE

GMD = "http://www.isotc211.org/2005/gmd"


class Base(DeclarativeBase):
    """The baseline's tables."""

    type_annotation_map: ClassVar = {dict[str, Any]: JSON}


class Entry(Base):
    """A record as a table of the baseline keeps it."""

    __tablename__ = "entries"

    id: Mapped[int] = mapped_column(primary_key=True)
    identifier: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    abstract: Mapped[str]
    type: Mapped[str] = mapped_column(index=True)
    modified: Mapped[str] = mapped_column(index=True)
    west: Mapped[float | None]
    south: Mapped[float | None]
    east: Mapped[float | None]
    north: Mapped[float | None]
    rest: Mapped[dict[str, Any]]
    document: Mapped[bytes]


def harvest(url: str, path: Path, size: int) -> int:
    """Harvests so many records; returns how many are kept."""
    engine = create_engine(f"sqlite:///{path}")
    event.listen(engine, "connect", _prepare)
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        for body in _pages(url, size):
            for element in etree.fromstring(body).iter(f"{{{GMD}}}MD_Metadata"):
                _upsert(session, MD_Metadata(element), etree.tostring(element))
            session.commit()
        return session.query(Entry).count()


def _prepare(raw: Any, _record: object) -> None:
    raw.execute("PRAGMA journal_mode = WAL")
    raw.execute("PRAGMA synchronous = NORMAL")


def _pages(url: str, size: int) -> Iterator[bytes]:
    pool = urllib3.PoolManager()
    for start in range(1, size + 1, PAGE_SIZE):
        query = {"request": "GetRecords", "startPosition": str(start), "maxRecords": str(PAGE_SIZE)}
        yield pool.request("GET", url, fields=query).data


def _upsert(session: Session, found: MD_Metadata, document: bytes) -> None:
    about = found.identification[0]
    entry = session.scalar(select(Entry).where(Entry.identifier == found.identifier))
    if entry is None:
        entry = Entry(identifier=found.identifier)
        session.add(entry)
    entry.title, entry.abstract, entry.type = about.title or "", about.abstract or "", found.hierarchy or ""
    entry.modified, entry.document = found.datestamp or "", document
    if about.bbox is not None:
        sides = (about.bbox.minx, about.bbox.miny, about.bbox.maxx, about.bbox.maxy)
        entry.west, entry.south, entry.east, entry.north = map(float, sides)
    entry.rest = {
        "keywords": [word.name for group in about.keywords for word in group.keywords],
        "contacts": [[each.name, each.organization, each.role, each.email] for each in found.contact],
        "links": [[each.url, each.protocol, each.name] for each in found.distribution.online],
        "licence": about.uselimitation,
    }
    session.flush()


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sides.owslib_orm", description=__doc__)
    parser.add_argument("url")
    parser.add_argument("target", type=Path, help="database to be made")
    parser.add_argument("size", type=int, help="records")
    given = parser.parse_args()
    begun = time.perf_counter()
    kept = harvest(given.url, given.target, given.size)
    print(json.dumps({"records": kept, "seconds": time.perf_counter() - begun}))


if __name__ == "__main__":
    main()
