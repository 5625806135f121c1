"""`windrow records edit | provenance | unedit | confirm` and `windrow sources edits`: changing records."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from windrow.cli.answers import Column, pages, print_json, print_line, print_list
from windrow.cli.commands import Command
from windrow.cli.drafting import split_pairs
from windrow.cli.local import open_local
from windrow.cli.moments import read_moment
from windrow.cli.options import All, Data, Json, Limit, Source
from windrow.errors import BadInput
from windrow.model.edit_values import LISTS, MOMENTS, spell
from windrow.model.edits import EDITABLE, Provenance
from windrow.ports.edits import EditedEntry

if TYPE_CHECKING:
    from windrow.ports.catalogue import Entry

RecordId = Annotated[int, typer.Argument(metavar="RECORD", help="Number of the record.")]


def complete_fields(incomplete: str) -> list[str]:
    """The fields that begin so."""
    return [name for name in EDITABLE if name.startswith(incomplete)]


Field = Annotated[
    str, typer.Argument(metavar="FIELD", help="The field, such as title.", autocompletion=complete_fields)
]

COLUMNS: list[Column[Provenance]] = [
    Column("Field", lambda each: each.field),
    Column("From", lambda each: each.origin.value),
    Column("Value", lambda each: _told(each.field, each.value)),
    Column("At the source", lambda each: "" if each.value == each.remote else _told(each.field, each.remote)),
    Column("Since", lambda each: f"{'' if each.exact else 'before '}{each.changed_at:%Y-%m-%d %H:%M:%S}"),
    Column("Edited", lambda each: each.edit and f"{each.edit.at:%Y-%m-%d %H:%M:%S} {each.edit.user_name}"),
    Column("Rule", lambda each: each.edit and each.edit.rule.value),
    Column("Changed at the source since", lambda each: "yes" if each.conflict else ""),
]


EDITED: list[Column[EditedEntry]] = [
    Column("Record", lambda each: str(each.record_id)),
    Column("Title", lambda each: each.title[:100]),
    Column("Edited", lambda each: [name for name in EDITABLE if name in each.edited.edits]),
    Column("Changed at the source since", lambda each: each.edited.conflicts),
]


def add_to(app: typer.Typer) -> None:
    """Adds these commands to `windrow records`."""
    for command in (edit, provenance, unedit, confirm):
        app.command(cls=Command)(command)


def edit(
    record_id: RecordId,
    values: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="FIELD=VALUE",
            help="A field and what it shall hold: keywords by commas, the box as west,south,east,north, contacts and "
            "links as JSON; nothing empties it. May be repeated.",
        ),
    ] = None,
    rules: Annotated[
        list[str] | None,
        typer.Option(
            "--rule",
            metavar="FIELD=RULE",
            help="What becomes of the edit when the source changes the field: remote, local or merge; may be repeated.",
        ),
    ] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Edit fields of a record; the harvests to come keep the edits by their rules."""
    if not values and not rules:
        raise BadInput.of("--set", "is missing: say which field shall hold what, such as --set title='Rivers'")
    chosen = {name: read_value(name, text) for name, text in split_pairs(values, option="--set")}
    with open_local(data) as local:
        ways = dict(split_pairs(rules, option="--rule"))
        entry = local.windrow.editing.edit(local.principal, record_id, chosen, rules=ways)
        _answer(entry, f"Record {record_id} is edited: {', '.join({**chosen, **ways})}.", as_json=as_json)


def provenance(record_id: RecordId, data: Data = None, as_json: Json = False) -> None:
    """List where the values of a record come from, field by field."""
    with open_local(data) as local:
        traced = local.windrow.editing.trace(local.principal, record_id)
        if as_json:
            print_json(traced)
        else:
            print_list(traced.fields, COLUMNS, as_json=False)


def unedit(record_id: RecordId, field: Field, data: Data = None, as_json: Json = False) -> None:
    """Take the edit of a field back: it has the source's present value again, at once."""
    with open_local(data) as local:
        entry = local.windrow.editing.undo(local.principal, record_id, field)
        _answer(entry, f"The {field} of record {record_id} is the source's again.", as_json=as_json)


def confirm(record_id: RecordId, field: Field, data: Data = None, as_json: Json = False) -> None:
    """Keep the edit of a field although the source changed it since."""
    with open_local(data) as local:
        entry = local.windrow.editing.confirm(local.principal, record_id, field)
        _answer(entry, f"The {field} of record {record_id} stays as it was edited.", as_json=as_json)


def edits(
    source: Source,
    conflicts: Annotated[bool, typer.Option("--conflicts", help="Only those that the source changed since.")] = False,
    limit: Limit = 50,
    every: All = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """List the records of a source that were edited here."""
    with open_local(data) as local:
        editing, principal = local.windrow.editing, local.principal
        found = pages(
            lambda most, cursor: editing.edited(principal, source, conflicts=conflicts, limit=most, cursor=cursor)
        )
        print_list(found, EDITED, as_json=as_json, limit=None if every else limit)


def read_value(name: str, text: str) -> Any:
    """What a field shall hold, in JSON. Raises `BadInput`."""
    if name in LISTS or name == "bbox":
        return _list(name, text)
    if name in MOMENTS:
        return read_moment(text, option=f"--set {name}") if text else None
    return text


def _list(name: str, text: str) -> Any:
    import json

    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if isinstance(found, list):
        return found
    if name in ("contacts", "links") and text:
        raise BadInput.of(f"--set {name}", 'must be a JSON list of objects, such as \'[{"name": "Ada"}]\'')
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if name != "bbox":
        return parts
    try:
        return [float(part) for part in parts] or None
    except ValueError:
        raise BadInput.of("--set bbox", "must be west,south,east,north in degrees") from None


def _answer(entry: "Entry", told: str, *, as_json: bool) -> None:
    if as_json:
        print_json(entry)
    else:
        print_line(told)


def _told(name: str, value: object) -> str:
    match spell(name, value):
        case None | "" | []:
            return ""
        case list() as items:
            return "; ".join(_told_item(each) for each in items)
        case other:
            return str(other)[:200]


def _told_item(item: object) -> str:
    if isinstance(item, dict):
        return ", ".join(str(each) for each in item.values() if each)
    return f"{item:g}" if isinstance(item, float) else str(item)
