"""Nobody sees or touches what is not theirs: foreign ids answer as unknown ids do, on every route."""

from datetime import timedelta
from typing import Any

import pytest

from tests.web.operations import Operation, all_operations, everything_kept
from tests.web.serving import PASSWORD, Answer, Caller
from tests.web.world import World, all_resources
from windrow.model.accounts import Right, Role
from windrow.model.identity import new_id

UNKNOWN_NUMBER = 987_654_321
OWN = frozenset({"change_my_password", "create_token", "revoke_token"})
"""What everybody may do with their own account, whatever their role."""

LOOKS = frozenset({"preview_schedule"})
"""They are asked with a body, and change nothing."""

ASKED_OF_NOBODY = frozenset({"detect_source", "preview_source"})
"""They have no ids, write nothing, and would ask the example's host."""


@pytest.fixture(scope="module")
def operations(world: World) -> list[Operation]:
    return all_operations(world.house)


def unknown_ids(world: World) -> dict[str, Any]:
    return {name: UNKNOWN_NUMBER if isinstance(known, int) else new_id() for name, known in world.ids.items()}


def shape_of(answer: Answer, ids: dict[str, Any]) -> tuple[int, str]:
    """An answer without the ids that were asked for."""
    text = answer.body.decode()
    for known in sorted(map(str, ids.values()), key=len, reverse=True):
        text = text.replace(known, "ID")
    return answer.status, text


def test_foreign_ids_answer_as_unknown_ids_do_and_change_nothing(world: World, operations: list[Operation]) -> None:
    before = everything_kept(world.house)
    unknown = unknown_ids(world)

    for operation in operations:
        if operation.parameters:
            foreign = operation.ask(world.bob, world.ids)

            assert shape_of(foreign, dict(world.ids)) == shape_of(operation.ask(world.bob, unknown), unknown), operation
            assert foreign.status in (403, 404), operation

    assert everything_kept(world.house) == before


def test_what_is_below_an_own_source_is_not_reached_by_foreign_ids(world: World) -> None:
    before = everything_kept(world.house)
    base = f"/sources/{world.beta_source}"
    ids = list(world.resources)

    for path, more in (("want", {"wanted": False}), ("want", {"wanted": True}), ("retry", {}), ("restore", {})):
        assert world.bob.post(f"{base}/resources/{path}", {"ids": ids, **more}) == {"changed": 0}
    for review in (world.ids["review_id"], UNKNOWN_NUMBER):
        assert world.bob("POST", f"{base}/reviews/{review}", {"approve": True}).status == 404
    for target in (world.ids["target_id"], UNKNOWN_NUMBER):
        below = f"{base}/targets/{target}"
        assert world.bob("GET", below).status == world.bob("GET", f"{below}/deliveries").status == 404
        assert world.bob("PATCH", below, {"enabled": False}).status == world.bob("DELETE", below).status == 404
        assert {world.bob("POST", f"{below}/{path}").status for path in ("push", "check", "withdraw")} == {404}

    assert everything_kept(world.house) == before


def test_the_resources_of_another_own_source_are_not_reached_either(world: World) -> None:
    before = everything_kept(world.house)
    ids = [each["id"] for each in all_resources(world.ada, world.ids["gone_source"])]

    answer = world.ada.post(f"/sources/{world.ids['source_id']}/resources/restore", {"ids": ids})

    assert answer == {"changed": 0}
    assert everything_kept(world.house) == before


def test_no_list_and_no_filter_tells_of_another_team(world: World, operations: list[Operation]) -> None:
    source, task = world.ids["source_id"], world.ids["task_id"]
    filters = {"list_runs": {"task_id": task}, "search_records": {"source": source}, "read_facets": {"source": source}}

    for operation in operations:
        if operation.method == "GET" and not operation.parameters and operation.path.startswith("/api/v1"):
            for query in ({}, filters.get(operation.id, {})):
                answer = world.bob("GET", "/" + operation.path, query=query)

                assert answer.status == 200 or (answer.status, operation.id) in {
                    (403, "list_workers"),
                    (403, "list_hosts"),
                    (403, "list_tenants"),
                }, operation
                assert [word for word in world.told if word.encode() in answer.body] == [], operation


