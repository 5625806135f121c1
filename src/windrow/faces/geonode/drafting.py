"""Drafting: what a body that came in makes of a source. Every field at fault is told, each by its name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import urlsplit

from windrow.core.source_drafts import SourceDraft, SourceView
from windrow.errors import BadInput, FieldProblem
from windrow.faces.geonode import words
from windrow.faces.geonode.translate import FACE, FREQUENCIES, minutes_of, schedules_of
from windrow.model.copies import DATA_FORMATS, DOCUMENT_FORMATS, Copying
from windrow.model.schedules import Overlap, Schedule
from windrow.model.sources import Policies
from windrow.model.triggers import Elapsed

FIRST_TICK = timedelta(seconds=30)
"""A new harvester is first looked at when GeoNode's scheduler would have come by: its maker may be quicker."""

LONGEST_NAME, LONGEST_URL = 255, 200
MOST_MINUTES = 5_256_000

REQUIRED = "This field is required."


@dataclass(frozen=True, slots=True)
class Checks:
    """What only the installation knows.

    is_kind   whether a source kind is installed
    fill      checks settings by their kind's schema and adds what is usual; raises `BadInput`
    owner     the id of a user by the small number, if the caller may know of them
    """

    is_kind: Callable[[str], bool]
    fill: Callable[[str, Mapping[str, Any]], Mapping[str, Any]]
    owner: Callable[[int], str | None]


@dataclass(frozen=True, slots=True)
class Wish:
    """What a body asks for: a draft, and perhaps something to be done.

    changes   whether the draft differs from what is there
    status    what is to be begun or aborted; None where nothing is
    relists   whether another configuration asks for another list
    """

    draft: SourceDraft
    changes: bool = True
    status: str | None = None
    relists: bool = False


Value = TypeVar("Value")


@dataclass(slots=True)
class Reader:
    """Reads the fields of a body, and gathers what is wrong with them."""

    body: Mapping[str, Any]
    problems: list[FieldProblem] = field(default_factory=list)

    def text(self, name: str, present: str | None, longest: int) -> str:
        """A text that must not be blank; `present` stands where it is left out, None where it must be given."""
        value = self._given(name, present)
        if not isinstance(value, str | int | float) or isinstance(value, bool):
            return self._wrong(name, "Not a valid string.", present or "", value)
        text = str(value).strip()
        if not text:
            return self._wrong(name, "This field may not be blank.", "", value)
        if len(text) > longest:
            return self._wrong(name, f"Ensure this field has no more than {longest} characters.", "", value)
        return text

    def url(self, name: str, present: str | None) -> str:
        """An http or https URL."""
        text = self.text(name, present, LONGEST_URL)
        if text and text != present and not _is_url(text):
            return self._wrong(name, "Enter a valid URL.", "", text)
        return text

    def yes_or_no(self, name: str, present: bool) -> bool:
        """A truth value."""
        value = self._given(name, present)
        for meant in (True, False):
            if isinstance(value, bool | int | str) and str(value).lower() in _TRUTHS[meant]:
                return meant
        return self._wrong(name, "Must be a valid boolean.", present, value)

    def minutes(self, name: str, present: int) -> int:
        """A frequency."""
        value = self._given(name, present)
        if isinstance(value, str) and value.strip().isdecimal():
            value = int(value[:20])
        if isinstance(value, bool) or not isinstance(value, int):
            return self._wrong(name, "A valid integer is required.", present, value)
        if value < 1:
            return self._wrong(name, "Ensure this value is greater than or equal to 1.", present, value)
        if value > MOST_MINUTES:
            return self._wrong(name, f"Ensure this value is less than or equal to {MOST_MINUTES}.", present, value)
        return value

    def choice(self, name: str, present: str, known: Callable[[str], bool]) -> str:
        """One of a few words."""
        value = self._given(name, present)
        if not isinstance(value, str) or not (value == present or known(value)):
            return self._wrong(name, f'"{str(value)[:200]}" is not a valid choice.', present, value)
        return value

    def mapping(self, name: str, present: Mapping[str, Any]) -> Mapping[str, Any]:
        """A JSON object."""
        value = self._given(name, present)
        return value if isinstance(value, Mapping) else self._wrong(name, "Value must be a JSON object.", {}, value)

    def refuse(self, name: str, problem: str) -> None:
        """Notes something wrong."""
        self.problems.append(FieldProblem(name, problem))

    def done(self) -> None:
        """Raises `BadInput` with everything that was wrong."""
        if self.problems:
            raise BadInput(self.problems)

    def _given(self, name: str, present: Any) -> Any:
        if name in self.body:
            return self.body[name]
        return REQUIRED if present is None else present

    def _wrong(self, name: str, problem: str, instead: Value, value: object) -> Value:
        if name in self.body and value is None:
            problem = "This field may not be null."
        self.refuse(name, problem)
        return instead


