"""Checks: whether a source would answer, and what is kept of that."""

from tests.harvests.farm import Farm
from tests.harvests.protocols import OaiServer
from tests.harvests.shelf import Shelf
from tests.remotes.server import Remote
from windrow.errors import RemoteStatus
from windrow.model.availability import Span
from windrow.model.runs import RunState
from windrow.model.sources import Source
from windrow.ports.source_kinds import Opening, Reading


def check(farm: Farm, source: Source) -> dict[str, object]:
    run = farm.finish(farm.assembly.windrow.sources.check(farm.principal, source.id))
    assert run.state is RunState.SUCCEEDED
    return dict(run.result)


def spans(farm: Farm, source: Source) -> list[Span]:
    return list(farm.assembly.windrow.sources.availability(farm.principal, source.id).items)


def test_a_source_that_answers_and_one_that_does_not(farm: Farm, remote: Remote) -> None:
    there, away = farm.add("oai_pmh", OaiServer(remote).url), farm.add("oai_pmh", "http://127.0.0.1:9/oai")
    assert farm.look_at(there).available is None

    assert check(farm, there)["available"] is True
    problem = check(farm, away)["problem"]

    assert (farm.look_at(there).available, farm.look_at(away).available) == (True, False)
    (span,) = spans(farm, away)
    assert (span.available, span.problem, span.checks) == (False, problem, 1)
    assert farm.look_at(away).checked_at == span.until


def test_what_is_said_again_lengthens_the_span(farm: Farm, remote: Remote) -> None:
    server = OaiServer(remote)
    source = farm.add("oai_pmh", server.url)
    for _ in range(3):
        check(farm, source)
        farm.clock.jump(minutes=10)
    (span,) = spans(farm, source)
    assert (span.available, span.checks) == (True, 3)
    assert 19 * 60 < (span.until - span.since).total_seconds() < 25 * 60


def test_a_kind_that_asks_nothing_to_begin_is_asked_for_its_first_page(farm: Farm, shelf: Shelf) -> None:
    shelf.pages = {"1": RemoteStatus("It answered 503.", status=503)}
    source = farm.add("shelf")

    assert check(farm, source)["available"] is False
    shelf.pages = {"1": Reading()}
    assert check(farm, source)["available"] is True
    assert [each.available for each in spans(farm, source)] == [True, False]


def test_a_check_neither_waits_for_a_harvest_nor_changes_what_it_knows(farm: Farm, shelf: Shelf) -> None:
    shelf.opening = Opening(())
    shelf.put("a")
    source = farm.add("shelf")
    harvest = farm.start(source)

    assert check(farm, source)["available"] is True

    assert farm.run(harvest.id).state is RunState.QUEUED
    farm.finish(harvest)
    assert farm.look_at(source).last_run_id == harvest.id
