"""Cutting records out of a page gives what writing them anew would give."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from samples.generator.datasets import make_datasets
from samples.generator.iso19139 import iso19139
from windrow.formats.cutting import documents_of
from windrow.formats.xml import parse, serialise

ENVELOPE = b'<list xmlns="urn:list" xmlns:a="urn:a" xmlns:b="urn:b">%s</list>'


def canonical(document: bytes) -> bytes:
    return etree.tostring(parse(document), method="c14n", exclusive=True)


def cut(page: bytes) -> list[bytes]:
    return documents_of(page, list(parse(page)))


def written(page: bytes) -> list[bytes]:
    return [serialise(element) for element in parse(page)]


def test_iso_records_are_cut_as_they_came() -> None:
    records = [iso19139(each).split(b"?>", 1)[-1].strip() for each in make_datasets(5)]

    assert cut(b"<r>" + b"\n".join(records) + b"</r>") == records


def test_declarations_of_the_envelope_are_brought_along() -> None:
    (document,) = cut(ENVELOPE % b"<a:record><b:title>x</b:title><plain/></a:record>")

    assert canonical(document) == canonical(written(ENVELOPE % b"<a:record><b:title>x</b:title><plain/></a:record>")[0])


@pytest.mark.parametrize(
    "content",
    [
        b"<a:r/><!-- between --><a:r/>",
        b"<a:r><![CDATA[</a:r>]]></a:r><a:r/>",
        b"<a:r><a:r>inside</a:r></a:r><a:r/>",
        b'<a:r t="&gt;>"><b:x/></a:r>',
        b"<a:r xmlns:a='urn:other'/>",
        b"<a:r></a:r  ><a:r/>",
        b"<a:r/><b:s/><a:r>last</a:r>",
        b"",
    ],
)
def test_what_cannot_be_cut_for_certain_is_written_anew(content: bytes) -> None:
    page = ENVELOPE % content

    assert [canonical(each) for each in cut(page)] == [canonical(each) for each in written(page)]


def test_another_encoding_is_written_anew_in_utf8() -> None:
    page = '<?xml version="1.0" encoding="ISO-8859-1"?><l><r>ä</r></l>'.encode("latin-1")

    assert [parse(each).text for each in cut(page)] == ["ä"]


names = st.sampled_from(["a:r", "b:r", "r", "a:q"])
texts = st.text(alphabet="x<>&\"' \n]é", max_size=6).map(lambda text: text.replace("&", "&amp;").replace("<", "&lt;"))


@st.composite
def elements(draw: st.DrawFn, depth: int = 2) -> str:
    name = draw(names)
    inside = draw(texts).replace("]]>", "]]&gt;")
    if depth and draw(st.booleans()):
        inside += draw(elements(depth - 1)) + draw(st.sampled_from(["", "<!-- </a:r> -->", "<![CDATA[</a:r>]]>"]))
    return f'<{name} q="{draw(texts).replace(chr(34), "&quot;")}">{inside}</{name}>'


@given(st.lists(elements(), max_size=4), st.sampled_from(["", "\n ", "<!-- x -->", "text"]))
def test_cutting_equals_writing(parts: list[str], between: str) -> None:
    page = ENVELOPE % between.join(parts).encode()

    assert [canonical(each) for each in cut(page)] == [canonical(each) for each in written(page)]
