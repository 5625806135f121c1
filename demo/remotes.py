"""The remotes that the demonstration harvests: pycsw with real and made records, and a static STAC catalogue."""

import re
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from samples.generator.__main__ import write_records
from samples.generator.stac import write_catalogue
from samples.servers.folder import FolderServer
from samples.servers.pycsw import Pycsw

SAMPLES = Path(__file__).resolve().parents[1] / "samples" / "records"
STANDARDS = ("apiso", "cite")
NEWER = "iso19115p3"
"""Records in a standard that pycsw 2.6 cannot read: served as a web folder."""


@dataclass(frozen=True, slots=True)
class Remote:
    """One remote to harvest: what people call it, where it answers, and how many records must arrive."""

    name: str
    url: str
    records: int


@contextmanager
def start_remotes(folder: Path, *, made: int, items: int) -> Iterator[list[Remote]]:
    """Starts all remotes: `made` generated metadata records and `items` generated scenes beside the real ones."""
    records = folder / "records"
    write_records(records, made)
    stac = folder / "stac"
    scenes = write_catalogue(stac, made=items)
    collections = sum(1 for _ in stac.glob("*/collection.json"))
    sources = [SAMPLES / name for name in STANDARDS]
    with (
        Pycsw(folder / "pycsw", [*sources, records], keep=True) as pycsw,
        FolderServer(stac) as static,
        FolderServer(SAMPLES / NEWER) as web_folder,
    ):
        total = count_records(pycsw.csw_url)
        yield [
            Remote("Sample catalogue (CSW)", pycsw.csw_url, total),
            Remote("Sample repository (OAI-PMH)", pycsw.oai_pmh_url, total),
            Remote("Sample scenes (STAC)", f"{static.url}catalog.json", scenes + collections),
            Remote("Sample folder (WAF)", web_folder.url, sum(1 for _ in (SAMPLES / NEWER).glob("*.xml"))),
        ]


def count_records(csw_url: str) -> int:
    """How many records the server itself says it holds: what the harvest is checked against."""
    query = "service=CSW&version=2.0.2&request=GetRecords&typenames=csw:Record&resulttype=hits&elementsetname=full"
    with urllib.request.urlopen(f"{csw_url}?{query}", timeout=60) as answer:
        found = re.search(rb'numberOfRecordsMatched="(\d+)"', answer.read())
    if found is None:
        raise RuntimeError("the catalogue server does not say how many records it holds")
    return int(found[1])
