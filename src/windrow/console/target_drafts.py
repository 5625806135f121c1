"""Between the form of a target and the draft of one, both ways."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from windrow.console.drafts import Reading, read_credential
from windrow.console.forms import Form
from windrow.console.schema_forms import Field, fields_of, read_settings, typed_fields
from windrow.core.targets import TargetDraft
from windrow.errors import BadInput
from windrow.model.targets import Pace
from windrow.ports.targets import TargetKind


@dataclass(frozen=True, slots=True)
class TargetForm:
    """What stands in the form: every field as text, as people see it."""

    name: str
    kind: str
    url: str
    enabled: bool
    settings: Sequence[Field]
    requests_per_second: str
    concurrency: str
    has_credential: bool = False
    seen: str = ""
    """When the target was changed that the form was made from."""
    problems: Mapping[str, str] = field(default_factory=dict)


def to_form(
    draft: TargetDraft, kind: TargetKind, *, has_credential: bool = False, seen: datetime | None = None
) -> TargetForm:
    """A draft as it stands in the form."""
    return TargetForm(
        name=draft.name,
        kind=kind.name,
        url=draft.url,
        enabled=draft.enabled,
        settings=fields_of(kind.schema, draft.settings),
        requests_per_second=f"{draft.pace.requests_per_second:g}",
        concurrency=str(draft.pace.concurrency),
        has_credential=has_credential,
        seen="" if seen is None else seen.isoformat(),
    )


def as_typed(form: Form, kind: TargetKind, problems: Mapping[str, str], *, has_credential: bool = False) -> TargetForm:
    """The form as it was sent, right or wrong, with what is wrong beside it."""
    return TargetForm(
        name=form.text("name"),
        kind=kind.name,
        url=form.text("url"),
        enabled=form.ticked("enabled"),
        settings=typed_fields(kind.schema, form),
        requests_per_second=form.text("requests_per_second"),
        concurrency=form.text("concurrency"),
        has_credential=has_credential,
        seen=form.text("seen"),
        problems=problems,
    )


def from_form(form: Form, kind: TargetKind) -> TargetDraft:
    """The draft that was posted. Raises `BadInput` with every problem."""
    read, usual = Reading(), Pace()
    pace = read(
        lambda: Pace(
            form.number("requests_per_second", usual.requests_per_second),
            form.integer("concurrency", usual.concurrency),
        )
    )
    settings = read(lambda: read_settings(kind.schema, form))
    credential = read(lambda: read_credential(form))
    if read.problems or pace is None:
        raise BadInput(read.problems)
    return TargetDraft(
        name=form.text("name"),
        kind=kind.name,
        url=form.text("url"),
        settings=settings or {},
        pace=pace,
        enabled=form.ticked("enabled"),
        credential=credential,
        drop_credential=form.text("credential") == "drop",
    )
