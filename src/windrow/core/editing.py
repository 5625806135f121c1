"""What people do with records: edit fields, look where values come from, undo, confirm."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from windrow.core.catalogue import reader_for
from windrow.errors import BadInput, NotFound
from windrow.model.accounts import Principal, Right
from windrow.model.edit_values import read_values
from windrow.model.edits import EditedRecord, Provenance, Rule, check_rules, provenance
from windrow.model.paging import PageOf, check_limit
from windrow.model.sources import Source
from windrow.ports.catalogue import Entry
from windrow.ports.clocks import Clock
from windrow.ports.edits import Change, EditedEntry
from windrow.ports.store import Store


@dataclass(frozen=True, slots=True)
class Traced:
    """A record of the catalogue, and where the values of its fields come from."""

    entry: Entry
    fields: list[Provenance]


@dataclass(frozen=True, slots=True)
class Editing:
    """Use cases of local edits. Records of other teams answer as unknown ones do, also those that all may read."""

    store: Store
    clock: Clock

    def edit(
        self,
        principal: Principal,
        record_id: int,
        values: Mapping[str, Any],
        *,
        rules: Mapping[str, str] | None = None,
        seen: datetime | None = None,
    ) -> Entry:
        """Puts these values into the record's fields; what is not named stays.

        values   by field, in JSON (see `windrow.model.edit_values.spell`); None empties a field
        rules    what becomes of the edits when the remote changes the field, where it is not as the source has it
        seen     the record's `stored_at` that the values were chosen by: raises `Conflict` if it was written since

        Raises `BadInput` that names every field at fault, and `NotFound`.
        """
        principal.need(Right.WRITE)
        source = self._source(principal, record_id)
        chosen, kept = _read(values, rules or {})
        now = self.clock()

        def change(edited: EditedRecord) -> EditedRecord:
            return edited.edit(chosen, kept, source.policies.edit_rules, user_id=principal.user_id, now=now)

        return self._change(principal, record_id, change, seen)

    def undo(self, principal: Principal, record_id: int, field: str) -> Entry:
        """Takes an edit back: the field has the remote's present value again, at once. Raises `NotFound`."""
        principal.need(Right.WRITE)
        self._source(principal, record_id)
        return self._change(principal, record_id, lambda edited: edited.undo(field))

    def confirm(self, principal: Principal, record_id: int, field: str) -> Entry:
        """Keeps an edit although the remote changed the field since. Raises `NotFound`."""
        principal.need(Right.WRITE)
        self._source(principal, record_id)
        return self._change(principal, record_id, lambda edited: edited.confirm(field))

    def trace(self, principal: Principal, record_id: int) -> Traced:
        """Where the values of a record come from. Raises `NotFound`."""
        self._source(principal, record_id)
        return Traced(self._entry(principal, record_id), provenance(self.store.edits.get(record_id)))

    def edited(
        self,
        principal: Principal,
        source_id: int,
        *,
        conflicts: bool = False,
        limit: int = 50,
        cursor: str | None = None,
    ) -> PageOf[EditedEntry]:
        """A source's edited records; with `conflicts` those that it changed since. Raises `NotFound`."""
        principal.need(Right.READ)
        source = self.store.sources.get(source_id, tenant_id=principal.scope)
        return self.store.edits.page(source.id, conflicts=conflicts, limit=check_limit(limit), cursor=cursor)

    def _change(self, principal: Principal, record_id: int, change: Change, seen: datetime | None = None) -> Entry:
        self.store.edits.change(record_id, change, seen=seen, now=self.clock())
        return self._entry(principal, record_id)

    def _entry(self, principal: Principal, record_id: int) -> Entry:
        return self.store.catalogue.get(reader_for(principal), record_id)

    def _source(self, principal: Principal, record_id: int) -> Source:
        entry = self._entry(principal, record_id)
        try:
            return self.store.sources.get(entry.source_id, tenant_id=principal.scope)
        except NotFound as error:
            raise NotFound("record", record_id) from error


def _read(values: Mapping[str, Any], rules: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, Rule]]:
    problems = check_rules(rules, within="rules")
    chosen: dict[str, Any] = {}
    try:
        chosen = read_values(values)
    except BadInput as error:
        problems = [*error.problems, *problems]
    if problems:
        raise BadInput(problems)
    return chosen, {name: Rule(rule) for name, rule in rules.items()}
