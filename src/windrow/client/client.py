"""The client: one attribute per word, one method per path of the native API."""

import time
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Any, Self

from windrow.client.connection import Connection
from windrow.wire import accounts, records, runs, sources
from windrow.wire.shapes import Count, ListOf

ENDED = frozenset({"succeeded", "partial", "failed", "cancelled", "skipped"})


class Client:
    """A signed-in client. Give an API token, or a user name and password. Safe to share between threads.

    Raises `ApiError` for what the server refuses and `Unreachable` when no answer comes.
    """

    def __init__(
        self,
        base_url: str = "http://localhost:8750",
        *,
        token: str | None = None,
        basic: tuple[str, str] | None = None,
        timeout: float = 60.0,
    ) -> None:
        self._connection = Connection(base_url, token=token, basic=basic, timeout=timeout)
        self.accounts = Accounts(self._connection)
        self.sources = Sources(self._connection)
        self.tasks = Tasks(self._connection)
        self.runs = Runs(self._connection)
        self.records = Records(self._connection)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Gives the connections back."""
        self._connection.close()


class _Word:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection


class Accounts(_Word):
    """Oneself, users, tokens, teams."""

    def me(self) -> accounts.Me:
        """Who is signed in."""
        return self._connection.get(accounts.Me, "/me")

    def change_password(self, old: str, new: str) -> None:
        """Gives oneself a new password; a one-time secret is exchanged this way."""
        change = accounts.PasswordChange(old_password=old, new_password=new)
        self._connection.call("PUT", "/me/password", change)

    def tokens(self) -> Sequence[accounts.Token]:
        """One's own tokens."""
        return self._connection.get(ListOf[accounts.Token], "/tokens").items

    def create_token(self, name: str, **more: Any) -> accounts.CreatedToken:
        """Makes a token; see `windrow.wire.accounts.NewToken`."""
        return self._connection.send(accounts.CreatedToken, "POST", "/tokens", accounts.NewToken(name=name, **more))

    def revoke_token(self, token_id: str) -> None:
        """Revokes a token."""
        self._connection.call("DELETE", f"/tokens/{token_id}")

    def users(self) -> Iterator[accounts.User]:
        """Users by name."""
        return self._connection.walk(accounts.User, "/users")

    def create_user(self, name: str, **more: Any) -> accounts.CreatedUser:
        """Makes a user; see `windrow.wire.accounts.NewUser`."""
        return self._connection.send(accounts.CreatedUser, "POST", "/users", accounts.NewUser(name=name, **more))

    def change_user(self, user_id: str, **change: Any) -> accounts.User:
        """Changes a user; see `windrow.wire.accounts.UserChange`."""
        return self._connection.send(accounts.User, "PATCH", f"/users/{user_id}", accounts.UserChange(**change))


