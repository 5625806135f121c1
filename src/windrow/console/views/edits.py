"""How local edits are shown: a mark beside each field that is not the source's alone."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Path

from windrow.console.edit_forms import TITLES
from windrow.core.editing import Traced
from windrow.core.windrow import Windrow
from windrow.errors import NotAllowed, NotFound
from windrow.model.accounts import Principal
from windrow.model.edit_values import spell
from windrow.model.edits import EDITABLE, Edit, Provenance

FieldPath = Annotated[str, Path(max_length=64)]


@dataclass(frozen=True, slots=True)
class Mark:
    """What is to be said of a field that is not the source's alone; `remote` is what the source has, for people."""

    field: str
    title: str
    found: Provenance
    remote: str

    @property
    def word(self) -> str:
        """In one word."""
        return self.found.origin.value

    @property
    def is_kept(self) -> bool:
        """Whether it holds keywords that the source has dropped, and nobody edited it."""
        return bool(self.found.kept)


def marks_of(traced: Traced) -> Mapping[str, Mark]:
    """Marks by field, for those that were edited or that hold what the source has dropped."""
    marked = [each for each in traced.fields if each.field in EDITABLE and (each.edit is not None or each.kept)]
    return {each.field: Mark(each.field, TITLES[each.field], each, told(each.field, each.remote)) for each in marked}


def edits_of(traced: Traced) -> Mapping[str, Edit]:
    """The edits that stand, by field."""
    return {each.field: each.edit for each in traced.fields if each.edit is not None}


def find_marks(windrow: Windrow, principal: Principal, record_id: int) -> Mapping[str, Mark] | None:
    """The marks of a record; None where it is another team's, who edit it alone."""
    with suppress(NotFound, NotAllowed):
        return marks_of(windrow.editing.trace(principal, record_id))
    return None


def told(name: str, value: object) -> str:
    """A field's value in one line."""
    match spell(name, value):
        case None | "" | []:
            return "nothing"
        case list() as numbers if name == "bbox":
            return ", ".join(f"{each:g}" for each in numbers)
        case list() as items:
            return "; ".join(_item(each) for each in items)
        case other:
            return str(other)


def _item(item: Any) -> str:
    if isinstance(item, dict):
        return ", ".join(str(each) for each in item.values() if each)
    return str(item)
