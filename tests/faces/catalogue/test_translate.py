"""Records in the standard's spelling: what a catalogue client reads of them is what they are."""

from dataclasses import replace
from datetime import timedelta

import orjson
from hypothesis import given
from hypothesis import strategies as st

from tests.storage.making import NOW
from tests.storage.shelves import at
from windrow.faces.catalogue.translate import to_feature, to_time
from windrow.formats import ogc_record
from windrow.formats.dates import INSTANT
from windrow.model.records import Contact, Link, Record
from windrow.ports.catalogue import Entry

ROOT = "https://example.org/catalogue"

words = st.text(st.sampled_from("abcäß日 -"), min_size=1, max_size=12).map(str.strip).filter(bool)
moments = st.integers(0, 10**16).map(lambda number: at(1700) + timedelta(microseconds=number))
days = st.integers(0, 100_000).map(lambda number: at(1800) + timedelta(days=number))
periods = st.one_of(
    st.just((None, None)),
    st.tuples(st.none(), days),
    st.tuples(moments, st.none()),
    st.tuples(moments, st.integers(1, 10**12)).map(lambda pair: (pair[0], pair[0] + timedelta(microseconds=pair[1]))),
    st.tuples(days, st.integers(1, 1000)).map(lambda pair: (pair[0], pair[0] + timedelta(days=pair[1]))),
)
boxes = st.tuples(st.integers(-179, 178), st.integers(-89, 88)).map(
    lambda corner: (float(corner[0]), float(corner[1]), corner[0] + 1.0, corner[1] + 1.0)
)


@st.composite
def readable(draw: st.DrawFn) -> Record:
    """Records with all that the standard can say."""
    start, end = draw(periods)
    return Record(
        identifier="1",
        title=draw(words),
        abstract=draw(words | st.just("")),
        type=draw(st.sampled_from(["dataset", "service", "item"])),
        keywords=tuple(draw(st.lists(words, max_size=3, unique=True))),
        contacts=tuple(draw(st.lists(st.builds(Contact, words, words, words, words, words), max_size=2, unique=True))),
        licence=draw(words | st.just("")),
        links=(
            Link(f"https://example.org/{draw(st.integers(0, 9))}", "related", draw(words), draw(words), "text/html"),
        ),
        bbox=draw(st.none() | boxes),
        time_start=start,
        time_end=end,
        created=draw(st.none() | moments),
        modified=draw(st.none() | moments),
        language=draw(st.sampled_from(["", "en", "de-AT"])),
        standard="ogc-record",
    )


@given(readable())
def test_a_feature_read_again_is_the_record(record: Record) -> None:
    feature = to_feature(Entry(1, 2, "source", record, NOW, public=True), ROOT, "all")

    again = ogc_record.read(orjson.loads(orjson.dumps(feature)))

    ours = [link for link in again.links if not link.href.startswith(ROOT)]
    assert replace(again, links=tuple(ours)) == record


def test_times_are_dates_moments_or_intervals_with_their_ends_included() -> None:
    day = timedelta(days=1)

    assert to_time(None, None) is None
    assert to_time(at(2020), at(2020) + INSTANT) == {"timestamp": "2020-01-01T00:00:00Z"}
    assert to_time(at(2020), at(2020) + day) == {"date": "2020-01-01"}
    assert to_time(at(2020), at(2021)) == {"interval": ["2020-01-01", "2020-12-31"]}
    assert to_time(at(2020), None) == {"interval": ["2020-01-01", ".."]}
    assert to_time(None, at(2020)) == {"interval": ["..", "2019-12-31"]}
    assert to_time(at(2020), at(2020, 1, 2) + timedelta(hours=6)) == {
        "interval": ["2020-01-01T00:00:00Z", "2020-01-02T05:59:59.999999Z"]
    }


def test_foreign_links_cannot_pose_as_ours() -> None:
    record = Record("1", "Odd", links=(Link("https://evil.example.org/", "self"), Link("https://example.org/", "")))

    links = to_feature(Entry(1, 2, "source", record, NOW, public=True), ROOT, "all")["links"]

    assert [each["href"] for each in links if each["rel"] == "self"] == [f"{ROOT}/collections/all/items/1"]
    assert [each["rel"] for each in links[3:]] == ["related", "related"]
