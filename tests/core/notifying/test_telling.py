"""People are told what they asked for, once for each run, and again until it arrives."""

import base64
import hashlib
import hmac
from datetime import timedelta

import pytest

from tests.core.notifying.receiver import Receiver
from tests.harvests.farm import Farm
from tests.harvests.shelf import Shelf
from windrow.core.notifications import Made, NotificationDraft
from windrow.errors import RemoteForbidden, RemoteUnreachable
from windrow.model.notifications import Channel, Event
from windrow.model.runs import ACTIVE, Run, RunState
from windrow.model.sources import Source
from windrow.ports.runs import RunFilter


def ask(farm: Farm, source: Source, address: str, *on: Event, name: str = "me", **more: object) -> Made:
    channel = Channel.WEBHOOK if address.startswith("http") else Channel.APPRISE
    draft = NotificationDraft(name, channel, address, frozenset(on or {Event.ERROR}), **more)  # type: ignore[arg-type]
    return farm.assembly.windrow.notifications.create(farm.principal, source.id, draft)


def begin(farm: Farm) -> list[Run]:
    """What follows from the runs that ended; not carried out yet."""
    farm.assembly.consequences.draw()
    return list(farm.assembly.store.runs.page(RunFilter(None, ACTIVE, kind="notify"), limit=100).items)[::-1]


def tell(farm: Farm) -> list[Run]:
    """The same, carried out to the end."""
    return [farm.finish(run) for run in begin(farm)]


@pytest.fixture
def source(farm: Farm, shelf: Shelf) -> Source:
    shelf.put("a", "b")
    return farm.add("shelf")


def test_a_webhook_tells_what_happened_and_is_signed(farm: Farm, source: Source, receiver: Receiver) -> None:
    secret = ask(farm, source, f"{receiver.url}/hooks/t0ken", Event.CHANGE).signing_secret
    run = farm.harvest(source)

    (told,) = tell(farm)

    (received,) = receiver.received
    assert (told.state, told.attempt) == (RunState.SUCCEEDED, 1)
    assert received.json["type"] == "harvest.changed"
    assert received.json["data"]["run"]["id"] == run.id
    assert received.json["data"]["run"]["counts"] == {"added": 2}
    assert received.json["data"]["source"]["name"] == source.name
    signed = f"{received.headers['webhook-id']}.{received.headers['webhook-timestamp']}.".encode() + received.body
    mac = hmac.new(base64.b64decode(secret.removeprefix("whsec_")), signed, hashlib.sha256).digest()
    assert received.headers["webhook-signature"] == f"v1,{base64.b64encode(mac).decode()}"
    assert received.headers["webhook-id"] == f"msg_{told.id}"


def test_each_end_is_told_once_to_everybody_who_asked(farm: Farm, source: Source, receiver: Receiver) -> None:
    ask(farm, source, f"{receiver.url}/change", Event.CHANGE, name="change")
    ask(farm, source, f"{receiver.url}/always", Event.ALWAYS, name="always")
    ask(farm, source, f"{receiver.url}/error", Event.ERROR, name="error")
    ask(farm, source, f"{receiver.url}/off", Event.ALWAYS, name="off", enabled=False)

    for _ in range(2):
        farm.harvest(source)
        tell(farm)
        tell(farm)

    assert sorted(each.path for each in receiver.received) == ["/always", "/always", "/change"]


def test_a_failure_is_told_and_so_is_that_all_is_well_again(
    farm: Farm, shelf: Shelf, source: Source, receiver: Receiver
) -> None:
    ask(farm, source, receiver.url, Event.ERROR)
    farm.harvest(source)
    tell(farm)
    shelf.pages = {"1": RemoteUnreachable("nobody is there")}
    farm.harvest(source)
    tell(farm)
    shelf.put("a", "b")
    farm.harvest(source)
    farm.harvest(source)
    tell(farm)

    assert receiver.types == ["harvest.failed", "harvest.recovered"]
    assert receiver.received[0].json["data"]["run"]["problems"][0] == "a page failed: nobody is there"


def test_a_deletion_that_waits_is_told(farm: Farm, shelf: Shelf, source: Source, receiver: Receiver) -> None:
    ask(farm, source, receiver.url, Event.ERROR)
    farm.harvest(source)
    shelf.put("a")
    farm.harvest(source)
    tell(farm)

    assert receiver.types == ["harvest.held"]


