"""Between the form of a source and the draft of one, both ways."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeVar

from windrow.console.forms import Form
from windrow.console.schedule_forms import ScheduleForm, in_form, read_schedule, to_fields
from windrow.console.schedule_forms import typed_fields as typed_when
from windrow.console.schema_forms import Field, fields_of, read_settings, typed_fields
from windrow.core.source_drafts import SourceDraft
from windrow.errors import BadInput, FieldProblem
from windrow.model.copies import Copying
from windrow.model.schedules import Schedule
from windrow.model.sources import Credential, CredentialKind, Policies, Visibility
from windrow.model.triggers import Elapsed, Interval
from windrow.ports.source_kinds import SourceKind

_TEXTS = (
    *("name", "url", "guard_share", "guard_count", "grace", "full_every"),
    *("requests_per_second", "concurrency", "page_attempts", "refresh_every", "check_every"),
    *("copying", "largest_copy", "copy_budget", "copy_formats"),
)

Value = TypeVar("Value")

DAY = timedelta(days=1)
MOST_MINUTES = 5_256_000


@dataclass(frozen=True, slots=True)
class SourceForm:
    """What stands in the form: every field as text, as people see it."""

    name: str
    kind: str
    url: str
    visibility: str
    when: ScheduleForm
    refresh_every: str
    check_every: str
    settings: Sequence[Field]
    guard_share: str
    guard_count: str
    grace: str
    full_every: str
    new_wanted: bool
    keep_gone: bool
    keywords_union: bool
    requests_per_second: str
    concurrency: str
    page_attempts: str
    copying: str
    largest_copy: str
    copy_budget: str
    copy_formats: str
    has_credential: bool = False
    seen: str = ""
    """When the source was changed that the form was made from."""
    problems: Mapping[str, str] = field(default_factory=dict)


def to_form(
    draft: SourceDraft, kind: SourceKind, *, has_credential: bool = False, seen: datetime | None = None
) -> SourceForm:
    """A draft as it stands in the form."""
    policies = draft.policies
    return SourceForm(
        name=draft.name,
        kind=draft.kind,
        url=draft.url,
        visibility=draft.visibility.value,
        when=to_fields(draft.schedule),
        refresh_every=_minutes(draft.refresh_schedule),
        check_every=_minutes(draft.check_schedule),
        settings=fields_of(kind.schema, draft.settings),
        guard_share=f"{policies.guard_share * 100:g}",
        guard_count="" if policies.guard_count is None else str(policies.guard_count),
        grace=f"{policies.grace / DAY:g}",
        full_every=f"{policies.full_every / DAY:g}",
        new_wanted=policies.new_wanted,
        keep_gone=policies.keep_gone,
        keywords_union=policies.keywords_union,
        requests_per_second=f"{policies.requests_per_second:g}",
        concurrency=str(policies.concurrency),
        page_attempts=str(policies.page_attempts),
        copying=policies.copying.value,
        largest_copy=_mebibytes(policies.largest_copy),
        copy_budget="" if policies.copy_budget is None else _mebibytes(policies.copy_budget),
        copy_formats=" ".join(policies.copy_formats),
        has_credential=has_credential,
        seen="" if seen is None else seen.isoformat(),
    )


def as_typed(
    form: Form,
    kind: SourceKind,
    problems: Mapping[str, str],
    *,
    has_credential: bool = False,
    kept: Schedule | None = None,
) -> SourceForm:
    """The form as it was sent, right or wrong, with what is wrong beside it."""
    texts = {name: form.text(name) for name in _TEXTS}
    return SourceForm(
        **texts,
        kind=kind.name,
        visibility="public" if form.text("visibility") == "public" else "private",
        when=typed_when(form, kept),
        new_wanted=form.ticked("new_wanted"),
        keep_gone=form.ticked("keep_gone"),
        keywords_union=form.ticked("keywords_union"),
        settings=typed_fields(kind.schema, form),
        has_credential=has_credential,
        seen=form.text("seen"),
        problems=problems,
    )


def from_form(form: Form, kind: SourceKind, *, now: datetime, present: SourceDraft | None = None) -> SourceDraft:
    """The draft that was posted. What the form does not show stays as it is. Raises `BadInput` with every problem."""
    read = Reading()
    schedule = read(lambda: read_schedule(form, now=now, kept=present.schedule if present else None))
    refresh_schedule = read(lambda: _elapsed(form, "refresh_every", present.refresh_schedule if present else None))
    check_schedule = read(lambda: _elapsed(form, "check_every", present.check_schedule if present else None))
    policies = read(lambda: _policies(form, present.policies if present else Policies()))
    settings = read(lambda: read_settings(kind.schema, form))
    credential = read(lambda: read_credential(form))
    if read.problems or policies is None:
        raise BadInput(read.problems)
    return SourceDraft(
        name=form.text("name"),
        kind=kind.name,
        url=form.text("url"),
        settings=settings or {},
        policies=policies,
        visibility=Visibility.PUBLIC if form.text("visibility") == "public" else Visibility.PRIVATE,
        credential=credential,
        drop_credential=form.text("credential") == "drop",
        schedule=schedule,
        refresh_schedule=refresh_schedule,
        check_schedule=check_schedule,
        queue=present.queue if present else "default",
        priority=present.priority if present else 0,
    )


def read_seen(form: Form) -> datetime | None:
    """When the source was changed that the form was made from; None where the form does not tell."""
    try:
        return datetime.fromisoformat(form.text("seen")) if form.text("seen") else None
    except ValueError as error:
        raise BadInput.of("seen", "is no moment: load the page anew") from error


def read_credential(form: Form) -> Credential | None:
    """The secret that was typed in; None where there is none. Raises `BadInput`."""
    kind = form.text("credential")
    if kind not in set(CredentialKind):
        return None
    secret, name = form.raw("secret"), form.text("credential_name")
    if not secret:
        raise BadInput.of("secret", "is missing")
    if kind != CredentialKind.BEARER and not name:
        raise BadInput.of("credential_name", "is missing")
    return Credential(CredentialKind(kind), secret, name)


def problems_by_field(error: BadInput) -> dict[str, str]:
    """What is wrong, by the field of the form that it belongs to."""
    found: dict[str, str] = {}
    for each in error.problems:
        steps = in_form(each.field).removeprefix("policies.").split(".")
        found.setdefault(".".join(steps[:2]) if steps[0] in ("settings", "when") else steps[0], each.problem)
    return found


class Reading:
    """Reads piece by piece and gathers what is wrong."""

    def __init__(self) -> None:
        self.problems: list[FieldProblem] = []

    def __call__(self, read: Callable[[], Value]) -> Value | None:
        """What was read, or None."""
        try:
            return read()
        except BadInput as error:
            self.problems.extend(error.problems)
            return None


def _elapsed(form: Form, name: str, kept: Schedule | None) -> Schedule | None:
    """So many minutes after the last time; what is empty is never done by itself."""
    if kept is not None and form.text(name) == _minutes(kept):
        return kept
    minutes = form.number(name, 0)
    if not form.text(name):
        return None
    if not 1 <= minutes <= MOST_MINUTES:
        raise BadInput.of(name, f"must lie between 1 and {MOST_MINUTES:,} minutes")
    every = timedelta(minutes=minutes)
    if kept is not None and _every(kept) == every:
        return kept
    return replace(kept, trigger=Elapsed(every)) if kept is not None else Schedule(Elapsed(every))


def _minutes(schedule: Schedule | None) -> str:
    every = _every(schedule)
    return "" if every is None else f"{every / timedelta(minutes=1):g}"


def _policies(form: Form, kept: Policies) -> Policies:
    usual = Policies()
    count = form.text("guard_count")
    return replace(
        kept,
        guard_share=form.number("guard_share", usual.guard_share * 100) / 100,
        guard_count=form.integer("guard_count", 0) if count else None,
        grace=_days(form, "grace", usual.grace),
        full_every=_days(form, "full_every", usual.full_every),
        new_wanted=form.ticked("new_wanted"),
        keep_gone=form.ticked("keep_gone"),
        keywords_union=form.ticked("keywords_union"),
        requests_per_second=form.number("requests_per_second", usual.requests_per_second),
        concurrency=form.integer("concurrency", usual.concurrency),
        page_attempts=form.integer("page_attempts", usual.page_attempts),
        copying=_copying(form),
        largest_copy=_bytes(form, "largest_copy", usual.largest_copy),
        copy_budget=_bytes(form, "copy_budget", 0) if form.text("copy_budget") else None,
        copy_formats=_formats(form) or usual.copy_formats,
    )


def _copying(form: Form) -> Copying:
    try:
        return Copying(form.text("copying") or Copying.NONE)
    except ValueError as error:
        raise BadInput.of("copying", f"must be one of {', '.join(Copying)}") from error


def _formats(form: Form) -> tuple[str, ...]:
    return tuple(dict.fromkeys(form.text("copy_formats").lower().replace(",", " ").split()))


MEBIBYTE = 1 << 20
MOST_MEBIBYTES = 1 << 30


def _mebibytes(count: int) -> str:
    return f"{count / MEBIBYTE:.15g}"


def _bytes(form: Form, name: str, usual: int) -> int:
    found = form.number(name, usual / MEBIBYTE)
    if not 0 <= found <= MOST_MEBIBYTES:
        raise BadInput.of(name, f"must lie between 0 and {MOST_MEBIBYTES:,} MiB")
    return round(found * MEBIBYTE)


def _days(form: Form, name: str, usual: timedelta) -> timedelta:
    days = form.number(name, usual / DAY)
    if not -36_500 < days < 36_500:
        raise BadInput.of(name, "must be at most a hundred years")
    return days * DAY


def _every(schedule: Schedule | None) -> timedelta | None:
    """How long it is from one moment to the next; None where these fields cannot say when it runs."""
    trigger = None if schedule is None else schedule.trigger
    return trigger.every if isinstance(trigger, Interval | Elapsed) else None
