"""Between the form of a task and the draft of one, both ways; the kind's schema draws the fields of its parameters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from windrow.console.drafts import Reading
from windrow.console.forms import Form
from windrow.console.schedule_forms import ScheduleForm, in_form, read_schedule, to_fields
from windrow.console.schedule_forms import typed_fields as typed_when
from windrow.console.schema_forms import Field, fields_of, read_settings, typed_fields
from windrow.core.runs import TaskDraft
from windrow.errors import BadInput
from windrow.model.schedules import Schedule
from windrow.model.tasks import DEFAULT_QUEUE, Retry
from windrow.ports.work import WorkKind, retry_of


@dataclass(frozen=True, slots=True)
class TaskForm:
    """What stands in the form: every field as text, as people see it.

    usual  how often its kind is tried where nobody says so
    seen   when the task was changed that the form was made from
    """

    name: str
    kind: str
    settings: Sequence[Field]
    when: ScheduleForm
    queue: str = DEFAULT_QUEUE
    priority: str = "0"
    attempts: str = "1"
    first_wait: str = "2"
    longest_wait: str = "300"
    usual: Retry = Retry()
    seen: str = ""
    problems: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_particular(self) -> bool:
        """Whether how it is run is not as usual, or is wrong."""
        texts = (self.queue, self.priority, self.attempts, self.first_wait, self.longest_wait)
        usual = (DEFAULT_QUEUE, "0", *_waits(self.usual))
        names = {"queue", "priority", "attempts", "first_wait", "longest_wait"}
        return texts != usual or not names.isdisjoint(self.problems)


def to_form(draft: TaskDraft, kind: WorkKind, *, seen: datetime | None = None) -> TaskForm:
    """A draft as it stands in the form."""
    attempts, first_wait, longest_wait = _waits(draft.retry or retry_of(kind))
    return TaskForm(
        name=draft.name,
        kind=kind.name,
        settings=fields_of(kind.schema, draft.parameters),
        when=to_fields(draft.schedule),
        queue=draft.queue,
        priority=str(draft.priority),
        attempts=attempts,
        first_wait=first_wait,
        longest_wait=longest_wait,
        usual=retry_of(kind),
        seen="" if seen is None else seen.isoformat(),
    )


def as_typed(form: Form, kind: WorkKind, problems: Mapping[str, str], *, kept: Schedule | None = None) -> TaskForm:
    """The form as it was sent, right or wrong, with what is wrong beside it."""
    texts = {name: form.text(name) for name in ("name", "queue", "priority", "attempts", "first_wait", "longest_wait")}
    return TaskForm(
        **texts,
        kind=kind.name,
        settings=typed_fields(kind.schema, form),
        when=typed_when(form, kept),
        usual=retry_of(kind),
        seen=form.text("seen"),
        problems=problems,
    )


def from_form(form: Form, kind: WorkKind, *, now: datetime, present: TaskDraft | None = None) -> TaskDraft:
    """The draft that was posted; what the form does not show stays. Raises `BadInput` with every problem."""
    kept = present or TaskDraft("", kind.name)
    read = Reading()
    parameters = read(lambda: read_settings(kind.schema, form))
    schedule = read(lambda: read_schedule(form, now=now, kept=kept.schedule))
    priority = read(lambda: form.integer("priority", 0))
    retry = read(lambda: _retry(form, kept.retry or retry_of(kind)))
    if read.problems or parameters is None or priority is None or retry is None:
        raise BadInput(read.problems)
    return replace(
        kept,
        name=form.text("name"),
        kind=kind.name,
        parameters=parameters,
        queue=form.text("queue") or DEFAULT_QUEUE,
        priority=priority,
        retry=retry,
        schedule=schedule,
    )


def problems_of(error: BadInput) -> dict[str, str]:
    """What is wrong, by the field of the form that it belongs to."""
    found: dict[str, str] = {}
    for each in error.problems:
        steps = in_form(each.field).split(".")
        if steps[0] == "parameters":
            steps[0] = "settings"
        elif steps[0] == "retry":
            steps = [steps[-1]]
        found.setdefault(".".join(steps[:2]) if steps[0] in ("settings", "when") else steps[0], each.problem)
    return found


def _waits(retry: Retry) -> tuple[str, str, str]:
    """Attempts and waits, as they stand in the form."""
    return str(retry.attempts), f"{retry.first:.15g}", f"{retry.longest:.15g}"


def _retry(form: Form, kept: Retry) -> Retry:
    attempts = form.integer("attempts", kept.attempts)
    present = {"first_wait": kept.first, "longest_wait": kept.longest}
    waits = {name: form.number(name, usual) for name, usual in present.items()}
    for name, wait in waits.items():
        if not 0 <= wait <= 86_400:
            raise BadInput.of(name, "must lie between 0 and 86400 seconds (a day)")
    return Retry(attempts, waits["first_wait"], waits["longest_wait"])