def test_a_receiver_that_was_away_gets_it_once_it_is_back(farm: Farm, source: Source, receiver: Receiver) -> None:
    made = ask(farm, source, receiver.url, Event.CHANGE)
    receiver.statuses = [503, 500, 429, 408]
    farm.harvest(source)

    (told,) = tell(farm)

    assert (told.state, told.failures) == (RunState.SUCCEEDED, 4)
    assert len(receiver.received) == 5
    assert {each.headers["webhook-id"] for each in receiver.received} == {f"msg_{told.id}"}
    assert {each.body for each in receiver.received} == {receiver.received[0].body}
    kept = farm.assembly.windrow.notifications.get(farm.principal, source.id, made.notification.id)
    assert (kept.problem, kept.told_at is not None) == ("", True)


def test_what_was_sent_and_not_noted_is_sent_again_under_the_same_id(
    farm: Farm, source: Source, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(farm, source, receiver.url, Event.CHANGE)
    farm.harvest(source)
    (run,) = begin(farm)

    def fail(*_: object, **__: object) -> None:
        raise RemoteUnreachable("this worker was killed before it could note that")

    with monkeypatch.context() as killed:
        killed.setattr(type(farm.assembly.store.notifications), "note_told", fail)
        farm.performer.perform(run.id)
    told = farm.finish(run)

    assert told.state is RunState.SUCCEEDED
    assert [each.headers["webhook-id"] for each in receiver.received] == [f"msg_{run.id}"] * 2


def test_it_is_given_up_after_hours_and_the_reason_is_kept(farm: Farm, source: Source, receiver: Receiver) -> None:
    made = ask(farm, source, f"{receiver.url}/hooks/t0ken-in-the-path", Event.CHANGE)
    receiver.statuses = [500] * 100
    farm.harvest(source)

    (told,) = tell(farm)

    assert (told.state, told.failures, len(receiver.received)) == (RunState.FAILED, 9, 10)
    kept = farm.assembly.windrow.notifications.get(farm.principal, source.id, made.notification.id)
    assert "500" in kept.problem
    assert kept.enabled
    for shown in (kept.problem, told.error, kept.shown, *farm.log(told)):
        assert "t0ken" not in shown
        assert "hooks" not in shown


@pytest.mark.parametrize("status", [400, 401, 404, 422])
def test_what_a_receiver_will_never_take_is_not_sent_again(
    farm: Farm, source: Source, receiver: Receiver, status: int
) -> None:
    made = ask(farm, source, receiver.url, Event.CHANGE)
    receiver.statuses = [status]
    farm.harvest(source)

    (told,) = tell(farm)

    assert (told.state, len(receiver.received)) == (RunState.FAILED, 1)
    kept = farm.assembly.windrow.notifications.get(farm.principal, source.id, made.notification.id)
    assert (str(status) in kept.problem, kept.enabled) == (True, True)


def test_a_receiver_that_is_gone_for_good_is_left_alone(farm: Farm, source: Source, receiver: Receiver) -> None:
    made = ask(farm, source, receiver.url, Event.ALWAYS)
    receiver.statuses = [410]
    farm.harvest(source)
    tell(farm)
    farm.harvest(source)
    tell(farm)

    kept = farm.assembly.windrow.notifications.get(farm.principal, source.id, made.notification.id)
    assert (kept.enabled, len(receiver.received)) == (False, 1)
    assert "switched off" in kept.problem


def test_what_was_to_be_told_by_a_deleted_one_is_told_to_nobody(farm: Farm, source: Source, receiver: Receiver) -> None:
    made = ask(farm, source, receiver.url, Event.CHANGE)
    farm.harvest(source)
    (run,) = begin(farm)
    farm.assembly.windrow.notifications.delete(farm.principal, source.id, made.notification.id)

    told = farm.finish(run)

    assert (told.state, receiver.received) == (RunState.SUCCEEDED, [])
    assert "deleted" in told.progress.message


def test_a_source_may_be_deleted_while_somebody_is_still_to_be_told(
    farm: Farm, source: Source, receiver: Receiver
) -> None:
    ask(farm, source, receiver.url, Event.CHANGE)
    farm.harvest(source)
    (run,) = begin(farm)

    assert farm.look_at(source).activity == ""
    farm.assembly.windrow.sources.delete(farm.principal, source.id)

    assert farm.assembly.store.runs.get_many([run.id]) == {}


def test_a_test_is_sent_once_also_where_it_is_switched_off(farm: Farm, source: Source, receiver: Receiver) -> None:
    made = ask(farm, source, receiver.url, Event.ERROR, enabled=False)
    receiver.statuses = [200, 503]
    notifications = farm.assembly.windrow.notifications

    ended = [farm.finish(notifications.test(farm.principal, source.id, made.notification.id)).state for _ in range(2)]

    assert ended == [RunState.SUCCEEDED, RunState.FAILED]
    assert receiver.types == ["notification.test"] * 2


def test_a_new_secret_signs_from_now_on(farm: Farm, source: Source, receiver: Receiver) -> None:
    made = ask(farm, source, receiver.url, Event.ERROR)
    notifications = farm.assembly.windrow.notifications

    again = notifications.rotate(farm.principal, source.id, made.notification.id)

    assert again.signing_secret not in ("", made.signing_secret)
    kept = farm.assembly.store.notifications.secrets(source.id, made.notification.id)
    assert (kept.signing, kept.address) == (again.signing_secret, receiver.url)


def test_the_outgoing_policy_holds_for_webhooks(farm: Farm, source: Source) -> None:
    ask(farm, source, "http://10.1.2.3/hook", Event.CHANGE)
    farm.harvest(source)

    (told,) = tell(farm)

    assert (told.state, told.attempt) == (RunState.FAILED, 1)
    assert "allow list" in told.error or RemoteForbidden.__name__ in told.error


def test_a_digest_gathers_and_comes_at_its_time(farm: Farm, shelf: Shelf, source: Source, receiver: Receiver) -> None:
    day = timedelta(days=1)
    made = ask(farm, source, receiver.url, Event.DIGEST, digest_every=day).notification
    farm.harvest(source)
    shelf.pages = {"1": RemoteUnreachable("nobody is there")}
    farm.harvest(source)

    assert (digest(farm), tell(farm), receiver.received) == ([], [], [])
    farm.clock.jump(days=1)
    (begun,) = digest(farm)
    tell(farm)

    (received,) = receiver.received
    assert (begun.result, received.json["type"]) == ({"digests": 1}, "source.digest")
    data = received.json["data"]
    assert (data["runs"], data["counts"]) == ({"succeeded": 1, "failed": 1}, {"added": 2})
    assert [each["problem"] for each in data["problems"]] == ["a page failed: nobody is there"]
    kept = farm.assembly.windrow.notifications.get(farm.principal, source.id, made.id)
    assert made.digested_until is not None
    assert kept.digested_until == made.digested_until + day


def digest(farm: Farm) -> list[Run]:
    """What the clock begins of digests, carried out."""
    farm.assembly.scheduling.tick()
    due = farm.assembly.store.runs.page(RunFilter(None, ACTIVE, kind="digest"), limit=10).items
    return [farm.finish(run) for run in due]


@pytest.mark.parametrize("empty", [False, True])
def test_nothing_is_told_of_a_day_without_anything_unless_asked_for(
    farm: Farm, source: Source, receiver: Receiver, *, empty: bool
) -> None:
    ask(farm, source, receiver.url, Event.DIGEST, digest_empty=empty)

    for _ in range(2):
        farm.clock.jump(days=1)
        digest(farm)
        tell(farm)

    assert len(receiver.received) == (2 if empty else 0)


def test_digests_of_several_come_each_at_its_interval(farm: Farm, source: Source, receiver: Receiver) -> None:
    ask(farm, source, f"{receiver.url}/day", Event.DIGEST, name="day", digest_empty=True)
    week = timedelta(days=7)
    ask(farm, source, f"{receiver.url}/week", Event.DIGEST, name="week", digest_every=week, digest_empty=True)

    for _ in range(8):
        farm.clock.jump(days=1, minutes=1)
        digest(farm)
        tell(farm)

    paths = [each.path for each in receiver.received]
    assert (paths.count("/day"), paths.count("/week")) == (8, 1)


def test_the_digest_task_goes_to_rest_with_the_last_digest(farm: Farm, source: Source, receiver: Receiver) -> None:
    made = ask(farm, source, receiver.url, Event.DIGEST)
    farm.assembly.windrow.notifications.delete(farm.principal, source.id, made.notification.id)

    (task,) = farm.assembly.store.sources.attendants([source.id])
    assert (task.kind, task.schedule) == ("digest", None)