_TRUTHS = {True: ("true", "1", "t", "y", "yes", "on"), False: ("false", "0", "f", "n", "no", "off")}


def read_new(body: Mapping[str, Any], *, now: datetime, checks: Checks) -> Wish:
    """A harvester to be made. Raises `BadInput`."""
    usual = SourceDraft(
        name="",
        kind=words.kinds_of(words.DEFAULT_TYPE),
        url="",
        policies=Policies(new_wanted=False, keep_gone=True),
    )
    reader = Reader(body)
    for name in ("name", "remote_url"):
        if name not in body:
            reader.refuse(name, REQUIRED)
    status = reader.choice("status", words.READY, words.STATUSES.__contains__)
    if status != words.READY:
        reader.refuse("status", f'A new harvester begins as "{words.READY}": leave this out.')
    draft = _draft(reader, usual, None, now=now, checks=checks)
    reader.done()
    return Wish(draft)


def read_change(body: Mapping[str, Any], view: SourceView, *, whole: bool, now: datetime, checks: Checks) -> Wish:
    """A harvester to be changed, and what is to be begun with it. `whole` is a PUT. Raises `BadInput`."""
    reader = Reader(body)
    if whole:
        for name in ("name", "remote_url"):
            if name not in body:
                reader.refuse(name, REQUIRED)
    before = view.draft
    draft = _draft(reader, before, view, now=now, checks=checks)
    present = words.ACTIVITIES.get(view.source.activity, words.READY)
    status = reader.choice("status", present, words.STATUSES.__contains__) if "status" in body else present
    if status != present or (status == words.READY and "status" in body and not whole):
        if status == words.READY:
            reader.refuse("status", f'"{words.READY}" is said by the server alone; abort what goes on instead.')
        if "harvester_type_specific_configuration" in body and not whole:
            reader.refuse("status", "Change the status and the configuration one after the other.")
    reader.done()
    relists = (draft.kind, draft.url, dict(draft.settings)) != (before.kind, before.url, dict(before.settings))
    wanted = status if "status" in body and status != words.READY else None
    return Wish(draft, changes=draft != before, status=wanted, relists=relists)


def _draft(
    reader: Reader,
    base: SourceDraft,
    view: SourceView | None,
    *,
    now: datetime,
    checks: Checks,
) -> SourceDraft:
    path = words.class_path_of(base.kind)
    harvester_type = reader.choice("harvester_type", path, lambda word: checks.is_kind(words.kinds_of(word)))
    kind = words.kinds_of(harvester_type)
    policies = replace(
        base.policies,
        new_wanted=reader.yes_or_no("harvest_new_resources_by_default", base.policies.new_wanted),
        keep_gone=not reader.yes_or_no("delete_orphan_resources_automatically", not base.policies.keep_gone),
    )
    draft = replace(
        base,
        name=reader.text("name", base.name, LONGEST_NAME) if "name" in reader.body else base.name,
        url=reader.url("remote_url", base.url) if "remote_url" in reader.body else base.url,
        kind=kind,
        policies=policies,
        owner_id=_owner(reader, checks),
    )
    draft = _with_settings(reader, draft, base, checks)
    return _with_schedules(reader, draft, view, now=now)