def test_a_task_cannot_be_pointed_at_a_foreign_source(world: World) -> None:
    before = everything_kept(world.house)
    diff = next(each for each in world.ada.get("/tasks")["items"] if each["kind"] == "source_diff")
    parameters = {**diff["parameters"], "source_id": world.beta_source, "url": world.remote.url("/elsewhere")}

    made = world.bob("POST", "/tasks", {"name": "x", "kind": "source_diff", "parameters": diff["parameters"]})
    changed = world.ada("PATCH", f"/tasks/{diff['id']}", {"parameters": parameters})

    assert (made.status, list(made.problems)) == (422, ["kind"])
    assert changed.status == 409
    assert everything_kept(world.house) == before


def test_whoever_has_not_signed_in_is_asked_to(world: World, operations: list[Operation]) -> None:
    before = everything_kept(world.house)

    for operation in operations:
        answer = operation.ask(world.house.anybody(), world.ids)

        assert answer.status == (200 if operation.is_open else 401), operation
        assert operation.is_open or "Basic" in answer.headers["WWW-Authenticate"], operation

    assert everything_kept(world.house) == before


@pytest.mark.parametrize("right", [None, Right.READ], ids=["viewer", "token to read"])
def test_who_may_only_look_changes_nothing(world: World, operations: list[Operation], right: Right | None) -> None:
    before = everything_kept(world.house)
    caller = world.vic if right is None else world.house.bearer(read_token(world))
    kept = everything_kept(world.house)

    for operation in operations:
        if operation.changes and operation.id not in OWN | LOOKS:
            assert operation.ask(caller, world.ids).status == 403, operation
        elif (operation.method == "GET" or operation.id in LOOKS) and operation.id not in {
            "list_workers",
            "list_hosts",
            "list_tenants",
            "metrics",
        }:
            assert operation.ask(caller, {**world.ids, **own_ids(caller)}).status == 200, operation

    assert everything_kept(world.house) == kept
    assert set(before) == set(kept)


def read_token(world: World) -> str:
    made = world.house.assembly.windrow.accounts.create_token(
        world.house.principal("ada"), "look", scopes=frozenset({Right.READ})
    )
    return made.secret


def own_ids(caller: Caller) -> dict[str, Any]:
    return {"user_id": caller.get("/me")["user_id"]}


def test_a_token_that_may_only_write_reads_nothing(world: World, operations: list[Operation]) -> None:
    caller = world.house.holder("ada", Right.WRITE)
    told = {operation.id: operation.ask(caller, world.ids).status for operation in operations if not operation.changes}

    # Whoever holds a token may know whose it is.
    assert {name for name, status in told.items() if status == 200} == {
        "healthz",
        "readyz",
        "read_me",
        "list_tokens",
        "read_user",
        "list_users",
    }
    assert {status for status in told.values() if status != 200} == {403}


def test_a_one_time_password_is_good_for_nothing_but_another_password(
    world: World, operations: list[Operation]
) -> None:
    admin = world.house.principal("admin")
    made = world.house.assembly.windrow.accounts.create_user(admin, "newcomer", role=Role.ADMIN)
    caller = world.house.basic("newcomer", made.secret or "")
    before = everything_kept(world.house)

    for operation in operations:
        if not operation.is_open and operation.id != "change_my_password":
            answer = operation.ask(caller, world.ids)

            assert answer.status == 403, operation
            assert "PUT /api/v1/me/password" in answer.json["detail"] or operation.id == "metrics", operation

    assert everything_kept(world.house) == before
    change = {"old_password": made.secret, "new_password": PASSWORD}
    assert caller("PUT", "/me/password", change).status == 204
    assert world.house.basic("newcomer", PASSWORD).get("/me")["name"] == "newcomer"


def test_a_token_ends_with_its_time_its_revocation_and_its_owner(world: World) -> None:
    accounts, house = world.house.assembly.windrow.accounts, world.house
    house.user("eve", team="gamma")
    eve = house.principal("eve")
    moment = house.assembly.clock() + timedelta(seconds=1)
    short = house.bearer(accounts.create_token(eve, "short", expires_at=moment).secret)
    revoked, switched_off = accounts.create_token(eve, "revoked"), house.holder("eve")
    assert [each("GET", "/me").status for each in (short, house.bearer(revoked.secret), switched_off)] == [200] * 3

    accounts.revoke_token(eve, revoked.token.id)
    accounts.change_user(house.principal("admin"), eve.user_id, active=False)

    ended = (short, house.bearer(revoked.secret), switched_off, house.bearer("wr_nobody"), house.basic("eve", PASSWORD))
    assert [each("GET", "/me").status for each in ended] == [401] * 5
