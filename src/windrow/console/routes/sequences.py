"""Sequences: the list, and the editor of a document with its check, its drawing and its dry run."""

import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from fastapi import APIRouter, Response

from windrow.console.context import Context, Ctx, Cursor, see
from windrow.console.drafts import read_seen
from windrow.console.forms import Form, Posted
from windrow.console.pages import PageRoute
from windrow.console.sequences.help import TEMPLATES, keys_of
from windrow.console.sequences.looking import Looked, look, wrong_in
from windrow.console.sequences.trying import Tried, skeleton, try_out
from windrow.console.views.tasks import row_of
from windrow.core.agenda.looking import draft_of
from windrow.core.runs import TaskDraft
from windrow.errors import BadInput, Conflict, NotFound
from windrow.model.accounts import Right
from windrow.model.tasks import Task
from windrow.work.sequence.documents import Dialect
from windrow.work.sequence.exchange.taking_in import take_in

router = APIRouter(prefix="/sequences", route_class=PageRoute)

KIND = "sequence"
SHOWN = 50
DIALECTS = ("", *(each.value for each in Dialect))
FIRST = """{
  "persistence": {},
  "requests": [
    {
      "name": "list",
      "method": "GET",
      "api": "https://api.example.org/items",
      "save_to": "items",
      "loop": {
        "by": "$.data",
        "as": "item",
        "requests": [
          {"method": "GET", "api": "https://api.example.org/items/{{ @item.id }}"}
        ]
      }
    }
  ]
}
"""


@dataclass(frozen=True, slots=True)
class Draft:
    """What stands in the editor. `seen` is when the task was changed that it was made from."""

    name: str = ""
    text: str = FIRST
    dialect: str = ""
    answers: str = ""
    seen: str = ""
    foreign: str = ""
    problems: dict[str, str] = field(default_factory=dict)


@router.get("")
def list_sequences(ctx: Ctx, q: str = "", cursor: Cursor = None) -> Response:
    """The tasks that are sequences, with how their last run stands."""
    words = q.strip()[:255]
    page = ctx.windrow.agenda.named(ctx.principal, words=words, kinds=[KIND], limit=SHOWN, cursor=cursor)
    return ctx.show("sequences.html", page=page.map(row_of), words=words, first=cursor is None)


@router.get("/new")
def new_sequence(ctx: Ctx) -> Response:
    """The editor with a document to begin with."""
    ctx.principal.need(Right.WRITE)
    return _show(ctx, Draft())


@router.post("")
def create_sequence(ctx: Ctx, form: Posted) -> Response:
    """Saves a document as a task, and runs it at once where that was asked."""
    ctx.principal.need(Right.WRITE)
    draft = _read(form)
    looked = look(draft.text, draft.dialect)
    if looked.wrong:
        return _show(ctx, draft, looked=looked, status=422)
    try:
        task = ctx.windrow.tasks.create(ctx.principal, TaskDraft(draft.name, KIND, _parameters(draft, looked)))
    except BadInput as error:
        return _refuse(ctx, draft, looked, error)
    return _saved(ctx, form, task)


@router.post("/check")
def check_document(ctx: Ctx, form: Posted) -> Response:
    """What is wrong with a document, and what it does; a piece of the editor, or the whole of it without scripts."""
    ctx.principal.need(Right.WRITE)
    draft, task = _read(form), _task_of(ctx, form)
    looked = look(draft.text, draft.dialect)
    if ctx.asks_for_fragment:
        return ctx.show("sequence_looked.html", looked=looked)
    return _show(ctx, draft, task=task, looked=looked)


@router.post("/try")
def try_document(ctx: Ctx, form: Posted) -> Response:
    """A dry run against written answers."""
    ctx.principal.need(Right.WRITE)
    draft, task = _read(form), _task_of(ctx, form)
    looked = look(draft.text, draft.dialect)
    tried = Tried("The document is not right yet: see what is wrong with it.")
    if not looked.wrong and looked.document is not None:
        tried = try_out(looked.document, looked.dialect, draft.answers or "{}")
    if ctx.asks_for_fragment:
        return ctx.show("sequence_tried.html", tried=tried)
    return _show(ctx, draft, task=task, looked=looked, tried=tried)


