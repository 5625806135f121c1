"""Copying from remotes that break off, lie, go on for ever or give something else; and what is left after a crash."""

import threading
import time
from dataclasses import replace
from typing import Any

import pytest

from tests.core.copying.conftest import COPIES, Holding
from tests.harvests.farm import wait_for
from tests.remotes.files import RemoteFile
from tests.remotes.scripts import Script, drip, hang_in_body, html_page, large, redirect, reply, status
from windrow.errors import StoreUnavailable
from windrow.model.copies import Copy, Copying, CopyState
from windrow.model.records import Link
from windrow.model.runs import RunState

CONTENT = bytes(range(250)) * 2000


def ranges(holding: Holding, path: str = "/a.csv") -> list[str]:
    return [each.headers.get("range", "") for each in holding.remote.asked(path)]


def only(holding: Holding) -> Copy:
    (copy,) = holding.copies()
    return copy


def drafts(holding: Holding) -> list[str]:
    folder = holding.farm.assembly.settings.data / "blobs" / "drafts"
    return sorted(each.suffix for each in folder.iterdir()) if folder.exists() else []


def offer(holding: Holding, *scripts: Script, path: str = "/a.csv") -> None:
    """A record whose one file is answered so."""
    holding.offer(a=[Link(holding.remote.on(path, *scripts), "enclosure")])


def test_what_was_cut_off_is_gone_on_with(holding: Holding) -> None:
    _, link = holding.file("a.csv", CONTENT, '"1"', cuts=[200_000, 150_000])
    holding.offer(a=[link])

    run = holding.copy()

    assert (run.state, run.result) == (RunState.SUCCEEDED, {"copied": 1, "bytes": len(CONTENT)})
    assert ranges(holding) == ["", "bytes=200000-", "bytes=350000-"]
    assert holding.content(only(holding)) == CONTENT
    assert drafts(holding) == []


def test_the_next_run_goes_on_where_the_last_one_failed(holding: Holding) -> None:
    _, link = holding.file("a.csv", CONTENT, '"1"', cuts=[100_000, 100_000, 100_000])
    holding.offer(a=[link])

    run = holding.copy()

    failed = only(holding)
    assert (run.state, run.result, failed.state) == (RunState.FAILED, {"failed": 1}, CopyState.FAILED)
    assert (failed.attempts, "cut off" in failed.problem) == (3, True)
    assert holding.copy().state is RunState.SUCCEEDED
    assert ranges(holding)[-1] == "bytes=300000-"
    assert (holding.content(only(holding)), only(holding).problem) == (CONTENT, "")


def test_a_remote_without_ranges_gives_it_all_again(holding: Holding) -> None:
    _, link = holding.file("a.csv", CONTENT, '"1"', cuts=[200_000], ranges=False)
    holding.offer(a=[link])

    assert holding.copy().state is RunState.SUCCEEDED
    assert ranges(holding) == ["", "bytes=200000-"]
    assert holding.content(only(holding)) == CONTENT


def test_without_validators_it_begins_anew(holding: Holding) -> None:
    _, link = holding.file("a.csv", CONTENT, cuts=[200_000])
    holding.offer(a=[link])

    assert holding.copy().state is RunState.SUCCEEDED
    assert ranges(holding) == ["", ""]
    assert holding.content(only(holding)) == CONTENT


@pytest.mark.parametrize("if_range", [True, False])
def test_a_file_that_changed_between_is_no_mixture(holding: Holding, if_range: bool) -> None:
    file, link = holding.file("a.csv", CONTENT, '"1"', cuts=[100_000] * 3, if_range=if_range)
    holding.offer(a=[link])
    holding.copy()
    file.content, file.etag = CONTENT[::-1], '"2"'

    assert holding.copy().state is RunState.SUCCEEDED
    assert (holding.content(only(holding)), only(holding).etag) == (CONTENT[::-1], '"2"')


@pytest.mark.parametrize("announced", [True, False])
def test_what_is_too_large_is_left(holding: Holding, announced: bool) -> None:
    holding.policies(largest_copy=1_000_000)
    offer(holding, large(50_000_000, announced=announced))

    run = holding.copy()

    assert (run.state, run.result) == (RunState.SUCCEEDED, {"too_large": 1})
    assert (only(holding).state, only(holding).blob) == (CopyState.TOO_LARGE, "")
    assert (drafts(holding), holding.copy().result) == ([], {}), "it is not tried again before something changes"
    holding.policies(largest_copy=100_000_000)
    assert holding.copy().result == {"copied": 1, "bytes": 50_000_000}


