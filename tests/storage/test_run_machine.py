"""Whatever people, clocks and workers do to runs, and in whatever order: the database agrees with a plain model."""

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.storage.run_machine import RunMachine
from windrow.storage.database import Database
from windrow.storage.runs import SqlRuns


def test_any_order_of_events_leaves_what_the_model_says(database: Database, runs: SqlRuns) -> None:
    class Machine(RunMachine):
        pass

    Machine.database = database
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=60 if database.is_sqlite else 25,
            stateful_step_count=50,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.generate,),  # to make a failing order shorter takes minutes
        ),
    )
