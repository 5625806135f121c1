"""Every real record says the same to us as to OWSLib, whose readers are older and slower than ours."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from owslib import csw, iso, iso3

from samples.servers.process import ROOT
from windrow.formats import metadata
from windrow.formats.dates import moment, period
from windrow.formats.xml import parse
from windrow.model.records import Record

RECORDS = ROOT / "samples" / "records"
ISO_19139 = sorted([*RECORDS.glob("apiso/*.xml"), RECORDS / "iso19115p3" / "auscope-iso19139-geoprovinces.xml"])
ISO_19115_3 = sorted(set(RECORDS.glob("iso19115p3/*.xml")) - set(ISO_19139))
DUBLIN_CORE = sorted(RECORDS.glob("cite/*.xml"))

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning:owslib")


def name_of(path: Path) -> str:
    return path.stem


@pytest.mark.parametrize("path", ISO_19139, ids=name_of)
def test_iso_19139(path: Path) -> None:
    ours, theirs = read(path), iso.MD_Metadata(etree.fromstring(path.read_bytes()))

    assert ours.standard == "iso19139"
    compare_iso(ours, theirs)
    assert ours.modified == moment(theirs.datestamp)
    assert organisations(ours) >= {each.organization for each in theirs.contact if each.organization}


@pytest.mark.parametrize("path", ISO_19115_3, ids=name_of)
def test_iso_19115_3(path: Path) -> None:
    ours, theirs = read(path), iso3.MD_Metadata(etree.fromstring(path.read_bytes()))

    assert ours.standard == "iso19115-3"
    compare_iso(ours, theirs)
    stamp = moment(theirs.datestamp)
    assert ours.modified is not None
    assert stamp is not None
    assert ours.modified >= stamp  # theirs is the first date, ours the latest of the metadata
    roles = {(each.organisation, each.role) for each in ours.contacts}
    assert roles >= {(each.organization, each.role) for each in theirs.identification[0].contact if each.organization}


@pytest.mark.parametrize("path", DUBLIN_CORE, ids=name_of)
def test_dublin_core(path: Path) -> None:
    ours, theirs = read(path), csw.CswRecord(etree.fromstring(path.read_bytes()))

    assert ours.standard == "dublin-core"
    assert (ours.identifier, ours.title) == (theirs.identifier, theirs.title or theirs.identifier)
    assert ours.abstract == (theirs.abstract or "")
    assert ours.type == theirs.type.rpartition("/")[2].lower()
    assert set(ours.keywords) >= set(filter(None, theirs.subjects))
    assert ours.created == moment(theirs.date or "")
    if theirs.bbox is None:
        assert ours.bbox is None
    else:
        box = theirs.bbox
        assert ours.bbox == tuple(map(float, (box.minx, box.miny, box.maxx, box.maxy)))


def read(path: Path) -> Record:
    return metadata.read(parse(path.read_bytes()))


def compare_iso(ours: Record, theirs: Any) -> None:
    resource = theirs.identification[0]
    assert ours.identifier == theirs.identifier
    assert ours.title == one_line(resource.title)
    assert ours.abstract == (resource.abstract or "").strip()
    assert ours.type == (theirs.hierarchy or resource.identtype)
    assert set(ours.keywords) >= {
        one_line(word.name) for group in resource.keywords for word in group.keywords if word.name
    }
    compare_place(ours, resource)
    compare_time(ours, resource)
    hrefs = {link.href for link in ours.links}
    assert hrefs >= set(addresses(theirs.distribution.online if theirs.distribution else ()))
    created = [each.date for each in resource.date if each.type == "creation"]
    assert not created or ours.created == moment(created[0])


def compare_place(ours: Record, resource: Any) -> None:
    extent = resource.bbox if hasattr(resource, "bbox") and resource.bbox else None
    if extent is not None:
        assert ours.bbox == tuple(map(float, (extent.minx, extent.miny, extent.maxx, extent.maxy)))


def compare_time(ours: Record, resource: Any) -> None:
    start, end = resource.temporalextent_start, resource.temporalextent_end
    first, last = period(start or ""), period(end or "")
    assert ours.time_start == (first and first.start)
    assert ours.time_end == (last and last.end)


def addresses(online: Iterable[Any]) -> Iterable[str]:
    return (each.url.strip() for each in online if each.url and "://" in each.url)


def organisations(ours: Record) -> set[str]:
    return {each.organisation for each in ours.contacts}


def one_line(text: str | None) -> str:
    return " ".join((text or "").split())
