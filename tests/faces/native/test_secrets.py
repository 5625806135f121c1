"""What is secret goes in and never comes out: in no answer, no error, no log line and no repr."""

import base64
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import structlog

from tests.remotes.scripts import status
from tests.web.operations import all_operations
from tests.web.serving import PASSWORD, House
from tests.web.world import SECRET, World, fill_folder, folder, harvest

ASKING = frozenset({"detect_source", "preview_source", "preview_change"})
"""They would ask the example's host."""

ENCODED = base64.b64encode(f"reader:{SECRET}".encode()).decode().rstrip("=")


@contextmanager
def log_lines() -> Iterator[io.StringIO]:
    """All that this process logs meanwhile."""
    kept, lines = structlog.get_config(), io.StringIO()
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(lines), cache_logger_on_first_use=False)
    try:
        yield lines
    finally:
        structlog.configure(**kept)


def leaked(text: bytes | str) -> list[str]:
    shown = text.decode(errors="replace") if isinstance(text, bytes) else text
    return [secret for secret in (SECRET, ENCODED, PASSWORD) if secret in shown]


def test_a_remote_that_echoes_the_secret_does_not_make_us_tell_it(world: World) -> None:
    source = world.ada.post("/sources", folder("An echo", world.remote))
    world.remote.on("/waf/", status(401, f"no: {SECRET} {ENCODED}".encode()))

    preview = world.ada("POST", f"/sources/{source['id']}/preview", {})
    run = harvest(world.house, world.ada, source["id"])
    log = world.ada("GET", f"/runs/{run['id']}/log")

    fill_folder(world.remote, 1)
    assert (preview.status, run["state"]) == (422, "failed")
    assert leaked(preview.body + log.body + repr(run).encode()) == []


@pytest.mark.parametrize(
    "credential",
    [
        {"kind": "bearer", "secret": f"{SECRET}\n"},
        {"kind": "header", "name": "X Y", "secret": SECRET},
        {"kind": SECRET, "secret": SECRET},
        {"kind": "basic", "name": ["x"], "secret": SECRET},
        {"kind": "basic", "name": "x", "secret": [SECRET]},
        {"kind": "basic", "secret": SECRET, "password": SECRET},
        SECRET,
    ],
)
def test_a_refused_credential_is_not_quoted(world: World, credential: Any) -> None:
    answer = world.ada("POST", "/sources", {**folder("Refused", world.remote), "credential": credential})

    assert (answer.status, leaked(answer.body)) == (422, [])
    assert all(field.startswith("credential") for field in answer.problems)


def test_a_secret_in_a_setting_or_a_password_is_not_quoted(world: World) -> None:
    wrong = [
        world.ada("POST", "/sources", {**folder("Refused", world.remote), "settings": {"depth": SECRET}}),
        world.ada("PUT", "/me/password", {"old_password": SECRET, "new_password": f"{SECRET} {SECRET}"}),
        world.ada("PUT", "/me/password", {"old_password": PASSWORD, "new_password": SECRET[:4] + "\n" + SECRET}),
        world.admin("POST", "/users", {"name": "x", "password": SECRET[:9]}),
    ]

    assert [each.status for each in wrong] == [422] * 4
    assert [leaked(each.body) for each in wrong] == [[]] * 4


def test_a_secret_that_we_make_is_told_once(house: House) -> None:
    admin = house.basic("admin", PASSWORD)
    user, token = admin.post("/users", {"name": "ada"}), admin.post("/tokens", {"name": "nightly"})
    secrets = (user["secret"], token["secret"])

    later = [
        operation.ask(admin, {"user_id": user["id"]}).body.decode()
        for operation in all_operations(house)
        if operation.method == "GET" and operation.parameters in ([], ["user_id"])
    ]

    assert all(secrets)
    assert [secret for secret in secrets if any(secret in text for text in later)] == []


def test_no_answer_of_any_route_tells_a_secret(world: World) -> None:
    sent = [dict(each.headers) for each in world.remote.asked("/waf/")]
    assert any(ENCODED in each.get("authorization", "") for each in sent)  # it is used, after all

    with log_lines() as lines:
        for operation in sorted(all_operations(world.house), key=lambda each: each.changes):
            if operation.id not in ASKING:
                for caller in (world.ada, world.admin):
                    assert leaked(operation.ask(caller, world.ids).body) == [], operation

    assert leaked(lines.getvalue()) == []
