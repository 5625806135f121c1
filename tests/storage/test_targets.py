"""Targets and deliveries, on either database: what is due, what is named how, what is counted, what is fenced."""

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import insert, update

from tests.storage.making import LEASE, NOW, OWNER, TENANT, a_run, add_basics
from tests.storage.plans import plans_of
from tests.storage.shelves import PRIVATE, PUBLIC, add_source, hide, put
from windrow.errors import Cancelled, Conflict, LeaseLost, NameTaken, NotFound
from windrow.model.records import Record
from windrow.model.runs import Part, PartState
from windrow.model.sources import Credential, CredentialKind
from windrow.model.targets import Delivery, Pace, Standing, Target, TargetState
from windrow.ports.deliveries import Arrived, Refused, Removed, Stretch
from windrow.ports.runs import Closing
from windrow.storage.database import Database
from windrow.storage.deliveries import list_deliveries
from windrow.storage.dues import find_stretch, is_anything_due, select_target
from windrow.storage.runs import SqlRuns
from windrow.storage.secrets import KEY_BYTES, Vault
from windrow.storage.sources import SqlSources
from windrow.storage.tables import deliveries, resources
from windrow.storage.tables import targets as targets_table
from windrow.storage.targets import SqlTargets

SECRET = Credential(CredentialKind.BASIC, "swordfish", "ada")
KEY = b"k" * KEY_BYTES
URL = "https://portal.example.org/csw"


@dataclass
class Shop:
    """Two sources, and a run with a part that a worker holds."""

    database: Database
    targets: SqlTargets
    runs: SqlRuns
    vault: Vault
    run_id: str
    part: Part

    def target(self, name: str = "portal", source: int = PUBLIC, url: str = URL, **changes: object) -> Target:
        blank = Target(0, source, TENANT, OWNER, name, "csw_t", url)
        return self.targets.add(replace(blank, **changes), None)  # type: ignore[arg-type]  # whatever a test says

    def put(self, *identifiers: str, source: int = PUBLIC) -> list[int]:
        found = [Record(each, f"Title of {each}") for each in identifiers]
        return put(self.database, *found, source=source, documents=[b"raw"])

    def deliver(self, target: Target, *numbers: int) -> None:
        """Has these arrive as they stand."""
        self.targets.announce(self.part, target.id, first=min(numbers), last=max(numbers))
        for number in numbers:
            found = self.targets.consign(target.id, number)
            assert found is not None
            arrived = Arrived(number, f"at/{found.identifier}", found.version, target.edition)
            self.targets.note(self.part, target.id, arrived, counted="pushed", now=NOW)

    def change(self, number: int) -> None:
        """Has a resource be written once more."""
        with self.database.write() as connection:
            later = NOW - timedelta(hours=1)  # by a clock that goes back
            connection.execute(update(resources).where(resources.c.id == number).values(last_changed=later))

    def due(self, target: Target, *, after: int = 0, limit: int = 50) -> Stretch | None:
        return self.targets.due(target.id, removals=False, after=after, limit=limit)

    def leaving(self, target: Target) -> Stretch | None:
        return self.targets.due(target.id, removals=True, after=0, limit=50)

    def names(self, target: Target) -> dict[int, str]:
        page = self.targets.deliveries(target.id, failed=None, limit=100)
        return {each.resource_id: each.identifier for each in page.items}


@pytest.fixture
def shop(database: Database) -> Shop:
    add_basics(database)
    add_source(database, PUBLIC)
    add_source(database, PRIVATE)
    vault, runs = Vault([KEY]), SqlRuns(database)
    run = a_run(kind="push")
    runs.add([run])
    claimed = runs.claim("worker", queues=["default"], now=NOW, lease=LEASE)
    assert claimed is not None
    runs.fan_out(run.id, claimed.attempt, [{"first": 1, "last": 9}], now=NOW)
    runs.wait(run.id, claimed.attempt, now=NOW)
    (claim,) = runs.claim_parts("worker", queues=["default"], now=NOW, lease=LEASE, limit=1)
    return Shop(database, SqlTargets(database, vault), runs, vault, run.id, claim.part)