def _owner(reader: Reader, checks: Checks) -> str | None:
    if "default_owner" not in reader.body:
        return None
    value = reader.body["default_owner"]
    number = int(value) if isinstance(value, int | str) and str(value).isdecimal() and len(str(value)) < 16 else None
    if number is None or isinstance(value, bool):
        reader.refuse("default_owner", f"Incorrect type. Expected pk value, received {type(value).__name__}.")
        return None
    found = checks.owner(number)
    if found is None:
        reader.refuse("default_owner", f'Invalid pk "{number}" - object does not exist.')
    return found


def _with_settings(reader: Reader, draft: SourceDraft, base: SourceDraft, checks: Checks) -> SourceDraft:
    name = "harvester_type_specific_configuration"
    if name not in reader.body and draft.kind == base.kind and base.name:
        return draft
    said = reader.mapping(name, {})
    try:
        settings = dict(checks.fill(draft.kind, said))
    except BadInput as error:
        for each in error.problems:
            reader.refuse(each.field.replace("settings", name, 1), each.problem)
        return draft
    policies = _copying(said, draft.policies)
    notes = {FACE: {"configuration": dict(said), "settings": settings}}
    return replace(draft, settings=settings, policies=policies, notes=notes)


_COPIED = {"copy_datasets": DATA_FORMATS, "copy_documents": DOCUMENT_FORMATS}


def _copying(said: Mapping[str, Any], policies: Policies) -> Policies:
    """GeoNode's words for copying the data itself, as policies; where neither is said, they stay as they are."""
    if not any(name in said for name in _COPIED):
        return policies
    formats = tuple(each for name, some in _COPIED.items() if said.get(name) for each in some)
    if not formats:
        return replace(policies, copying=Copying.NONE)
    return replace(policies, copying=Copying.DATA, copy_formats=formats)


def _with_schedules(reader: Reader, draft: SourceDraft, view: SourceView | None, *, now: datetime) -> SourceDraft:
    present = schedules_of(view) if view is not None else dict.fromkeys(FREQUENCIES)
    harvest = view.task.schedule if view is not None else None
    enabled = harvest.enabled if harvest is not None else view is None
    scheduling = reader.yes_or_no("scheduling_enabled", enabled)
    made: dict[str, Schedule | None] = {}
    for name, usual in FREQUENCIES.items():
        kept = present[name]
        every = reader.minutes(name, minutes_of(kept, usual))
        asked = name in reader.body or view is None or ("scheduling_enabled" in reader.body and name != _CHECKS)
        # Whether it answers is looked at all the same while nothing is scheduled.
        on = scheduling or name == _CHECKS
        made[name] = _schedule(kept, every, usual, enabled=on, now=now) if asked else kept
    return replace(
        draft,
        schedule=made["harvesting_session_update_frequency"],
        refresh_schedule=made["refresh_harvestable_resources_update_frequency"],
        check_schedule=made[_CHECKS],
    )


_CHECKS = "check_availability_frequency"


def _schedule(kept: Schedule | None, minutes: int, usual: int, *, enabled: bool, now: datetime) -> Schedule:
    every = timedelta(minutes=minutes)
    if kept is None:
        start = now + FIRST_TICK
        return Schedule(Elapsed(every), enabled=enabled, start=start, overlap=Overlap.SKIP)
    # What these frequencies cannot say stays, while no other number is sent than the usual one that they say for it.
    same = minutes == minutes_of(kept, usual)
    trigger = kept.trigger if same else Elapsed(every, getattr(kept.trigger, "last", None))
    return replace(kept, trigger=trigger, enabled=enabled)


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and " " not in text and parts.port != 0
    except ValueError:
        return False
