"""Strategies: records of every shape, for properties."""

from hypothesis import strategies as st

from tests.storage.shelves import at
from windrow.model.records import Contact, Link, Record
from windrow.storage.moments import from_microseconds, to_microseconds

_kept = st.characters(exclude_characters="\0", exclude_categories=["Cs"])
texts = st.text(_kept, max_size=40)
"""Any text that can be kept."""

any_texts = st.text(st.characters(), max_size=40)
"""NUL and half surrogate pairs as well."""

moments = st.integers(to_microseconds(at(1)), to_microseconds(at(9999, 12, 31))).map(from_microseconds)
longitudes = st.floats(-180, 180)
latitudes = st.floats(-90, 90)
boxes = st.tuples(longitudes, latitudes, longitudes, latitudes).map(
    lambda box: (box[0], min(box[1], box[3]), box[2], max(box[1], box[3]))
)
points = st.fixed_dictionaries({"type": st.just("Point"), "coordinates": st.lists(longitudes, min_size=2, max_size=2)})
contacts = st.builds(Contact, texts, texts, texts, texts, texts, texts)
links = st.builds(Link, texts, texts, texts, texts, texts, texts)


def _long(width: int) -> st.SearchStrategy[str]:
    """Texts somewhat longer than that, cheaply drawn."""
    return st.builds(lambda text, more: text * width + more, st.text(_kept, min_size=1, max_size=1), texts)


def records(text: st.SearchStrategy[str] = texts) -> st.SearchStrategy[Record]:
    """Records whose texts are drawn from `text`."""
    return st.builds(
        Record,
        identifier=text | _long(490),
        title=text,
        abstract=text,
        type=text | _long(60),
        keywords=st.lists(text, max_size=4, unique=True).map(tuple),
        contacts=st.lists(contacts, max_size=3).map(tuple),
        licence=text,
        links=st.lists(links, max_size=3).map(tuple),
        bbox=st.none() | boxes,
        geometry=st.none() | points,
        time_start=st.none() | moments,
        time_end=st.none() | moments,
        created=st.none() | moments,
        modified=st.none() | moments,
        language=text,
        collection=text | _long(490),
        standard=text | _long(30),
    )