def test_a_target_is_kept_as_it_was_given(shop: Shop) -> None:
    draft = Target(
        *(0, PUBLIC, TENANT, OWNER, "portal", "csw_t", URL, {"schema": "gmd"}, Pace(2.5, 1)),
        enabled=False,
        created_at=NOW,
        changed_at=NOW,
    )

    added = shop.targets.add(draft, SECRET)

    assert added == replace(draft, id=added.id, has_credential=True)
    assert shop.targets.get(PUBLIC, added.id) == added
    assert shop.targets.credential(added.id) == SECRET
    for source_id, target_id in ((PRIVATE, added.id), (PUBLIC, added.id + 1), (PUBLIC, 1 << 70)):
        with pytest.raises(NotFound):
            shop.targets.get(source_id, target_id)


def test_a_name_is_given_once_in_a_source(shop: Shop) -> None:
    one, other = shop.target("one"), shop.target("other")
    shop.target("one", source=PRIVATE)

    with pytest.raises(NameTaken, match="'one'"):
        shop.target("one")
    with pytest.raises(NameTaken, match="'one'"):
        shop.targets.save(replace(other, name="one"))

    assert [each.id for each in shop.targets.page(PUBLIC, limit=10).items] == [one.id, other.id]


def test_targets_come_page_by_page(shop: Shop) -> None:
    made = [shop.target(str(number)).id for number in range(5)]

    first = shop.targets.page(PUBLIC, limit=2)
    second = shop.targets.page(PUBLIC, limit=2, cursor=first.next)
    third = shop.targets.page(PUBLIC, limit=2, cursor=second.next)

    assert [each.id for page in (first, second, third) for each in page.items] == made
    assert third.next is None


def test_a_secret_stays_until_it_is_dropped(shop: Shop) -> None:
    target = shop.targets.add(Target(0, PUBLIC, TENANT, OWNER, "portal", "csw_t", URL), SECRET)
    shop.targets.save(replace(target, name="another"))
    assert shop.targets.credential(target.id) == SECRET

    shop.targets.save(target, drop_credential=True)

    assert shop.targets.credential(target.id) is None
    assert not shop.targets.get(PUBLIC, target.id).has_credential


def test_who_changes_what_somebody_else_changed_is_told(shop: Shop) -> None:
    target = shop.target(changed_at=NOW)

    with pytest.raises(Conflict, match="somebody else"):
        shop.targets.save(target, seen=NOW - timedelta(seconds=1))
    shop.targets.save(replace(target, enabled=False), seen=NOW)

    assert not shop.targets.get(PUBLIC, target.id).enabled


def test_what_is_shown_is_due_until_it_arrived_and_again_when_it_changed(shop: Shop) -> None:
    target = shop.target()
    a, b, c = shop.put("a", "b", "c")
    shop.put("elsewhere", source=PRIVATE)
    hide(shop.database, b)
    assert shop.due(target) == Stretch(a, c, 2)
    assert shop.due(target, limit=1) == Stretch(a, a, 1)
    assert shop.due(target, after=a) == Stretch(c, c, 1)
    assert shop.due(target, after=c) is None
    assert shop.targets.is_due(PUBLIC)

    shop.deliver(target, a, c)
    assert shop.due(target) is None
    assert not shop.targets.is_due(PUBLIC)

    shop.change(c)
    assert shop.due(target) == Stretch(c, c, 1)


def test_what_is_hidden_or_removed_is_to_be_taken_away(shop: Shop) -> None:
    target = shop.target()
    a, b, c = shop.put("a", "b", "c")
    shop.deliver(target, a, b, c)
    assert shop.leaving(target) is None

    hide(shop.database, a)
    with shop.database.write() as connection:
        connection.execute(resources.delete().where(resources.c.id == c))

    assert shop.leaving(target) == Stretch(a, c, 2)
    assert shop.targets.is_due(PUBLIC)
    found = shop.targets.removals(target.id, first=a, last=c)
    assert [(each.resource_id, each.identifier, each.remote) for each in found] == [(a, "a", "at/a"), (c, "c", "at/c")]
    for each in found:
        shop.targets.note(shop.part, target.id, Removed(each.resource_id), counted="removed", now=NOW)
    assert shop.leaving(target) is None
    assert shop.names(target) == {b: "b"}


def test_a_target_that_leaves_has_all_taken_away_and_gets_nothing(shop: Shop) -> None:
    target = shop.target()
    a, b, _ = shop.put("a", "b", "c")
    shop.deliver(target, a, b)

    shop.targets.mark(target.id, TargetState.LEAVING, now=NOW)

    assert shop.leaving(target) == Stretch(a, b, 2)
    assert shop.due(target) is None
    assert shop.targets.standings([target.id]) == {target.id: Standing(0, 2, 0)}


