"""Named secrets in the console: set, replaced and deleted, and never shown."""

import pytest

from tests.console.visiting import Visitor, visitor
from tests.web.serving import House
from windrow.model.accounts import Role


@pytest.fixture(scope="module")
def ada(house: House) -> Visitor:
    return visitor(house, "ada", role=Role.OPERATOR, team="alpha")


def test_a_secret_is_set_and_deleted_and_not_shown(ada: Visitor, house: House) -> None:
    given = {"name": "API_TOKEN", "hosts": "api.example.org, b.example:8443", "value": "s3cr3t-t0k3n"}

    assert ada.post("/secrets", given).location == "/secrets"

    listed = ada.get("/secrets")
    assert ("API_TOKEN" in listed.text, "b.example:8443" in listed.text) == (True, True)
    opened = house.assembly.store.named_secrets.open("API_TOKEN", tenant_id=house.principal("ada").tenant_id)
    assert opened is not None
    assert (opened.value, opened.hosts) == ("s3cr3t-t0k3n", frozenset({"api.example.org", "b.example:8443"}))
    refused = ada.post("/secrets", {**given, "hosts": "https://api.example.org/"})
    assert (refused.status, "without https://" in refused.text) == (422, True)
    assert "s3cr3t" not in listed.html + refused.html
    assert ada.post("/secrets/API_TOKEN/delete").location == "/secrets"
    assert "No secrets yet" in ada.get("/secrets").text


def test_who_may_only_look_sees_names(house: House) -> None:
    vic = visitor(house, "vic", role=Role.VIEWER, team="alpha")

    assert "Set a secret" not in vic.get("/secrets").text
    assert vic.post("/secrets", {"name": "A", "hosts": "a", "value": "abcd"}).status == 403
