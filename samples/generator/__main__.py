"""Writes generated records into a folder: `python -m samples.generator iso19139 1000 build/records`."""

import argparse
from collections.abc import Callable
from pathlib import Path

from samples.generator.datasets import Dataset, make_datasets
from samples.generator.dublin_core import csw_record, oai_dc
from samples.generator.iso19139 import iso19139
from samples.generator.stac import write_catalogue

STANDARDS: dict[str, Callable[[Dataset], bytes]] = {"iso19139": iso19139, "csw": csw_record, "oai_dc": oai_dc}


def write_records(folder: Path, count: int, *, standard: str = "iso19139", first: int = 0, revision: int = 0) -> None:
    """One XML file for each record, a thousand to a folder."""
    shape = STANDARDS[standard]
    for dataset in make_datasets(count, first=first, revision=revision):
        path = folder / f"{dataset.number // 1000:04d}" / f"{dataset.slug}.xml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(shape(dataset))


def main() -> None:
    """The command line."""
    arguments = argparse.ArgumentParser(prog="python -m samples.generator", description=__doc__)
    arguments.add_argument("standard", choices=[*STANDARDS, "stac"])
    arguments.add_argument("count", type=int)
    arguments.add_argument("folder", type=Path)
    given = arguments.parse_args()
    if given.standard == "stac":
        print(f"{write_catalogue(given.folder, made=given.count)} items in {given.folder}/catalog.json")
    else:
        write_records(given.folder, given.count, standard=given.standard)
        print(f"{given.count} records in {given.folder}")


if __name__ == "__main__":
    main()
