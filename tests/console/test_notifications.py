"""A source's notifications in the console: made, tried, changed, and their secrets shown once."""

import re

import pytest

from tests.console.visiting import Visitor, visitor
from tests.core.notifying.receiver import receiving
from tests.web.serving import House
from windrow.core.source_drafts import SourceDraft
from windrow.model.reconciliation import Difference
from windrow.storage.reconciling import difference_to_json
from windrow.storage.tables import sources


@pytest.fixture(scope="module")
def admin(house: House) -> Visitor:
    return visitor(house, "admin")


@pytest.fixture(scope="module")
def base(house: House) -> str:
    draft = SourceDraft(name="Told of", kind="csw", url="http://127.0.0.1:9/csw")
    number = house.assembly.windrow.sources.create(house.principal("admin"), draft).source.id
    return f"/sources/{number}/notifications"


def test_one_is_made_tried_changed_and_deleted(house: House, admin: Visitor, base: str) -> None:
    with receiving() as receiver:
        made = admin.post(base, {"name": "On call", "address": f"{receiver.url}/t0ken", "on": ["error", "change"]})
        secret = re.search(r"whsec_[\w+/=]+", made.html)
        assert secret is not None
        number = re.findall(rf"{base}/(\d+)/test", made.html)[0]

        run = admin.post(f"{base}/{number}/test")
        house.carry_out()

    assert run.location.startswith("/runs/")
    assert receiver.types == ["notification.test"]
    listed = admin.get(base)
    assert ("arrives" in listed.text, "t0ken" in listed.html, secret[0] in listed.html) == (True, False, False)
    form = admin.get(f"{base}?change={number}")
    assert 'value="On call"' in form.html
    changed = admin.post(f"{base}/{number}", {"name": "Nobody", "on": ["digest"], "digest_seconds": "3600"})
    assert changed.location == base
    assert "switched off" in admin.get(base).text
    renewed = admin.post(f"{base}/{number}/rotate")
    assert len(re.findall(r"whsec_[\w+/=]+", renewed.html)) == 1
    admin.post(f"{base}/{number}/delete")
    assert "Nobody is told yet" in admin.get(base).text


def test_what_is_wrong_is_told_beside_its_field(admin: Visitor, base: str) -> None:
    seen = admin.post(base, {"name": "Kept words", "address": "nothing://s3cret", "on": "error"})

    assert seen.status == 422
    assert 'id="address-problem"' in seen.html
    assert 'value="Kept words"' in seen.html
    assert "s3cret" not in seen.html
    assert 'id="on-problem"' in admin.post(base, {"name": "x", "address": "https://example.org/"}).html


def test_numbers_that_do_not_agree_are_shown(house: House, admin: Visitor, base: str) -> None:
    now = house.assembly.clock()
    difference = Difference(remote=5, came=4, seen=4, local=4, held=0, since=now, run_id="01981f2c")
    with house.assembly.store._database.write() as connection:
        connection.execute(sources.update().values(difference=difference_to_json(difference)))

    for path in ("/", base.removesuffix("/notifications")):
        assert "the remote announced 5 records, and the run got 4" in admin.get(path).text
