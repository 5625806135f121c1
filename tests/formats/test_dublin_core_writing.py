"""Written Dublin Core is valid, and says of the record what it can."""

from datetime import UTC, datetime

from hypothesis import given

from tests.formats.schemas import csw, faults
from tests.storage.record_strategies import records
from windrow.formats import metadata
from windrow.formats.dublin_core_writing import write
from windrow.formats.xml import parse
from windrow.model.records import Contact, Link, Record

RECORD = Record(
    identifier="urn:a:1",
    title="Rivers",
    abstract="All of them.",
    type="dataset",
    keywords=("river", "water"),
    contacts=(Contact("Eva", role="creator"), Contact(organisation="Amt", role="publisher")),
    licence="CC-BY-4.0",
    links=(Link("https://example.org/a", protocol="OGC:WMS"),),
    bbox=(170.0, 1.0, -170.0, 2.0),
    time_start=datetime(2020, 1, 1, tzinfo=UTC),
    time_end=datetime(2021, 1, 1, tzinfo=UTC),
    created=datetime(2022, 1, 1, tzinfo=UTC),
    modified=datetime(2023, 1, 1, 12, tzinfo=UTC),
    language="de",
    collection="series",
    standard="dublin-core",
)


def test_what_it_can_carry_is_read_again() -> None:
    assert metadata.read(parse(write(RECORD))) == RECORD


def test_it_fits_the_schema() -> None:
    assert faults(write(RECORD), csw()) == []


@given(records())
def test_whatever_a_record_says_it_can_be_written(record: Record) -> None:
    assert [each for each in faults(write(record), csw()) if "anyURI" not in each] == []
