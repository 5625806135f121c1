"""Lists of runs show what a plain filter would, newest first, whatever the size of the page."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.storage.making import NOW, OTHER_TENANT, TASK, TENANT, a_run, add_basics, add_task
from windrow.errors import BadInput
from windrow.model.identity import new_id
from windrow.model.runs import Run, RunState
from windrow.ports.runs import RunFilter
from windrow.storage.database import Database
from windrow.storage.runs import SqlRuns

OTHER_TASK = "00000000-0000-7000-8000-0000000000aa"

filters = st.builds(
    RunFilter,
    tenant_id=st.sampled_from([None, TENANT, OTHER_TENANT]),
    states=st.none() | st.frozensets(st.sampled_from(RunState), max_size=4),
    task_id=st.sampled_from([None, TASK, OTHER_TASK, new_id()]),
    kind=st.sampled_from([None, "harvest", "report", "unknown"]),
) | st.builds(
    RunFilter,
    tenant_id=st.none(),
    states=st.none() | st.frozensets(st.sampled_from(RunState), max_size=4),
    task_ids=st.sampled_from([(TASK,), (TASK, OTHER_TASK), (OTHER_TASK, new_id())]),
)


@pytest.fixture
def made(database: Database) -> list[Run]:
    """Runs of two tasks of two tenants and kinds, in all states."""
    add_basics(database)
    with database.write() as connection:
        add_task(connection, OTHER_TASK, tenant_id=OTHER_TENANT, kind="report")
    other = {"task_id": OTHER_TASK, "tenant_id": OTHER_TENANT, "kind": "report"}
    made = [
        a_run(state=state, ended_at=NOW if state.is_terminal else None, **changes)
        for state in RunState
        for changes in ({}, {}, other)
    ]
    SqlRuns(database).add(made)
    return made


def test_a_list_is_what_a_plain_filter_says(database: Database, made: list[Run]) -> None:
    runs = SqlRuns(database)

    @settings(deadline=None)
    @given(which=filters, limit=st.integers(1, 7))
    def check(which: RunFilter, limit: int) -> None:
        expected = [run.id for run in sorted(made, key=lambda run: run.id, reverse=True) if fits(run, which)]

        seen: list[str] = []
        page = runs.page(which, limit=limit)
        seen += [run.id for run in page.items]
        while page.next is not None:
            assert len(page.items) == limit
            page = runs.page(which, limit=limit, cursor=page.next)
            seen += [run.id for run in page.items]

        assert seen == expected

    check()


def fits(run: Run, which: RunFilter) -> bool:
    return (
        which.tenant_id in (None, run.tenant_id)
        and (which.states is None or run.state in which.states)
        and which.task_id in (None, run.task_id)
        and which.kind in (None, run.kind)
        and (not which.task_ids or run.task_id in which.task_ids)
    )


def test_active_runs_are_counted_by_state(database: Database, made: list[Run]) -> None:
    runs = SqlRuns(database)
    active = [state for state in RunState if not state.is_terminal]

    assert runs.count_by_state(None) == dict.fromkeys(active, 3)
    assert runs.count_by_state(TENANT) == dict.fromkeys(active, 2)
    assert runs.count_by_state(new_id()) == {}


@pytest.mark.parametrize("cursor", ["", "nonsense!", "WzFd", "W10", "WyJhIiwiYiJd"])
def test_a_cursor_of_no_list_is_refused(runs: SqlRuns, cursor: str) -> None:
    with pytest.raises(BadInput):
        runs.page(RunFilter(None), limit=5, cursor=cursor)


@pytest.mark.parametrize("limit", [0, -1, 1001])
def test_a_page_of_no_size_is_refused(runs: SqlRuns, limit: int) -> None:
    with pytest.raises(BadInput):
        runs.page(RunFilter(None), limit=limit)
