"""Between the form in which a record is edited and its fields, both ways: what was not touched is not sent."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from itertools import zip_longest
from typing import Any, Final, TypeAlias

from windrow.console.forms import Form, number_in
from windrow.errors import BadInput
from windrow.model.edits import EDITABLE, Edit, Rules
from windrow.model.records import Box, Contact, Record

Row: TypeAlias = dict[str, str]

CORNERS: Final = ("west", "south", "east", "north")
CONTACT: Final = {"name": "Name", "organisation": "Organisation", "role": "Role", "email": "E-mail"}
LINK: Final = {"href": "Address", "title": "Title", "description": "Description", "protocol": "Protocol"}
"""The columns that a row shows; what else there is of it is sent along unseen."""

HIDDEN: Final[Mapping[str, Sequence[str]]] = {"contacts": ("phone", "url"), "links": ("rel", "media_type")}
SHOWN: Final[Mapping[str, Mapping[str, str]]] = {"contacts": CONTACT, "links": LINK}
MOST_ROWS: Final = 200
"""Records with more contacts or links are edited by other ways: a form of them would be too large to be sent."""

BLANK: Final = 2
"""Rows that stand ready for what is to be added."""

TITLES: Final = {
    "title": "Title",
    "abstract": "Abstract",
    "type": "Type",
    "keywords": "Keywords",
    "contacts": "Contacts",
    "licence": "Licence",
    "links": "Links",
    "bbox": "Box",
    "time_start": "From",
    "time_end": "Until",
    "language": "Language",
    "collection": "Collection",
}


@dataclass(frozen=True, slots=True)
class EditForm:
    """What stands in the form.

    values   by field: text; for keywords one a line; four texts for the box; rows for contacts and links, or None where
             they are too many
    rules    by field, what becomes of an edit when the source changes it
    seen     when the record was written that the form was made from
    """

    values: Mapping[str, Any]
    rules: Mapping[str, str]
    seen: str
    problems: Mapping[str, str] = field(default_factory=dict)


def to_form(record: Record, edits: Mapping[str, Edit], usual: Rules, *, seen: datetime) -> EditForm:
    """A record as it stands in the form."""
    return EditForm(texts_of(record), rules_of(edits, usual), seen.isoformat())


def as_typed(form: Form, problems: Mapping[str, str]) -> EditForm:
    """The form as it was sent, right or wrong, with what is wrong beside it."""
    return EditForm(_typed(form), {name: form.text(f"rule.{name}") for name in EDITABLE}, form.text("seen"), problems)


def rules_of(edits: Mapping[str, Edit], usual: Rules) -> dict[str, str]:
    """The rule of every field: that of its edit, or the one it would have."""
    return {name: (edits[name].rule if name in edits else usual.get(name, "local")) for name in EDITABLE}


def read_change(form: Form, record: Record, edits: Mapping[str, Edit]) -> tuple[dict[str, Any], dict[str, str]]:
    """The values that were changed in the form, in JSON, and the rules to go with them. Raises `BadInput`."""
    shown, typed = texts_of(record), _typed(form)
    values = {name: _value(name, typed[name]) for name in EDITABLE if typed[name] != shown[name]}
    chosen = {name: form.text(f"rule.{name}") for name in EDITABLE if f"rule.{name}" in form}
    rules = {
        name: rule
        for name, rule in chosen.items()
        if name in values or (name in edits and rule != edits[name].rule.value)
    }
    return values, rules


def texts_of(record: Record) -> dict[str, Any]:
    """A record's fields as the form shows them."""
    plain = {name: _lines(getattr(record, name)) for name in ("title", "abstract", "type", "licence")}
    return {
        **plain,
        **{name: _lines(getattr(record, name)) for name in ("language", "collection")},
        "keywords": "\n".join(_lines(each) for each in record.keywords),
        "contacts": _rows(record.contacts),
        "links": _rows(record.links),
        "bbox": _corners(record.bbox),
        "time_start": _moment(record.time_start),
        "time_end": _moment(record.time_end),
    }


def _typed(form: Form) -> dict[str, Any]:
    plain = {name: _lines(form.raw(name)) for name in EDITABLE if name not in ("contacts", "links", "bbox")}
    rows = {name: _typed_rows(form, name) for name in SHOWN}
    return {**plain, **rows, "bbox": {corner: form.text(f"bbox.{corner}") for corner in CORNERS}}


def _typed_rows(form: Form, name: str) -> list[Row] | None:
    """Rows in which something can be seen; the others were emptied, or never filled. None where the form has none."""
    if f"{name}.posted" not in form:
        return None
    columns = (*SHOWN[name], *HIDDEN[name])
    lists = [[_lines(each) for each in form.all(f"{name}.{column}")] for column in columns]
    rows = [dict(zip(columns, row, strict=True)) for row in zip_longest(*lists, fillvalue="")]
    return [row for row in rows if any(row[column] for column in SHOWN[name])]


def _value(name: str, typed: Any) -> Any:
    match name:
        case "keywords":
            return typed.split("\n")
        case "bbox":
            return _box(typed)
        case "time_start" | "time_end":
            return _read_moment(name, typed)
        case _:
            return typed


def _box(typed: Mapping[str, str]) -> list[float] | None:
    if not any(typed.values()):
        return None
    if not all(typed.values()):
        raise BadInput.of("bbox", "needs all four: west, south, east, north; or none of them")
    return [number_in(typed[corner], "bbox", 0) for corner in CORNERS]


def _read_moment(name: str, typed: str) -> datetime | None:
    if not typed:
        return None
    try:
        moment = datetime.fromisoformat(typed)
    except ValueError as error:
        raise BadInput.of(name, "must be a date, such as 2026-01-31, or one with a time: 2026-01-31T12:00Z") from error
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _rows(items: Sequence[Any]) -> list[Row] | None:
    return [_row(each) for each in items] if len(items) <= MOST_ROWS else None


def _row(item: Any) -> Row:
    name = "contacts" if isinstance(item, Contact) else "links"
    values = asdict(item)
    return {column: _lines(values[column]) for column in (*SHOWN[name], *HIDDEN[name])}


def _corners(box: Box | None) -> Row:
    return dict.fromkeys(CORNERS, "") if box is None else dict(zip(CORNERS, map(repr, box), strict=True))


def _moment(moment: datetime | None) -> str:
    return "" if moment is None else moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _lines(text: str) -> str:
    """As a browser sends it back, whatever it makes of the ends of lines."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()
