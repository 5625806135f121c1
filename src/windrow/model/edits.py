"""Local edits: what people changed of a record, what becomes of that when the remote changes, where each value is from.

A record that is edited is kept twice: as the remote has it, and as the catalogue shows it. The second is always made
anew of the first and the edits, so that undoing an edit needs nobody's answer.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, TypeAlias

from windrow.errors import BadInput, FieldProblem, NotFound
from windrow.model.edit_values import LISTS, Value, check_period, lacking, united
from windrow.model.records import Record

EDITABLE: Final = (
    *("title", "abstract", "type", "keywords", "contacts", "licence", "links", "bbox"),
    *("time_start", "time_end", "language", "collection"),
)
"""The fields of a record that people may change, in its order."""

FIXED: Final = ("identifier", "created", "modified", "standard")
"""Those that always are the remote's."""


class Rule(StrEnum):
    """What becomes of an edit when the remote's own value changes.

    remote   the remote's next change of the field wins and ends the edit
    local    the edit stays, whatever the remote says
    merge    lists have what the remote has, then what was added here; other fields stay as with `local`
    """

    REMOTE = "remote"
    LOCAL = "local"
    MERGE = "merge"


Rules: TypeAlias = Mapping[str, Rule]


def check_rules(rules: Mapping[str, object], *, within: str) -> list[FieldProblem]:
    """What is wrong with rules by field."""
    unknown = [FieldProblem(f"{within}.{name}", _UNKNOWN) for name in rules if name not in EDITABLE]
    wrong = [
        FieldProblem(f"{within}.{name}", "must be remote, local or merge")
        for name, rule in rules.items()
        if rule not in set(Rule)
    ]
    return [*unknown, *wrong]


_UNKNOWN = f"is no field that can be edited; these are: {', '.join(EDITABLE)}"


@dataclass(frozen=True, slots=True)
class Edit:
    """What somebody made of a field.

    value   what they put there; with `merge`, of a list only what the remote did not have
    base    the remote's value that this was put in place of, or that somebody has confirmed it against since
    at      when (UTC)
    user_name   as far as it is known
    """

    field: str
    value: Value
    rule: Rule
    base: Value
    user_id: str
    at: datetime
    user_name: str = ""

    def over(self, remote: Value) -> Value:
        """What the catalogue shows, given what the remote has."""
        if self.rule is Rule.MERGE and self.field in LISTS:
            return united(self.field, remote, self.value)
        return self.value


def apply(record: Record, edits: Iterable[Edit]) -> Record:
    """The record with the edits in it. A box of our own leaves no room for the remote's geometry."""
    changes: dict[str, Any] = {each.field: each.over(getattr(record, each.field)) for each in edits}
    if changes.get("bbox", record.bbox) != record.bbox:
        changes["geometry"] = None
    return replace(record, **changes) if changes else record


@dataclass(frozen=True, slots=True)
class Moved:
    """When the remote changed a field: the moment of the commit that brought it, and the run it was of."""

    at: datetime
    run_id: str


