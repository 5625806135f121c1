"""Following runs in the terminal: a progress bar each, with rate and time left, until all have ended."""

import os
import sys
import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, SpinnerColumn, Task, TextColumn
from rich.text import Text

from windrow.cli.answers import STYLES, print_json, print_line, span, tell
from windrow.cli.exits import Exit
from windrow.cli.local import Local
from windrow.errors import StoreUnavailable, WindrowError
from windrow.model.identity import new_id
from windrow.model.runs import Level, Run

if TYPE_CHECKING:
    from windrow.core.performing import Performer

SHOWN = frozenset({Level.WARNING, Level.ERROR})
LOOK_EVERY = 0.2


class RateColumn(ProgressColumn):
    """Records per second so far."""

    def render(self, task: Task) -> Text:
        """`1,234/s`."""
        speed = task.finished_speed or task.speed
        return Text(f"{speed:,.0f}/s" if speed else "", style="progress.data.speed")


def follow_runs(local: Local, runs: Sequence[Run], *, watch: bool = False) -> list[Run]:
    """Shows the runs' progress on standard error until they end; returns them as they ended.

    Where no worker lives, this process carries them out itself; Ctrl-C cancels them, and goes on its way when they
    have ended. Who wants to `watch` only does neither. Raises what kept a run from being followed.
    """
    carriers = [] if watch else [_Carrier(local, run) for run in runs]
    interrupted = False
    with _progress() as progress:
        followers = [_Follower(local, run, progress) for run in runs]
        for thread in (*carriers, *followers):
            thread.start()
        try:
            _wait(followers)
        except KeyboardInterrupt:
            if watch:
                raise
            interrupted = True
            _cancel(local, runs, followers)
        finally:
            for carrier in carriers:
                carrier.release()
    for carrier in carriers:
        carrier.join()
    if interrupted:
        raise KeyboardInterrupt
    return [follower.end() for follower in followers]


def start_detached(local: Local, run: Run, *, as_json: bool) -> None:
    """Says that a run waits for a worker; warns when there is none."""
    if as_json:
        print_json(run)
    else:
        print_line(f"Run {run.id} is {run.state.value}; windrow runs follow {run.id} shows it.")
    if not local.has_workers:
        tell("No worker is alive to do it: start one with windrow up.", "yellow")


def _progress() -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        RateColumn(),
        TextColumn("[dim]{task.fields[told]}"),
        console=Console(stderr=True),
        refresh_per_second=8,
    )


def _wait(followers: Sequence["_Follower"]) -> None:
    for thread in followers:
        while thread.is_alive():
            thread.join(LOOK_EVERY)


def _cancel(local: Local, runs: Sequence[Run], followers: Sequence["_Follower"]) -> None:
    try:
        for run in runs:
            local.windrow.runs.cancel(local.principal, run.id)
        _wait(followers)
    except KeyboardInterrupt:
        # Asked twice: leave at once. The lease runs out, and the next harvest goes on from the last page.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(Exit.INTERRUPTED)


class _Follower(threading.Thread):
    """Moves one run's bar until it has ended."""

    def __init__(self, local: Local, run: Run, progress: Progress) -> None:
        super().__init__(name=f"follower {run.id}", daemon=True)
        self._local, self._run, self._progress = local, run, progress
        self._error: WindrowError | None = None
        self._steps: dict[str, _Follower] = {}

    def end(self) -> Run:
        """The run as it ended. Raises what kept it from being followed."""
        if self._error is not None:
            raise self._error
        return self._run

    def run(self) -> None:
        """Shows each change as soon as it is committed."""
        try:
            self._follow()
        except WindrowError as error:
            self._error = error

    def _follow(self) -> None:
        from windrow.core.following import follow

        store, progress = self._local.assembly.store, self._progress
        bar = progress.add_task(escape(self._run.name), total=None, told=self._run.state.value)
        for event in follow(store, self._run.id, store.changes):
            if event is None:
                continue
            for entry in event.entries:
                if entry.level in SHOWN:
                    told = Text.assemble((event.run.name, "dim"), f" {entry.level.value}: {entry.message}")
                    progress.console.print(told, soft_wrap=True)
            now = self._run = event.run
            self._follow_steps()
            progress.update(bar, total=now.progress.total, completed=now.progress.done, told=self._told(now))
        for each in self._steps.values():
            each.join()
        state = self._run.state.value
        progress.update(bar, told=f"[{STYLES.get(state, 'white')}]{state}[/]")

    def _follow_steps(self) -> None:
        """Shows the runs that this one has begun, or waits for, beneath it."""
        for step in self._local.windrow.steps.of(self._local.principal, self._run.id):
            if step.run is not None and step.name not in self._steps:
                name = f"  {step.name}: {step.run.name}"[:60]
                self._steps[step.name] = _Follower(self._local, replace(step.run, name=name), self._progress)
                self._steps[step.name].start()

    def _told(self, run: Run) -> str:
        remaining = run.remaining(self._local.now)
        return run.state.value if remaining is None else f"{span(remaining.total_seconds())} left"


class _Carrier(threading.Thread):
    """Carries one run out in this process while nobody else does, beating for it meanwhile."""

    def __init__(self, local: Local, run: Run) -> None:
        super().__init__(name=f"carrier {run.id}", daemon=True)
        self._run = run
        self._local = local
        self._released = threading.Event()

    def release(self) -> None:
        """Nobody waits for the run any longer: begin nothing more."""
        self._released.set()

    def run(self) -> None:
        """Claims the run and does it, as often as it takes until it has ended."""
        performer: Performer | None = None
        while not self._released.is_set():
            try:
                if not self._has_ended() and not self._local.has_workers:
                    performer = performer or self._performer()
                    self._carry(performer)
            except StoreUnavailable:
                pass  # the follower tells it; where it comes back, this goes on
            except WindrowError:
                return
            self._released.wait(LOOK_EVERY)

    def _performer(self) -> "Performer":
        performer = self._local.assembly.performer(new_id())
        performer.queues = (self._run.queue,)
        return performer

    def _has_ended(self) -> bool:
        return self._local.assembly.store.runs.get(self._run.id, tenant_id=None).state.is_terminal

    def _carry(self, performer: "Performer") -> None:
        runs = self._local.assembly.store.runs
        runs.promote(self._local.now)
        runs.sweep(self._local.now)  # what a killed process left behind: no clock lives that would
        stopped = threading.Event()
        beating = threading.Thread(target=self._beat, args=(performer, stopped), daemon=True)
        beating.start()
        try:
            if runs.steps(self._run.id):
                self._local.assembly.consequences.draw()  # what a clock would do, if one lived
            if not performer.perform(self._run.id) and not self._carry_steps(performer, self._run.id):
                for carry_out in performer.take_parts(1):
                    carry_out()
        finally:
            stopped.set()
            beating.join()

    def _carry_steps(self, performer: "Performer", run_id: str) -> bool:
        """Does what the run waits for; whether there was anything to do."""
        store = self._local.assembly.store.runs
        going = [each.child_id for each in store.steps(run_id) if each.child_id is not None and each.goes_on]
        for child in store.get_many(going).values():
            performer.queues = tuple(dict.fromkeys((*performer.queues, child.queue)))
            if performer.perform(child.id) or self._carry_steps(performer, child.id):
                return True
        return False

    def _beat(self, performer: "Performer", stopped: threading.Event) -> None:
        every = min(self._local.assembly.settings.beat_seconds, 1.0)
        while not stopped.wait(every):
            try:
                performer.beat()
            except StoreUnavailable:
                continue  # the lease tells; what is still written is fenced