def test_what_is_switched_off_or_dropped_has_nothing_due(shop: Shop) -> None:
    shop.put("a")
    shop.target("off", enabled=False)
    dropped = shop.target("dropped")
    shop.targets.mark(dropped.id, TargetState.DROPPED, now=NOW)

    assert not shop.targets.is_due(PUBLIC)


def test_another_place_or_a_renewal_makes_everything_due_and_another_name_does_not(shop: Shop) -> None:
    target = shop.target()
    (a,) = shop.put("a")
    shop.deliver(target, a)

    shop.targets.save(replace(target, name="another", enabled=True))
    assert shop.due(target) is None

    shop.targets.save(replace(target, settings={"schema": "gmd"}))
    assert shop.due(target) == Stretch(a, a, 1)
    shop.deliver(shop.targets.get(PUBLIC, target.id), a)

    shop.targets.renew([target.id], shop.run_id)
    shop.deliver(shop.targets.get(PUBLIC, target.id), a)
    shop.targets.renew([target.id], shop.run_id)  # by a second attempt at the same run
    assert shop.due(target) is None


def test_what_was_refused_for_good_waits_for_a_change_and_the_rest_does_not(shop: Shop) -> None:
    target = shop.target()
    a, b = shop.put("a", "b")
    shop.targets.announce(shop.part, target.id, first=a, last=b)
    found = shop.targets.consign(target.id, a)
    assert found is not None

    for_good = Refused(a, "no licence\0", found.version, target.edition)
    shop.targets.note(shop.part, target.id, for_good, counted="failed", now=NOW)
    shop.targets.note(shop.part, target.id, Refused(b, "503"), counted="failed", now=NOW)

    assert shop.due(target) == Stretch(b, b, 1)
    assert shop.targets.standings([target.id]) == {target.id: Standing(0, 0, 2)}
    failed = shop.targets.deliveries(target.id, failed=True, limit=1)
    assert failed.items == [Delivery(target.id, a, "a", "", "", NOW, None, "no licence\ufffd", 1)]
    rest = shop.targets.deliveries(target.id, failed=True, limit=1, cursor=failed.next)
    assert [each.resource_id for each in rest.items] == [b]
    assert shop.targets.deliveries(target.id, failed=False, limit=9).items == []


def test_a_target_stands_as_the_sums_of_its_deliveries_say(shop: Shop) -> None:
    target, other = shop.target(), shop.target("other")
    a, b, c, d, _ = shop.put("a", "b", "c", "d", "e")
    shop.deliver(target, a, b, c, d)
    hide(shop.database, b)
    shop.change(c)
    shop.targets.note(shop.part, target.id, Refused(d, "503"), counted="failed", now=NOW)

    found = shop.targets.standings([target.id, other.id])

    assert found == {target.id: Standing(pushed=1, waiting=3, failed=1), other.id: Standing(0, 4, 0)}


def test_names_are_the_records_own_and_told_apart_where_they_meet(shop: Shop) -> None:
    one, other = shop.target(), shop.target(source=PRIVATE, url=URL + "/")
    elsewhere = shop.target("elsewhere", url="https://other.example.org/")
    a, twin, none, long = shop.put("a", "a", " ", "x" * 300)
    (far,) = shop.put("a", source=PRIVATE)

    for target in (one, other, elsewhere):
        shop.targets.announce(shop.part, target.id, first=a, last=far)

    assert shop.names(one) == {a: "a", twin: f"a-{twin}", none: f"windrow-{none}", long: f"windrow-{long}"}
    assert shop.names(other) == {far: f"a-{far}"}
    assert shop.names(elsewhere) == shop.names(one)


def test_a_name_once_given_stays(shop: Shop) -> None:
    target = shop.target()
    a, twin = shop.put("a", "a")
    shop.deliver(target, a, twin)

    hide(shop.database, a)
    shop.targets.note(shop.part, target.id, Removed(a), counted="removed", now=NOW)
    shop.change(twin)
    shop.deliver(target, twin)

    assert shop.names(target) == {twin: f"a-{twin}"}