@dataclass(frozen=True, slots=True)
class EditedRecord:
    """A record as the remote has it, with all that was done to it here.

    remote   as the last harvest that could read it found it
    kept     keywords that it had once and the remote has dropped since: see `Policies.keywords_union`
    moved    fields that the remote changed since this is looked after, and when last
    as_of    when the record was last changed before that: all other fields are at least as old
    """

    remote: Record
    as_of: datetime
    edits: Mapping[str, Edit] = field(default_factory=dict)
    kept: tuple[str, ...] = ()
    moved: Mapping[str, Moved] = field(default_factory=dict)

    @property
    def unedited(self) -> Record:
        """Without the edits."""
        if not self.kept:
            return self.remote
        return replace(self.remote, keywords=united("keywords", self.remote.keywords, self.kept))

    @property
    def shown(self) -> Record:
        """As the catalogue shows it."""
        return apply(self.unedited, self.edits.values())

    @property
    def conflicts(self) -> list[str]:
        """Edited fields whose remote value is no longer the one that the edit was made over."""
        return [each.field for each in self.edits.values() if getattr(self.remote, each.field) != each.base]

    def edit(
        self, values: Mapping[str, Value], rules: Rules, usual: Rules, *, user_id: str, now: datetime
    ) -> "EditedRecord":
        """With these values, or these rules for edits that there are. Raises `BadInput`.

        `usual` are the rules for fields that are edited for the first time and have none in `rules`.
        """
        lone = [name for name in rules if name not in values and name not in self.edits]
        if lone:
            told = "is for a field that is not edited; send its value too"
            raise BadInput([FieldProblem(f"rules.{name}", told) for name in lone])
        made = [
            self._made(name, values, rules, usual, (user_id, now)) for name in EDITABLE if name in {*values, *rules}
        ]
        edited = replace(self, edits={**self.edits, **{each.field: each for each in made}})
        if {"time_start", "time_end"} & set(values):
            check_period(edited.shown)
        return edited

    def _made(
        self, name: str, values: Mapping[str, Value], rules: Rules, usual: Rules, who: tuple[str, datetime]
    ) -> Edit:
        present, under = self.edits.get(name), getattr(self.unedited, name)
        rule = rules.get(name) or (present.rule if present else usual.get(name, Rule.LOCAL))
        value = values[name] if name in values else getattr(self.shown, name)
        if rule is Rule.MERGE and name in LISTS:
            value = lacking(name, under, value)
        # To choose another rule is not to say that one has seen what the remote has now.
        base = present.base if present and name not in values else getattr(self.remote, name)
        return Edit(name, value, rule, base, *who)

    def undo(self, name: str) -> "EditedRecord":
        """Without the edit of a field: the remote's present value is back. Raises `NotFound`."""
        self._need(name)
        return replace(self, edits={each: edit for each, edit in self.edits.items() if each != name})

    def confirm(self, name: str) -> "EditedRecord":
        """With the edit kept over what the remote has now: no conflict any more. Raises `NotFound`."""
        edit = replace(self._need(name), base=getattr(self.remote, name))
        return replace(self, edits={**self.edits, name: edit})

    def _need(self, name: str) -> Edit:
        if name not in self.edits:
            raise NotFound("local edit of", name)
        return self.edits[name]

    def renew(
        self, remote: Record, *, now: datetime, run_id: str, keeps_keywords: bool = False
    ) -> tuple["EditedRecord", list[str]]:
        """After the remote changed, and which edits gave way to it."""
        moved = {name: Moved(now, run_id) for name in EDITABLE if getattr(remote, name) != getattr(self.remote, name)}
        ended = [
            each.field
            for each in self.edits.values()
            if each.rule is Rule.REMOTE and getattr(remote, each.field) != each.base
        ]
        renewed = EditedRecord(
            remote,
            self.as_of,
            {name: each for name, each in self.edits.items() if name not in ended},
            self._keep(remote, ended) if keeps_keywords else (),
            {**self.moved, **moved},
        )
        return renewed, ended

    def _keep(self, remote: Record, ended: Sequence[str]) -> tuple[str, ...]:
        # What was added here stays as well when the edit that added it gives way.
        had = self.shown.keywords if "keywords" in ended else ()
        once = united("keywords", self.unedited.keywords, had)
        return tuple(str(each) for each in lacking("keywords", remote.keywords, once))


class Origin(StrEnum):
    """Where the value of a field comes from: the remote alone, an edit alone, or both."""

    REMOTE = "remote"
    LOCAL = "local"
    MERGED = "merged"


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where the value of a field comes from.

    value        as the catalogue shows it
    remote       as the remote has it
    edit         the edit that stands on it
    conflict     whether the remote changed it since the edit, and nobody has looked
    kept         keywords of it that only this catalogue still has
    changed_at   when the remote's value came here (UTC), if `exact`; else it is at least as old
    run_id       of the harvest that brought it; None where that is not known
    """

    field: str
    origin: Origin
    value: object
    remote: object
    changed_at: datetime
    exact: bool
    run_id: str | None = None
    edit: Edit | None = None
    conflict: bool = False
    kept: tuple[str, ...] = ()


def provenance(edited: EditedRecord) -> list[Provenance]:
    """Where the values of a record come from, field by field."""
    shown, conflicts = edited.shown, set(edited.conflicts)
    return [_provenance_of(edited, shown, name, conflict=name in conflicts) for name in (*EDITABLE, *FIXED)]


def _provenance_of(edited: EditedRecord, shown: Record, name: str, *, conflict: bool) -> Provenance:
    moved, remote, value = edited.moved.get(name), getattr(edited.remote, name), getattr(shown, name)
    edit = edited.edits.get(name)
    return Provenance(
        field=name,
        origin=_origin(edit, value, remote),
        value=value,
        remote=remote,
        changed_at=moved.at if moved else edited.as_of,
        exact=moved is not None,
        run_id=moved.run_id if moved else None,
        edit=edit,
        conflict=conflict,
        kept=edited.kept if name == "keywords" and edit is None else (),
    )


def _origin(edit: Edit | None, value: object, remote: object) -> Origin:
    if edit is not None and (edit.rule is not Rule.MERGE or edit.field not in LISTS):
        return Origin.LOCAL
    if value == remote:
        return Origin.REMOTE
    return Origin.MERGED if remote else Origin.LOCAL
