"""Queries as the clients of portals write them."""

import pytest

from windrow.faces.arcgis.searching import is_asked_for, read_query

TIDES = {"id": "01a2", "title": "Tides of the north", "type": "Notebook", "owner": "alice", "tags": []}


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ("", True),
        ("*", True),
        ("tides", True),
        ("currents", False),
        ("tides accountid:0123456789ABCDEF", True),
        ("currents accountid:0123456789ABCDEF", False),
        ('tides AND (type:"Notebook" ) AND orgid:01', True),
        ('(type:"Data Pipeline" OR type:"Notebook") AND owner:ALICE', True),
        ('(type:"Data Pipeline" OR type:"Report Template") AND tides', False),
        ('title:"of the NORTH"', True),
        ('title:"north of"', False),
        ("title:tid*", True),
        ("tides -type:Notebook", False),
        ("tides NOT owner:bob", True),
        ("tides NOT owner:alice", False),
        ("id:01a2", True),
        ("modified:[0 TO 1]", True),
        ("owner:bob", False),
        ('type: "Notebook"', True),
        (":::", True),
        ('"', True),
    ],
)
def test_queries_ask_for_what_they_say(query: str, fits: bool) -> None:
    assert is_asked_for(read_query(query), TIDES) is fits