@router.post("/take")
def take_over(ctx: Ctx, form: Posted) -> Response:
    """The editor with a document that was made of lines of cURL, a Postman collection or Arazzo."""
    ctx.principal.need(Right.WRITE)
    draft = _read(form)
    try:
        # Descriptions that lie beside a file do so on somebody's own machine, not here.
        with TemporaryDirectory() as nothing:
            document, left = take_in(form.raw("foreign"), None, Path(nothing))
    except BadInput as error:
        told = "; ".join(f"{each.field}: {each.problem}" for each in error.problems)
        return _show(ctx, replace(draft, foreign=form.raw("foreign"), problems={"foreign": told}), status=422)
    text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    draft = replace(draft, name=draft.name or str(document.get("title", "")), text=text, dialect="")
    looked = look(draft.text)
    return _show(ctx, draft, looked=replace(looked, doubts=[*left, *looked.doubts]))


@router.get("/{sequence_id}")
def edit_sequence(ctx: Ctx, sequence_id: str) -> Response:
    """The editor of a task's document; without the right to change it, what it does."""
    task = _sequence(ctx, sequence_id)
    seen = "" if task.changed_at is None else task.changed_at.isoformat()
    text = json.dumps(task.parameters.get("document", {}), indent=2, ensure_ascii=False) + "\n"
    return _show(ctx, Draft(task.name, text, str(task.parameters.get("dialect", "")), seen=seen), task=task)


@router.post("/{sequence_id}")
def change_sequence(ctx: Ctx, sequence_id: str, form: Posted) -> Response:
    """Saves a changed document; a run under way goes on with the one that it began with."""
    ctx.principal.need(Right.WRITE)
    task, draft = _sequence(ctx, sequence_id), _read(form)
    looked = look(draft.text, draft.dialect)
    if looked.wrong:
        return _show(ctx, draft, task=task, looked=looked, status=422)
    changed = replace(
        draft_of(task, task.schedule), name=draft.name, parameters=_parameters(draft, looked, task.parameters)
    )
    try:
        task = ctx.windrow.tasks.change(ctx.principal, task.id, changed, seen=read_seen(form))
    except BadInput as error:
        return _refuse(ctx, draft, looked, error, task=task)
    except Conflict as error:
        return _show(ctx, replace(draft, problems={"form": str(error)}), task=task, looked=looked, status=409)
    return _saved(ctx, form, task)


def _read(form: Form) -> Draft:
    dialect = form.text("dialect")
    return Draft(
        name=form.text("name"),
        text=form.raw("document").replace("\r\n", "\n"),
        dialect=dialect if dialect in DIALECTS else "",
        answers=form.raw("answers").replace("\r\n", "\n"),
        seen=form.text("seen"),
    )


def _parameters(draft: Draft, looked: Looked, kept: Any = ()) -> dict[str, Any]:
    parameters = {**dict(kept), "document": looked.document}
    parameters.pop("dialect", None)
    return parameters | ({"dialect": draft.dialect} if draft.dialect else {})


def _saved(ctx: Context, form: Form, task: Task) -> Response:
    if form.text("then") == "run":
        return see(f"/runs/{ctx.windrow.tasks.start(ctx.principal, task.id).id}")
    return see(f"/tasks/{task.id}")


def _sequence(ctx: Context, task_id: str) -> Task:
    """A task that is a sequence. Raises `NotFound`."""
    task = ctx.windrow.tasks.get(ctx.principal, task_id)
    if task.kind != KIND:
        raise NotFound("sequence", task_id)
    return task


def _task_of(ctx: Context, form: Form) -> Task | None:
    return _sequence(ctx, form.text("task")) if form.text("task") else None


def _refuse(ctx: Context, draft: Draft, looked: Looked, error: BadInput, *, task: Task | None = None) -> Response:
    """The editor with what was wrong when it was to be saved."""
    inside = [each for each in error.problems if each.field.startswith("parameters.document")]
    problems = {each.field.partition(".")[0]: each.problem for each in error.problems if each not in inside}
    if inside:
        looked = replace(looked, wrong=wrong_in(draft.text, BadInput(inside)))
    return _show(ctx, replace(draft, problems=problems), task=task, looked=looked, status=422)


def _show(
    ctx: Context,
    draft: Draft,
    *,
    task: Task | None = None,
    looked: Looked | None = None,
    tried: Tried | None = None,
    status: int = 200,
) -> Response:
    looked = looked or look(draft.text, draft.dialect)
    values = {
        "draft": replace(draft, answers=draft.answers or skeleton(looked.document)),
        "task": task,
        "looked": looked,
        "tried": tried,
        "dialects": DIALECTS,
        "help": [(each.value, keys_of(each), TEMPLATES[each]) for each in (Dialect.STRICT, Dialect.COMPAT)],
    }
    return ctx.show("sequence_editor.html", values, status=status)