class Sources(_Word):
    """Sources, their resources and held deletions."""

    def kinds(self) -> Sequence[sources.SourceKind]:
        """The kinds of source that are installed there."""
        return self._connection.get(ListOf[sources.SourceKind], "/source-kinds").items

    def detect(self, url: str, **more: Any) -> Sequence[sources.Detection]:
        """What speaks at a URL, the surest first."""
        look = sources.Look(url=url, **more)
        return self._connection.send(ListOf[sources.Detection], "POST", "/sources/detect", look).items

    def preview(self, **source: Any) -> sources.Preview:
        """The first records of a source that is not saved; see `windrow.wire.sources.SourceInput`."""
        return self._connection.send(sources.Preview, "POST", "/sources/preview", sources.SourceInput(**source))

    def list(self) -> Iterator[sources.Source]:
        """All sources."""
        return self._connection.walk(sources.Source, "/sources")

    def create(self, **source: Any) -> sources.Source:
        """Registers a source; see `windrow.wire.sources.SourceInput`."""
        return self._connection.send(sources.Source, "POST", "/sources", sources.SourceInput(**source))

    def get(self, source_id: int) -> sources.Source:
        """One source."""
        return self._connection.get(sources.Source, f"/sources/{source_id}")

    def change(self, source_id: int, **change: Any) -> sources.Source:
        """Changes a source; see `windrow.wire.sources.SourceChange`."""
        body = sources.SourceChange(**change)
        return self._connection.send(sources.Source, "PATCH", f"/sources/{source_id}", body)

    def delete(self, source_id: int) -> None:
        """Deletes a source with its records."""
        self._connection.call("DELETE", f"/sources/{source_id}")

    def harvest(self, source_id: int, *, full: bool = False) -> runs.Run:
        """Starts a harvest."""
        body = sources.Harvest(full=full)
        return self._connection.send(runs.Run, "POST", f"/sources/{source_id}/harvest", body)

    def diff(self, source_id: int, **change: Any) -> runs.Run:
        """Starts a run that finds out what a change would do."""
        return self._connection.send(runs.Run, "POST", f"/sources/{source_id}/diff", sources.SourceChange(**change))

    def runs(self, source_id: int) -> Iterator[runs.Run]:
        """A source's runs, newest first."""
        return self._connection.walk(runs.Run, f"/sources/{source_id}/runs")

    def resources(self, source_id: int, **which: Any) -> Iterator[sources.Resource]:
        """A source's resources; narrow by presence, outcome, wanted, q."""
        return self._connection.walk(sources.Resource, f"/sources/{source_id}/resources", **which)

    def want(self, source_id: int, *, wanted: bool, ids: Sequence[int] | None = None) -> int:
        """Says which resources belong in the catalogue; without ids, all of them."""
        body = sources.Want(wanted=wanted, **_selection(ids))
        return self._connection.send(Count, "POST", f"/sources/{source_id}/resources/want", body).changed

    def retry_quarantined(self, source_id: int, ids: Sequence[int] | None = None) -> int:
        """Has quarantined resources read again at the next harvest."""
        body = sources.Selection(**_selection(ids))
        return self._connection.send(Count, "POST", f"/sources/{source_id}/resources/retry", body).changed

    def restore(self, source_id: int, ids: Sequence[int] | None = None) -> int:
        """Undoes deletions within their grace time."""
        body = sources.Selection(**_selection(ids))
        return self._connection.send(Count, "POST", f"/sources/{source_id}/resources/restore", body).changed

    def reviews(self, source_id: int) -> Iterator[sources.Review]:
        """Held deletions, newest first."""
        return self._connection.walk(sources.Review, f"/sources/{source_id}/reviews")

    def decide(self, source_id: int, review_id: int, *, approve: bool) -> sources.Review:
        """Lets a held deletion through, or refuses it."""
        body = sources.Decision(approve=approve)
        return self._connection.send(sources.Review, "POST", f"/sources/{source_id}/reviews/{review_id}", body)


class Tasks(_Word):
    """Tasks."""

    def list(self, *, kind: str | None = None) -> Iterator[runs.Task]:
        """Tasks, newest first."""
        return self._connection.walk(runs.Task, "/tasks", kind=kind)

    def create(self, **task: Any) -> runs.Task:
        """Makes a task; see `windrow.wire.runs.TaskInput`."""
        return self._connection.send(runs.Task, "POST", "/tasks", runs.TaskInput(**task))

    def get(self, task_id: str) -> runs.Task:
        """One task."""
        return self._connection.get(runs.Task, f"/tasks/{task_id}")

    def change(self, task_id: str, **change: Any) -> runs.Task:
        """Changes a task; see `windrow.wire.runs.TaskChange`."""
        return self._connection.send(runs.Task, "PATCH", f"/tasks/{task_id}", runs.TaskChange(**change))

    def delete(self, task_id: str) -> None:
        """Deletes a task with its runs."""
        self._connection.call("DELETE", f"/tasks/{task_id}")

    def start(self, task_id: str, **start: Any) -> runs.Run:
        """Runs a task now, or `at` a moment."""
        return self._connection.send(runs.Run, "POST", f"/tasks/{task_id}/start", runs.Start(**start))


