"""Following runs in the terminal: a progress bar each, with rate and time left, until all have ended."""

import threading
from collections.abc import Sequence

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, SpinnerColumn, Task, TextColumn
from rich.text import Text

from windrow.cli.local import Local
from windrow.core.following import follow
from windrow.model.identity import new_id
from windrow.model.runs import Level, Run, RunState

COLOURS = {
    RunState.SUCCEEDED: "green",
    RunState.PARTIAL: "yellow",
    RunState.FAILED: "red",
    RunState.CANCELLED: "magenta",
    RunState.SKIPPED: "dim",
}

SHOWN = frozenset({Level.WARNING, Level.ERROR})


class RateColumn(ProgressColumn):
    """Records per second so far."""

    def render(self, task: Task) -> Text:
        """`1,234/s`."""
        speed = task.finished_speed or task.speed
        return Text(f"{speed:,.0f}/s" if speed else "", style="progress.data.speed")


def follow_runs(local: Local, runs: Sequence[Run], console: Console) -> list[Run]:
    """Shows the runs' progress until they end; returns them as they ended. Ctrl-C cancels them first.

    Where no worker lives, this process carries them out itself.
    """
    carriers = [] if local.has_workers else [_Carrier(local, run) for run in runs]
    progress = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        RateColumn(),
        TextColumn("[dim]{task.fields[told]}"),
        console=console,
        refresh_per_second=8,
    )
    ended: dict[str, Run] = {}
    with progress:
        followers = [threading.Thread(target=_follow, args=(local, run, progress, ended), daemon=True) for run in runs]
        for thread in (*carriers, *followers):
            thread.start()
        try:
            for thread in followers:
                while thread.is_alive():
                    thread.join(0.2)
        except KeyboardInterrupt:
            for run in runs:
                local.assembly.windrow.runs.cancel(local.principal, run.id)
            for thread in followers:
                thread.join()
        for carrier in carriers:
            carrier.join()
    return [ended[run.id] for run in runs]


def _follow(local: Local, run: Run, progress: Progress, ended: dict[str, Run]) -> None:
    bar = progress.add_task(run.name, total=None, told=run.state.value)
    for event in follow(local.assembly.store, run.id, local.assembly.store.changes):
        if event is None:
            continue
        for entry in event.entries:
            if entry.level in SHOWN:
                progress.console.print(f"[dim]{run.name}[/dim] {entry.level.value}: {entry.message}", highlight=False)
        now = event.run
        progress.update(bar, total=now.progress.total, completed=now.progress.done, told=now.state.value)
        ended[run.id] = now
    end = ended[run.id]
    colour = COLOURS.get(end.state, "white")
    progress.update(bar, told=f"[{colour}]{end.state.value}[/{colour}]")


class _Carrier(threading.Thread):
    """Carries one run out in this process, beating for it meanwhile."""

    def __init__(self, local: Local, run: Run) -> None:
        super().__init__(name=f"carrier {run.id}", daemon=True)
        self._run = run
        self._assembly = local.assembly
        self._performer = local.assembly.performer(new_id())

    def run(self) -> None:
        """Claims the run and does it, as often as it takes until it has ended."""
        settings, store = self._assembly.settings, self._assembly.store
        stopped = threading.Event()
        beating = threading.Thread(target=self._beat, args=(stopped, settings.beat_seconds), daemon=True)
        beating.start()
        try:
            while not store.runs.get(self._run.id, tenant_id=None).state.is_terminal:
                store.runs.promote(self._assembly.clock())
                if not self._performer.perform(self._run.id):
                    stopped.wait(0.2)
        finally:
            stopped.set()
            beating.join()

    def _beat(self, stopped: threading.Event, every: float) -> None:
        while not stopped.wait(min(every, 1.0)):
            self._performer.beat()