def test_what_has_no_end_is_left(holding: Holding) -> None:
    holding.policies(largest_copy=5_000_000)
    offer(holding, large(1 << 40, announced=False))

    assert holding.copy().result == {"too_large": 1}


def test_more_than_a_source_may_have_is_left(holding: Holding) -> None:
    holding.policies(copy_budget=len(CONTENT) + 100)
    (_, first), (_, second) = holding.file("a.csv", CONTENT), holding.file("b.csv", CONTENT)
    holding.offer(a=[first, second])

    run = holding.copy()

    assert run.result == {"copied": 1, "bytes": len(CONTENT), "too_large": 1}
    assert "100" not in holding.copies()[0].problem
    assert len(holding.blobs()) == 1


@pytest.mark.parametrize(("announced", "state"), [(len(CONTENT) + 10, RunState.FAILED), (1000, RunState.SUCCEEDED)])
def test_a_wrong_length_is_believed(holding: Holding, announced: int, state: RunState) -> None:
    _, link = holding.file("a.csv", CONTENT, announced=announced)
    holding.offer(a=[link])

    assert holding.copy().state is state


PAGES: dict[str, Script] = {
    "as a page": html_page(),
    "as bytes": reply(b"\xef\xbb\xbf \n<!DOCTYPE html><title>Sign in</title>", media_type="application/octet-stream"),
    "an error report": reply(b'<?xml version="1.0"?><ows:ExceptionReport/>', media_type="application/xml"),
    "compressed": reply(b"\x1f\x8b", media_type="text/csv", headers={"Content-Encoding": "gzip"}),
}


@pytest.mark.parametrize("page", PAGES)
def test_what_is_no_file_is_refused(holding: Holding, page: str) -> None:
    offer(holding, PAGES[page])

    run = holding.copy()

    assert (run.state, run.result) == (RunState.SUCCEEDED, {"refused": 1})
    assert (only(holding).state, only(holding).problem != "") == (CopyState.REFUSED, True)
    assert (drafts(holding), holding.blobs()) == ([], set())


def test_another_format_than_those_wanted_is_refused(holding: Holding) -> None:
    offer(holding, reply(b"GRIB", media_type="application/grib"), path="/download")

    holding.copy()

    assert (only(holding).state, "application/grib" in only(holding).problem) == (CopyState.REFUSED, True)


def test_a_way_to_a_forbidden_address_is_refused(holding: Holding) -> None:
    offer(holding, redirect("http://169.254.169.254/secret.csv"))

    assert holding.copy().result == {"refused": 1}


def test_validators_that_cannot_be_sent_back_are_not(holding: Holding) -> None:
    _, link = holding.file("a.csv", CONTENT, '"gr\xfc\xdfe"', cuts=[100_000])
    holding.offer(a=[link])

    assert holding.copy().state is RunState.SUCCEEDED
    assert holding.copy(full=True).result == {"unchanged": 1}
    assert ranges(holding) == ["", "", ""]


def test_one_that_fails_stops_no_other(holding: Holding) -> None:
    (_, good), bad = holding.file("b.csv", CONTENT), Link(holding.remote.url("/a.csv"), "enclosure")
    holding.offer(a=[bad, good], b=[good])

    run = holding.copy()

    assert run.state is RunState.PARTIAL
    assert run.result == {"copied": 2, "bytes": 2 * len(CONTENT), "failed": 1}
    assert [each.state for each in holding.copies()] == [CopyState.FAILED, CopyState.COPIED]
    assert "404" in holding.copies()[0].problem


def test_what_can_no_more_be_brought_up_to_date_is_kept(holding: Holding) -> None:
    _, link = holding.file("a.csv", CONTENT, '"1"')
    holding.offer(a=[link])
    holding.copy()
    holding.remote.answer("/a.csv", lambda seen: status(404))

    holding.copy(full=True)

    assert (only(holding).state, holding.content(only(holding))) == (CopyState.FAILED, CONTENT)


@pytest.mark.parametrize("script", [hang_in_body(b"x" * 1000), drip(b"x" * 100_000, 0.01)])
def test_a_cancel_takes_effect_in_the_middle_of_a_file(holding: Holding, script: Script) -> None:
    offer(holding, script)
    holding.farm.assembly.fetcher_maker.changes = {"read_timeout": 60}  # type: ignore[attr-defined]  # the farm's maker
    run = holding.start()
    worker = threading.Thread(target=holding.farm.finish, args=(run,))
    worker.start()
    wait_for(lambda: len(holding.remote.seen) == 1)

    asked = time.monotonic()
    holding.farm.assembly.windrow.runs.cancel(holding.farm.principal, run.id)
    worker.join(20)

    assert time.monotonic() - asked < 2
    assert holding.farm.run(run.id).state is RunState.CANCELLED