def test_what_is_consigned_is_the_record_with_its_document_or_nothing(shop: Shop) -> None:
    target = shop.target()
    a, b = shop.put("a", "b")
    assert shop.targets.announce(shop.part, target.id, first=a, last=b) == [a, b]

    found = shop.targets.consign(target.id, a)

    assert found is not None
    assert (found.number, found.identifier, found.remote, found.version) == (a, "a", "", NOW)
    assert (found.record.title, found.raw, found.media_type) == ("Title of a", b"raw", "application/xml")
    without = shop.targets.consign(target.id, b)
    assert without is not None
    assert (without.raw, without.media_type) == (b"", "")
    hide(shop.database, a)
    assert shop.targets.consign(target.id, a) is None
    assert shop.targets.consign(target.id, 987654) is None


def test_each_result_is_counted_with_its_part_and_kept_when_the_part_fails(shop: Shop) -> None:
    target = shop.target()
    shop.deliver(target, *shop.put("a", "b"))
    shop.targets.note(shop.part, target.id, Refused(1, "no"), counted="failed", now=NOW)
    assert shop.runs.sum_part_counts(shop.run_id) == {"pushed": 2, "failed": 1}

    assert shop.runs.close_parts([Closing(shop.part.id, "worker", PartState.FAILED, None, "away", NOW)]) == [True]

    assert shop.runs.sum_part_counts(shop.run_id) == {"pushed": 2, "failed": 1}


def test_who_does_not_hold_the_part_any_more_writes_nothing(shop: Shop) -> None:
    target = shop.target()
    (a,) = shop.put("a")
    shop.targets.announce(shop.part, target.id, first=a, last=a)
    shop.runs.retry_part(shop.part.id, "worker", error="", ready_at=NOW)
    (again,) = shop.runs.claim_parts("worker", queues=["default"], now=NOW, lease=LEASE, limit=1)

    with pytest.raises(LeaseLost):
        shop.targets.note(shop.part, target.id, Arrived(a, "at/a", NOW, 1), counted="pushed", now=NOW)
    assert shop.due(target) == Stretch(a, a, 1)
    shop.targets.note(again.part, target.id, Arrived(a, "at/a", NOW, 1), counted="pushed", now=NOW)
    assert shop.due(target) is None

    shop.runs.cancel(shop.run_id, tenant_id=None, now=NOW)
    with pytest.raises(Cancelled):
        shop.targets.announce(again.part, target.id, first=a, last=a)


def test_a_deleted_target_takes_its_deliveries_along(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("windrow.storage.targets.FORGOTTEN", 2)
    target, other = shop.target(), shop.target("other")
    numbers = shop.put(*"abcde")
    shop.deliver(target, *numbers)
    shop.deliver(other, *numbers)

    shop.targets.delete(target.id)

    assert [each.id for each in shop.targets.page(PUBLIC, limit=10).items] == [other.id]
    assert len(shop.names(other)) == 5
    with shop.database.read() as connection:
        assert {row.target_id for row in connection.execute(deliveries.select())} == {other.id}


def test_a_source_takes_its_targets_along(shop: Shop) -> None:
    target = shop.target()
    shop.deliver(target, *shop.put("a", "b"))

    SqlSources(shop.database, shop.vault).delete(PUBLIC, tenant_id=None)

    with shop.database.read() as connection:
        assert connection.execute(targets_table.select()).all() == []
        assert connection.execute(deliveries.select()).all() == []


@pytest.mark.parametrize("removals", [False, True])
def test_what_is_due_is_found_by_indexes(shop: Shop, *, removals: bool) -> None:
    target = shop.target()
    shop.put("a")
    with shop.database.read() as connection:
        row = connection.execute(select_target(target.id)).one()

    for plan in (
        *plans_of(shop.database, lambda c: find_stretch(c, row, removals=removals, after=0, limit=50)),
        *plans_of(shop.database, lambda c: is_anything_due(c, row)),
    ):
        assert "SCAN resources" not in plan, plan
        assert "SCAN deliveries" not in plan, plan
        assert "Seq Scan" not in plan, plan


def test_lists_are_found_by_indexes(shop: Shop) -> None:
    target = shop.target()
    page = insert(deliveries).values(target_id=target.id, resource_id=1, identifier="a")
    with shop.database.write() as connection:
        connection.execute(page)
    for failed in (None, True, False):
        ask = partial(list_deliveries, target_id=target.id, failed=failed, limit=9, cursor=None)
        plans = plans_of(shop.database, ask)
        for plan in plans:
            assert "SCAN deliveries" not in plan, plan
            assert "TEMP B-TREE" not in plan, plan
            assert "Sort" not in plan, plan
        assert not failed or "ix_deliveries_failed" in plans[0]
