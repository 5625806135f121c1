"""Reports are made of what ran, kept with their run, and sent until they arrive."""

import base64
import csv
from datetime import timedelta
from io import StringIO

from tests.core.notifying.receiver import Receiver, receiving_mail
from tests.harvests.farm import Farm
from tests.harvests.shelf import Shelf
from windrow.core.runs import TaskDraft
from windrow.model.reports import Subject
from windrow.model.runs import Run, RunState
from windrow.model.tasks import Retry

ONCE = Retry()


def make(farm: Farm, report: str = "run_history", retry: Retry = ONCE, **parameters: object) -> Run:
    """A report of the days around now, made and sent."""
    return farm.finish(start(farm, report, retry, **parameters))


def start(farm: Farm, report: str = "run_history", retry: Retry = ONCE, **parameters: object) -> Run:
    """The same, that is still to be made."""
    today = farm.clock().date()
    span = {"from": str(today - timedelta(days=2)), "to": str(today + timedelta(days=2))}
    draft = TaskDraft("Monday's figures", "report", {"report": report, **span, **parameters}, retry=retry)
    tasks = farm.assembly.windrow.tasks
    return tasks.start(farm.principal, tasks.create(farm.principal, draft).id)


def files(farm: Farm, run: Run) -> dict[str, bytes]:
    found = {}
    for each in farm.assembly.windrow.runs.outputs(farm.principal, run.id):
        with farm.assembly.windrow.runs.open_output(farm.principal, run.id, each.name) as (_, file):
            found[each.name] = file.read()
    return found


def table(farm: Farm, run: Run, name: str) -> list[dict[str, str]]:
    (content,) = [content for file, content in files(farm, run).items() if file.endswith(f"_{name}.csv")]
    return list(csv.DictReader(StringIO(content.decode(), newline="")))


def test_each_report_tells_of_a_harvest(farm: Farm, shelf: Shelf) -> None:
    shelf.put("a", "b")
    source = farm.add("shelf")
    farm.harvest(source)

    health, history, usage, growth = (make(farm, each) for each in Subject)

    assert {each.state for each in (health, history, usage, growth)} == {RunState.SUCCEEDED}
    (row,) = table(farm, health, "sources")
    assert (row["source"], row["health"], row["runs"], row["resources"]) == (source.name, "healthy", "1", "2")
    assert table(farm, health, "attention") == []
    kinds = {each["kind"]: each for each in table(farm, history, "kinds")}
    assert (kinds["harvest"]["succeeded"], kinds["report"]["active"]) == ("1", "1")
    assert {(each["owner"], each["kind"]) for each in table(farm, usage, "owners")} >= {("admin", "harvest")}
    (grown,) = table(farm, growth, "sources")
    assert (grown["source_id"], grown["added"], grown["now"]) == (str(source.id), "2", "2")
    assert [each["total"] for each in table(farm, growth, "steps")] == ["0", "0", "2", "2"]
    assert {name.rpartition(".")[2] for name in files(farm, health)} == {"html", "pdf", "csv"}


def test_a_report_is_sent_by_a_signed_webhook_and_by_mail(farm: Farm, receiver: Receiver) -> None:
    with receiving_mail() as (port, letters):
        destinations = farm.assembly.windrow.destinations
        destinations.create(farm.principal, "hook", f"{receiver.url}/t0ken")
        destinations.create(farm.principal, "mail", f"mailto://127.0.0.1:{port}?from=a@example.org&to=b@example.org")

        run = make(farm, formats=["csv", "pdf"], send_to=["hook", "mail"])

    (received,) = receiver.received
    assert run.state is RunState.SUCCEEDED
    assert received.json["type"] == "report.made"
    assert received.headers["webhook-signature"].startswith("v1,")
    sent = {each["name"]: base64.b64decode(each["content"]) for each in received.json["data"]["files"]}
    assert sent == files(farm, run)
    (letter,) = letters
    assert all(f'filename="{name}"' in letter for name in sent)


def test_what_cannot_be_sent_is_tried_again_and_the_report_is_kept(farm: Farm, receiver: Receiver) -> None:
    destinations = farm.assembly.windrow.destinations
    made = destinations.create(farm.principal, "hook", f"{receiver.url}/t0ken")
    gone = destinations.create(farm.principal, "nobody", f"{receiver.url}/t0ken")
    receiver.statuses = [503] * 2

    started = start(farm, retry=Retry(attempts=2, first=1), formats=["csv"], send_to=["hook", "nobody"])
    destinations.delete(farm.principal, gone.destination.id)
    run = farm.finish(started)

    assert (run.state, len(receiver.received), run.attempt) == (RunState.PARTIAL, 2, 2)
    assert "nobody: There is no destination 'nobody'" in run.error
    assert "503" in run.error
    assert "t0ken" not in run.error + "".join(farm.log(run))
    assert files(farm, run)
    assert len({each.headers["webhook-id"] for each in receiver.received}) == 1
    assert "503" in farm.assembly.windrow.destinations.get(farm.principal, made.destination.id).problem
