"""A walk's key says all there is to know of it: how to ask for the page, and how to begin again."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from windrow.errors import RemoteUnreadable
from windrow.model.trails import Trail
from windrow.sources.oai_pmh.walk import Walk


@given(
    st.builds(
        Walk,
        prefix=st.text(min_size=1),
        set=st.text(),
        begin=st.text(),
        token=st.text(),
        repeats=st.booleans(),
        trail=st.builds(Trail, page=st.integers(0, 10**6), mark=st.text()),
    )
)
def test_a_walk_is_its_key(walk: Walk) -> None:
    assert Walk.of(json.loads(json.dumps(walk.key))) == walk


def test_the_key_of_a_first_page_is_small() -> None:
    assert Walk("oai_dc", set="a:b").key == {"prefix": "oai_dc", "set": "a:b"}


def test_a_walk_begins_again_with_its_first_arguments_but_not_for_ever() -> None:
    walk = Walk("oai_dc", set="a", begin="2024-01-01", token="t", trail=Trail(page=7, mark="m"))

    again = walk.begin_again()

    assert again == Walk("oai_dc", set="a", begin="2024-01-01", restarts=1)
    assert again.arguments() == {"verb": "ListRecords", "metadataPrefix": "oai_dc", "set": "a", "from": "2024-01-01"}
    with pytest.raises(RemoteUnreadable, match="badResumptionToken"):
        again.begin_again()
    for _ in range(5):
        walk = replace(walk.begin_again(), token="t")
    with pytest.raises(RemoteUnreadable, match="beginning again 5 times did not help"):
        walk.begin_again()


def test_a_token_is_asked_alone_unless_the_server_wants_all() -> None:
    walk = Walk("oai_dc", set="a", token="t")

    assert walk.arguments() == {"verb": "ListRecords", "resumptionToken": "t"}
    assert walk.repeating().arguments() == {
        "verb": "ListRecords",
        "resumptionToken": "t",
        "metadataPrefix": "oai_dc",
        "set": "a",
    }
