"""Whole runs that copy: what is fetched, what is not fetched again, and what is kept of it."""

import hashlib

from tests.core.copying.conftest import Holding
from windrow.model.copies import CopyState, Stock
from windrow.model.records import Link
from windrow.model.runs import RunState

ONE = b"one, " * 1000
TWO = b"two!!" * 1200


def test_the_files_of_a_record_are_copied(holding: Holding) -> None:
    _, first = holding.file("a%20table.csv", ONE, '"1"', media_type="text/csv")
    _, second = holding.file("b.tif", TWO, media_type="image/tiff")
    holding.offer(a=[first, second], b=[])

    run = holding.copy()

    assert (run.state, run.result) == (RunState.SUCCEEDED, {"copied": 2, "bytes": len(ONE) + len(TWO)})
    table, picture = holding.copies()
    assert (table.name, table.media_type, table.size, table.etag) == ("a table.csv", "text/csv", len(ONE), '"1"')
    assert table.sha256 == hashlib.sha256(ONE).hexdigest()
    assert (holding.content(table), holding.content(picture)) == (ONE, TWO)
    assert holding.farm.assembly.store.copies.stock(holding.source.id) == Stock(
        {CopyState.COPIED: 2}, len(ONE) + len(TWO)
    )


def test_what_did_not_change_is_not_asked_for_again(holding: Holding) -> None:
    _, link = holding.file("a.csv", ONE, '"1"')
    holding.offer(a=[link])
    holding.copy()

    again = holding.copy()

    assert (again.state, again.result, len(holding.remote.seen)) == (RunState.SUCCEEDED, {}, 1)


def test_asked_for_in_full_an_unchanged_file_costs_a_304(holding: Holding) -> None:
    _, link = holding.file("a.csv", ONE, '"1"')
    holding.offer(a=[link])
    holding.copy()
    (before,) = holding.copies()

    run = holding.copy(full=True)

    (after,) = holding.copies()
    assert run.result == {"unchanged": 1}
    assert (after.blob, after.copied_at) == (before.blob, before.copied_at)
    assert after.checked_at > before.checked_at  # type: ignore[operator]  # both were checked
    assert holding.remote.seen[-1].headers["if-none-match"] == '"1"'
    assert holding.blobs() == {after.blob}


def test_the_same_bytes_under_another_etag_are_kept_once(holding: Holding) -> None:
    file, link = holding.file("a.csv", ONE, '"1"')
    holding.offer(a=[link])
    holding.copy()
    (before,) = holding.copies()
    file.etag = '"2"'

    run = holding.copy(full=True)

    (after,) = holding.copies()
    assert run.result == {"unchanged": 1}
    assert (after.blob, after.etag) == (before.blob, '"2"')
    assert holding.blobs() == {after.blob}


def test_without_validators_what_came_is_compared(holding: Holding) -> None:
    _, link = holding.file("a.csv", ONE)
    holding.offer(a=[link])
    holding.copy()

    assert holding.copy(full=True).result == {"unchanged": 1}
    assert holding.blobs() == {holding.copies()[0].blob}


def test_a_changed_file_takes_the_place_of_the_old_one(holding: Holding) -> None:
    file, link = holding.file("a.csv", ONE, '"1"')
    holding.offer(a=[link])
    holding.copy()
    file.content, file.etag = TWO, '"2"'

    run = holding.copy(full=True)

    (after,) = holding.copies()
    assert run.result == {"copied": 1, "bytes": len(TWO)}
    assert (holding.content(after), after.etag) == (TWO, '"2"')
    assert holding.blobs() == {after.blob}


def test_a_changed_record_has_its_files_asked_for(holding: Holding) -> None:
    file, link = holding.file("a.csv", ONE, '"1"')
    holding.offer(a=[link])
    holding.copy()
    file.content, file.etag = TWO, '"2"'
    holding.offer(a=[link, Link("https://a.test/", "about")])

    assert holding.copy().result == {"copied": 1, "bytes": len(TWO)}


def test_what_a_record_names_no_more_goes(holding: Holding) -> None:
    (_, first), (_, second) = holding.file("a.csv", ONE), holding.file("b.csv", TWO)
    holding.offer(a=[first, second])
    holding.copy()
    holding.offer(a=[second])

    holding.copy()
    holding.farm.assembly.watching.tidy()

    (left,) = holding.copies()
    assert holding.content(left) == TWO
    assert holding.blobs() == {left.blob}


def test_a_source_that_keeps_what_is_gone_keeps_its_files_too(holding: Holding) -> None:
    (_, first), (_, second) = holding.file("a.csv", ONE), holding.file("b.csv", TWO)
    holding.policies(keep_gone=True)
    holding.offer(a=[first, second])
    holding.copy()
    holding.offer(a=[second])

    holding.copy()

    assert [holding.content(each) for each in holding.copies()] == [ONE, TWO]


def test_an_address_that_is_signed_anew_is_the_same_file(holding: Holding) -> None:
    _, link = holding.file("a.csv", ONE, '"1"')
    holding.offer(a=[Link(f"{link.href}?sig=1", "enclosure")])
    holding.copy()
    holding.offer(a=[Link(f"{link.href}?sig=2", "enclosure")])

    run = holding.copy()

    (copy,) = holding.copies()
    assert (run.result, copy.wanted.href) == ({"unchanged": 1}, f"{link.href}?sig=2")


def test_only_the_chosen_ones_are_looked_at(holding: Holding) -> None:
    (_, first), (_, second) = holding.file("a.csv", ONE), holding.file("b.csv", TWO)
    holding.offer(a=[first], b=[second])
    number = holding.farm.resources(holding.source)["b"].id

    run = holding.copy(only=[number])

    assert run.result == {"copied": 1, "bytes": len(TWO)}
    assert holding.copies("a") == []


def test_copying_follows_from_a_harvest_once(holding: Holding) -> None:
    _, link = holding.file("a.csv", ONE)
    holding.offer(a=[link])
    store = holding.farm.assembly.store

    holding.farm.assembly.consequences.draw()

    (task,) = store.sources.attendants([holding.source.id])
    run = store.runs.get(task.last_run_id or "", tenant_id=None)
    assert (run.kind, run.state) == ("copy", RunState.QUEUED)
    assert holding.farm.finish(run).result == {"copied": 1, "bytes": len(ONE)}
    holding.farm.harvest(holding.source)
    holding.farm.assembly.consequences.draw()
    assert store.tasks.get(task.id, tenant_id=None).last_run_id == run.id, "nothing is there to be done"