class Runs(_Word):
    """Runs, and the workers that carry them."""

    def list(self, *, state: Sequence[str] | None = None, **which: Any) -> Iterator[runs.Run]:
        """Runs, newest first; narrow by state, task_id, kind."""
        return self._connection.walk(runs.Run, "/runs", state=state, **which)

    def get(self, run_id: str) -> runs.Run:
        """One run."""
        return self._connection.get(runs.Run, f"/runs/{run_id}")

    def cancel(self, run_id: str) -> runs.Run:
        """Asks a run to stop."""
        return self._connection.send(runs.Run, "POST", f"/runs/{run_id}/cancel")

    def delete(self, run_id: str) -> None:
        """Deletes an ended run."""
        self._connection.call("DELETE", f"/runs/{run_id}")

    def follow(self, run_id: str) -> Iterator[runs.Run | runs.LogEntry]:
        """The run as it goes on, and its new log entries, until it ends."""
        for name, data in self._connection.events(f"/runs/{run_id}/events"):
            yield runs.Run.model_validate(data) if name == "run" else runs.LogEntry.model_validate(data)

    def wait(self, run_id: str, *, timeout: float | None = None) -> runs.Run:
        """Waits until a run has ended. Raises `TimeoutError` after `timeout` seconds."""
        end = None if timeout is None else time.monotonic() + timeout
        run = self.get(run_id)
        while run.state not in ENDED:
            if end is not None and time.monotonic() > end:
                raise TimeoutError(f"run {run_id} is still {run.state}")
            time.sleep(0.1)
            run = self.get(run_id)
        return run

    def log(self, run_id: str, *, level: str | None = None) -> Iterator[runs.LogEntry]:
        """A run's log, oldest first."""
        return self._connection.walk(runs.LogEntry, f"/runs/{run_id}/log", level=level)

    def parts(self, run_id: str, *, state: Sequence[str] | None = None) -> Iterator[runs.Part]:
        """A run's parts."""
        return self._connection.walk(runs.Part, f"/runs/{run_id}/parts", state=state)

    def outputs(self, run_id: str) -> Sequence[runs.Output]:
        """The files that a run made."""
        return self._connection.get(ListOf[runs.Output], f"/runs/{run_id}/outputs").items

    def read_output(self, run_id: str, name: str) -> Iterator[bytes]:
        """A file, piece by piece."""
        return self._connection.stream(f"/runs/{run_id}/outputs/{name}")

    def workers(self) -> Sequence[runs.Worker]:
        """The living processes."""
        return self._connection.get(ListOf[runs.Worker], "/workers").items

    def inspect(self) -> runs.Inspection:
        """What each worker does, and what waits."""
        return self._connection.get(runs.Inspection, "/inspection")

    def drain(self, worker_id: str) -> None:
        """Asks a worker to finish what it has and go."""
        self._connection.call("POST", f"/workers/{worker_id}/drain")


class Records(_Word):
    """The catalogue."""

    def search(self, **search: Any) -> Iterator[records.Record]:
        """All records that match; narrow by q, bbox, start, end, keyword, type, source, standard, collection; sort."""
        return self._connection.walk(records.Record, "/records", **_search(search))

    def count(self, **search: Any) -> int:
        """How many match."""
        page = self._connection.get(records.Records, "/records", **_search(search), count=True, limit=1)
        return page.matched or 0

    def get(self, record_id: int) -> records.Record:
        """One record."""
        return self._connection.get(records.Record, f"/records/{record_id}")

    def document(self, record_id: int) -> bytes:
        """A record's raw document as it came."""
        return b"".join(self._connection.stream(f"/records/{record_id}/document"))

    def export(self, form: str, **search: Any) -> Iterator[bytes]:
        """All that matches as `geojsonl`, `csv` or `geoparquet`, piece by piece."""
        return self._connection.stream("/records/export", format=form, **_search(search))


def _selection(ids: Sequence[int] | None) -> dict[str, Any]:
    return {"all": True} if ids is None else {"ids": list(ids)}


def _search(search: dict[str, Any]) -> dict[str, Any]:
    bbox = search.get("bbox")
    return search if bbox is None else {**search, "bbox": ",".join(str(number) for number in bbox)}
