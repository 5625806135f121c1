"""Who sees and does what in the console: nobody, viewers, other teams, other sites."""

import re
from dataclasses import dataclass

import pytest
from fastapi.routing import APIRoute

from tests.console.visiting import Visitor, visitor
from tests.web.serving import House
from windrow.console.console import PAGES
from windrow.core.runs import TaskDraft
from windrow.core.source_drafts import SourceDraft
from windrow.core.targets import TargetDraft
from windrow.model.accounts import Role
from windrow.model.identity import new_id
from windrow.model.schedules import Schedule
from windrow.model.triggers import Cron
from windrow.ports.walkers import Walker

ROUTES = [
    (method, route.path)
    for page in PAGES
    for route in page.router.routes
    if isinstance(route, APIRoute)
    for method in sorted(route.methods or ())
]
OPEN = {"/sign-in", "/sign-out", "/theme"}
"""For everybody."""

OWN = {"/password", "/account", "/account/password", "/account/tokens", "/account/tokens/{token_id}/revoke"}
"""One's own account, whatever the role."""

FOR_WRITERS = {
    *("/sources/new", "/sources/{source_id}/delete", "/sources/{source_id}/targets/new"),
    *("/tasks/new", "/tasks/{task_id}/settings", "/tasks/{task_id}/start", "/tasks/{task_id}/delete"),
    "/sequences/new",
}
"""Pages that are for nothing but changing."""

FOR_ADMINS = {"/workers", "/hosts", "/users"}

POSTS = [path for method, path in ROUTES if method == "POST" and path not in OPEN | OWN]
LOOKS = [path for method, path in ROUTES if method == "GET" and not {path} & (OPEN | OWN | FOR_WRITERS | FOR_ADMINS)]
LOOKS = [path for path in LOOKS if "record_id" not in path and not path.endswith(("/live", "/editor", "{name:path}"))]
"""Pages for everybody in the team; nothing is harvested or made here, a stream is no page, a piece of a form is one."""
OF_A_TEAM = [
    (method, path) for method, path in ROUTES if re.search("source_id|run_id|record_id|task_id|sequence_id", path)
]


@dataclass(frozen=True)
class Team:
    """A team's things, and people of it."""

    source: int
    run: str
    target: int
    task: str
    sequence: str
    operator: Visitor
    viewer: Visitor
    stranger: Visitor


@pytest.fixture(scope="module")
def team(house: House) -> Team:
    """A team with a source that has a run, and somebody of another team."""
    operator = visitor(house, "ann", role=Role.OPERATOR, team="maps")
    viewer = visitor(house, "vic", role=Role.VIEWER, team="maps")
    stranger = visitor(house, "sue", role=Role.OPERATOR, team="others")
    ann, sources = house.principal("ann"), house.assembly.windrow.sources
    source = sources.create(ann, SourceDraft(name="Ours", kind="csw", url="https://example.org/csw")).source
    run = sources.harvest(ann, source.id)
    pushed = TargetDraft("Theirs", "depot", "https://example.org/depot")
    target = house.assembly.windrow.targets.create(ann, source.id, pushed).target
    draft = TaskDraft("Ours to do", "stepping", schedule=Schedule(Cron("@daily")))
    task = house.assembly.windrow.tasks.create(ann, draft)
    document = {"requests": [{"method": "GET", "api": "https://example.org/"}]}
    sequence = house.assembly.windrow.tasks.create(ann, TaskDraft("Ours to ask", "sequence", {"document": document}))
    house.assembly.walkers["nobody"] = Walker("nobody", lambda walk: None)
    return Team(source.id, run.id, target.id, task.id, sequence.id, operator, viewer, stranger)


def test_there_are_routes_to_try() -> None:
    assert len(POSTS) > 15
    assert len(OF_A_TEAM) > 20


@pytest.mark.parametrize(("method", "path"), [(m, p) for m, p in ROUTES if p not in OPEN])
def test_nobody_is_led_to_the_sign_in(house: House, team: Team, method: str, path: str) -> None:
    nobody = visitor(house)
    seen = nobody.get(filled(path, team)) if method == "GET" else nobody.post(filled(path, team))

    assert seen.status == 303
    assert seen.location.startswith("/sign-in")


@pytest.mark.parametrize("path", POSTS)
def test_a_viewer_changes_nothing(team: Team, path: str) -> None:
    seen = team.viewer.post(filled(path, team))

    assert (seen.status, "This is not for you to do" in seen.text) == (403, True)


@pytest.mark.parametrize("path", LOOKS)
def test_a_viewer_sees_no_control_that_changes_something(team: Team, path: str) -> None:
    seen = team.viewer.get(filled(path, team))

    assert seen.status == 200
    assert [each for each in seen.forms if not seen.html.count("<fieldset disabled>")] == []


@pytest.mark.parametrize("path", sorted(FOR_WRITERS | FOR_ADMINS))
def test_pages_for_changing_are_not_for_viewers(team: Team, path: str) -> None:
    assert team.viewer.get(filled(path, team)).status == 403


@pytest.mark.parametrize("path", sorted(FOR_ADMINS))
def test_the_installation_is_for_admins(team: Team, path: str) -> None:
    assert team.operator.get(path).status == 403


@pytest.mark.parametrize(("method", "path"), OF_A_TEAM)
def test_what_is_another_teams_looks_as_if_it_were_not_there(team: Team, method: str, path: str) -> None:
    foreign, unknown = (
        filled(path, team),
        filled(path, Team(987654, new_id(), 987654, new_id(), new_id(), *[team.stranger] * 3)),
    )
    ask = team.stranger.get if method == "GET" else team.stranger.post

    seen, missed = ask(foreign), ask(unknown)

    assert (seen.status, missed.status) == (404, 404)
    assert without_ids(seen.text) == without_ids(missed.text)


def test_lists_hold_nothing_of_another_team(team: Team) -> None:
    for path in ("/", "/sources", "/runs", "/records", "/tasks", "/schedules", "/calendar", "/queue", "/sequences"):
        assert "Ours" not in team.stranger.get(path).html, path
        assert path in ("/records", "/calendar", "/queue") or "Ours" in team.viewer.get(path).html, path


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
def test_another_site_cannot_have_a_form_sent(team: Team, headers: dict[str, str]) -> None:
    for path in ("/sign-in", "/account/tokens", f"/sources/{team.source}/harvest", "/theme"):
        seen = team.operator.post(path, {"name": "x"}, headers)
        assert seen.status == 403, path


def filled(path: str, team: Team) -> str:
    """The path with the team's own ids."""
    values = {
        "source_id": team.source,
        "run_id": team.run,
        "target_id": team.target,
        "task_id": team.task,
        "sequence_id": team.sequence,
        "review_id": 1,
        "notification_id": 1,
        "destination_id": 1,
        "record_id": 987654,
        "name": "nobody",
    }
    return re.sub(r"{(\w+)(:\w+)?}", lambda found: str(values.get(found[1], new_id())), path)


def without_ids(text: str) -> str:
    return re.sub(r"[0-9a-f-]{36}|\d+", "N", text)