def test_a_crash_between_file_and_row_leaves_neither_a_loss_nor_litter(
    holding: Holding, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, link = holding.file("a.csv", CONTENT, '"1"')
    holding.offer(a=[link])
    holding.copy()
    before = only(holding)
    file.content, file.etag = CONTENT[::-1], '"2"'
    copies, keep, crashes = holding.farm.assembly.store.copies, holding.farm.assembly.store.copies.keep, [1]

    def crash(*arguments: Any, **named: Any) -> bool:
        if crashes:
            crashes.pop()
            assert (holding.content(only(holding)), len(holding.blobs())) == (CONTENT, 2)
            raise StoreUnavailable("the plug was pulled")
        return keep(*arguments, **named)

    monkeypatch.setattr(copies, "keep", crash)

    assert holding.copy(full=True).state is RunState.SUCCEEDED
    after = only(holding)
    assert holding.content(after) == CONTENT[::-1]
    assert before.blob not in holding.blobs()
    holding.farm.assembly.watching.tidy()
    assert len(holding.blobs()) == 2, "the one that was lost may still come to be named"
    holding.farm.clock.jump(hours=7)
    holding.farm.assembly.watching.tidy()
    assert holding.blobs() == {after.blob}


def test_with_its_source_all_files_go(holding: Holding) -> None:
    (_, first), (_, second) = holding.file("a.csv", CONTENT), holding.file("b.csv", CONTENT)
    holding.offer(a=[first], b=[second])
    holding.copy()
    assert len(holding.blobs()) == 2

    holding.farm.assembly.windrow.sources.delete(holding.farm.principal, holding.source.id)

    assert holding.blobs() == set()
    holding.farm.assembly.watching.tidy()
    store = holding.farm.assembly.store.copies
    assert store.doomed(announced_before=holding.farm.clock(), limit=10) == []


def test_with_a_purged_record_its_files_go(holding: Holding) -> None:
    holding.policies(guard_share=1.0)
    (_, first), (_, second) = holding.file("a.csv", CONTENT), holding.file("b.csv", CONTENT[::-1])
    holding.offer(a=[first], b=[second])
    holding.copy()
    holding.offer(a=[first])
    assert len(holding.blobs()) == 2, "what is deleted can be brought back for a while"

    holding.farm.clock.jump(days=40)
    holding.farm.assembly.watching.tidy()

    assert holding.blobs() == {only(holding).blob}


def test_credentials_go_to_their_own_origin_only(holding: Holding, other_remote: Any) -> None:
    from windrow.model.sources import Credential, CredentialKind

    sources, principal = holding.farm.assembly.windrow.sources, holding.farm.principal
    draft = sources.view(principal, holding.source.id).draft
    sources.change(principal, holding.source.id, replace(draft, credential=Credential(CredentialKind.BEARER, "s3cret")))
    _, own = holding.file("a.csv", CONTENT)
    foreign = Link(RemoteFile(CONTENT).on(other_remote, "/b.csv"), "enclosure")
    holding.offer(a=[own, foreign])

    assert holding.copy().result["copied"] == 2
    assert holding.remote.asked("/a.csv")[0].headers["authorization"] == "Bearer s3cret"
    assert "authorization" not in other_remote.seen[0].headers


def test_switched_off_nothing_is_begun(holding: Holding) -> None:
    run = holding.start()
    holding.policies(copying=Copying.NONE)

    ended = holding.farm.finish(run)

    assert (ended.state, ended.progress.message) == (RunState.SUCCEEDED, "copying is switched off for this source")
    assert COPIES.copying is Copying.DATA


def test_many_files_come_in_many_parts(holding: Holding, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("windrow.core.copying.kind.ASKED_AT_ONCE", 7)
    monkeypatch.setattr("windrow.core.copying.kind.BATCH", 3)
    _, link = holding.file("a.csv", b"a,b\n", '"1"')
    holding.offer(**{f"r{number}": [Link(f"{link.href}?n={number}", "enclosure")] for number in range(40)})

    run = holding.copy()

    assert run.result == {"copied": 40, "bytes": 160}
    parts = holding.farm.assembly.store.runs.list_parts(run.id, states=None, limit=100).items
    assert [len(each.key["resources"]) for each in parts] == [3, 3, 1] * 5 + [3, 2]
