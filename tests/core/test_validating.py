"""What comes in is checked completely, told with the remedy, and never quoted."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from windrow.core.validating import (
    DEEPEST,
    check_credential,
    check_name,
    check_priority,
    check_queue,
    check_url,
    fill,
)
from windrow.errors import BadInput
from windrow.model.sources import Credential, CredentialKind

SCHEMA = {
    "type": "object",
    "properties": {
        "depth": {"type": "integer", "minimum": 1, "maximum": 9, "default": 3},
        "mode": {"enum": ["fast", "whole"], "default": "fast"},
        "names": {"type": "array", "items": {"type": "string", "pattern": "^[a-z]+$"}, "default": []},
        "rate": {"type": ["number", "null"]},
    },
    "required": ["rate"],
    "additionalProperties": False,
}

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


def problems_of(value: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(BadInput) as caught:
        fill(SCHEMA, value, field="settings")
    return {each.field: each.problem for each in caught.value.problems}


def test_what_is_left_out_has_its_default_which_is_shared_with_nobody() -> None:
    first, second = (fill(SCHEMA, {"rate": 1}, field="settings") for _ in range(2))
    first["names"].append("x")

    assert second == {"depth": 3, "mode": "fast", "names": [], "rate": 1}


@pytest.mark.parametrize(
    ("value", "problems"),
    [
        ({}, {"settings.rate": "is missing"}),
        ({"rate": 1, "depth": 0}, {"settings.depth": "must be at least 1"}),
        ({"rate": 1, "depth": "x"}, {"settings.depth": "must be a whole number"}),
        ({"rate": "x"}, {"settings.rate": "must be a number or null"}),
        ({"rate": 1, "mode": "slow"}, {"settings.mode": "must be one of fast, whole"}),
        ({"rate": 1, "names": ["a", "B"]}, {"settings.names.1": "must match ^[a-z]+$"}),
        ({"rate": 1, "depth": 1 << 64}, {"settings.depth": "must be a number of at most 64 bits"}),
        ({"rate": float("inf")}, {"settings.rate": "must be a number that is not infinite"}),
        (
            {"rate": 1, "one": 1, "two": 2},
            dict.fromkeys(
                ("settings.one", "settings.two"),
                "is not a setting of this kind; there are: depth, mode, names, rate",
            ),
        ),
        (
            {"depth": 10, "mode": 1},
            {
                "settings.rate": "is missing",
                "settings.depth": "must be at most 9",
                "settings.mode": "must be one of fast, whole",
            },
        ),
    ],
)
def test_every_field_at_fault_is_named_with_the_remedy(value: dict[str, Any], problems: dict[str, str]) -> None:
    assert problems_of(value) == problems


def test_what_no_database_can_keep_is_refused() -> None:
    deep: Any = 1
    for _ in range(DEEPEST + 1):
        deep = [deep]

    assert list(problems_of({"rate": 1, "names": ["a\0", "\ud800"]})) == ["settings.names.0", "settings.names.1"]
    assert list(problems_of({"rate": 1, "a\0": 1})) == ["settings"]
    assert "32 levels" in next(iter(problems_of({"rate": deep}).values()))


@given(st.dictionaries(st.sampled_from(["depth", "mode", "names", "rate", "other"]), values))
def test_anything_is_filled_or_refused_and_never_breaks(value: dict[str, Any]) -> None:
    try:
        filled = fill(SCHEMA, value, field="settings")
    except BadInput as error:
        assert all(each.field.startswith("settings") and each.problem for each in error.problems)  # noqa: PT017
    else:
        assert fill(SCHEMA, filled, field="settings") == filled


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "x" * 256, "a\0", "\ud800"])
def test_a_name_that_nobody_could_read_is_refused(name: str) -> None:
    with pytest.raises(BadInput):
        check_name(name)


def test_a_name_loses_its_outer_spaces() -> None:
    assert check_name("  Rivers of the north ") == "Rivers of the north"


@pytest.mark.parametrize("queue", ["", "a b", "x" * 65, "ä", "a/b", "a\n"])
def test_a_queue_that_no_worker_could_be_given_is_refused(queue: str) -> None:
    with pytest.raises(BadInput, match="queue"):
        check_queue(queue)


@pytest.mark.parametrize("priority", [-101, 101])
def test_a_priority_lies_within_its_bounds(priority: int) -> None:
    assert (check_priority(-100), check_priority(100)) == (-100, 100)
    with pytest.raises(BadInput, match="between -100 and 100"):
        check_priority(priority)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.org",
        "ftp://example.org",
        "http://",
        "http://[::1",
        "http://a:99999/",
        "//a",
        "http://a b\0/",
    ],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(BadInput, match="url"):
        check_url(url)


def test_a_secret_in_an_address_is_refused_and_not_quoted() -> None:
    with pytest.raises(BadInput, match="use the credential") as caught:
        check_url("https://reader:swordfish@example.org/")

    assert "swordfish" not in str(caught.value)


@pytest.mark.parametrize(
    ("credential", "field"),
    [
        (Credential(CredentialKind.BEARER, "a\nb"), "credential.secret"),
        (Credential(CredentialKind.BEARER, "ü"), "credential.secret"),
        (Credential(CredentialKind.HEADER, "x", "X Y"), "credential.name"),
        (Credential(CredentialKind.HEADER, "x", ""), "credential.name"),
        (Credential(CredentialKind.BASIC, "x", "a:b"), "credential.name"),
        (Credential(CredentialKind.BASIC, "a\0", "a"), "credential.secret"),
    ],
)
def test_a_credential_that_no_request_can_carry_is_refused(credential: Credential, field: str) -> None:
    with pytest.raises(BadInput) as caught:
        check_credential(credential)

    assert [each.field for each in caught.value.problems] == [field]


@pytest.mark.parametrize(
    "credential",
    [
        None,
        Credential(CredentialKind.BASIC, "pässwörd: 1", "reader@example.org"),
        Credential(CredentialKind.BEARER, "abc.def-123="),
        Credential(CredentialKind.HEADER, "secret", "X-Api-Key"),
    ],
)
def test_a_credential_that_a_request_can_carry_is_taken(credential: Credential | None) -> None:
    check_credential(credential)


def test_a_name_that_breaks_a_rule_of_names_is_named() -> None:
    schema = {"properties": {"parameters": {"type": "object", "propertyNames": {"pattern": "^[a-z]+$"}}}}

    with pytest.raises(BadInput) as caught:
        fill(schema, {"parameters": {"my value": 1, "fine": 2}}, field="parameters")

    assert [(each.field, each.problem) for each in caught.value.problems] == [
        ("parameters.parameters.my value", "has a name that must match ^[a-z]+$")
    ]
