"""Forms made from a JSON Schema: a field for each property, and the posted fields read back into settings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from windrow.console.forms import Form, number_in
from windrow.console.schema_help import Key, keys_inside
from windrow.errors import BadInput, FieldProblem

PREFIX = "settings."
INPUTS = {"date": "date", "email": "email", "password": "password", "uri": "url"}
"""The types of inputs for formats that browsers know."""

POSTED = "settings.posted"
"""Says that the form held the settings: browsers leave out boxes that are not ticked."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form.

    widget   text, number, switch, choice (one of `options`), choices (some of them), lines (one value a line), json
    value    what stands in it; for `choices` all that are ticked, joined by spaces
    """

    name: str
    title: str
    description: str
    widget: str
    value: str
    chosen: Sequence[str] = ()
    options: Sequence[str] = ()
    whole: bool = False
    least: float | None = None
    most: float | None = None
    plain: bool = field(default=True)
    """Whether it stands at the schema's default."""
    optional: bool = False
    """Whether it may be left out: it has no default, and nothing asks for it."""
    input: str = "text"
    """The type of input that a text is typed into."""
    inside: Sequence[Key] = ()
    """Of a value that is typed as JSON: the keys that go into it."""


def fields_of(schema: Mapping[str, Any], settings: Mapping[str, Any]) -> list[Field]:
    """A field for each property, filled with the settings or the defaults."""
    needed = schema.get("required", ())
    return [
        replace(_field(name, rule, settings.get(name, rule.get("default"))), optional=_optional(name, rule, needed))
        for name, rule in rules_of(schema).items()
    ]


def rules_of(schema: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The rule of each property; a schema may also say `true`, which is no rule at all."""
    properties: Mapping[str, Any] = schema.get("properties", {})
    return {name: rule if isinstance(rule, Mapping) else {} for name, rule in properties.items()}


def _optional(name: str, rule: Mapping[str, Any], needed: Sequence[str]) -> bool:
    return "default" not in rule and name not in needed


def typed_fields(schema: Mapping[str, Any], form: Form) -> list[Field]:
    """The same fields, filled with what was typed, right or wrong."""
    return [_typed(each, form) for each in fields_of(schema, {})]


def read_settings(schema: Mapping[str, Any], form: Form) -> dict[str, Any]:
    """What was posted as settings; left out what the form does not hold. Raises `BadInput` with every wrong field."""
    settings: dict[str, Any] = {}
    problems: list[FieldProblem] = []
    for name, rule in rules_of(schema).items():
        posted = PREFIX + name
        if posted not in form and POSTED not in form:
            continue
        if _optional(name, rule, schema.get("required", ())) and not form.text(posted):
            continue
        try:
            settings[name] = _read(widget_of(rule), rule, form, posted)
        except BadInput as error:
            problems.extend(error.problems)
    if problems:
        raise BadInput(problems)
    return settings


def widget_of(rule: Mapping[str, Any]) -> str:
    """What a property is entered with."""
    given = rule.get("items", {})
    items: Mapping[str, Any] = given if isinstance(given, Mapping) else {}
    match rule.get("type"):
        case _ if "enum" in rule:
            return "choice"
        case "boolean":
            return "switch"
        case "integer" | "number":
            return "number"
        case "array" if "enum" in items:
            return "choices"
        case "array" if items.get("type") in ("string", "number", "integer"):
            return "lines" if items["type"] == "string" else "numbers"
        case "string":
            return "text"
        case _:
            return "json"


def _field(name: str, rule: Mapping[str, Any], value: Any) -> Field:
    widget = widget_of(rule)
    options = rule.get("enum") or (rule["items"]["enum"] if widget == "choices" else ())
    return Field(
        name=PREFIX + name,
        title=rule.get("title", name),
        description=rule.get("description", ""),
        widget=widget,
        value=_written(widget, value),
        chosen=[str(each) for each in value] if isinstance(value, list) else (),
        options=[str(each) for each in options],
        whole=rule.get("type") == "integer",
        least=rule.get("minimum"),
        most=rule.get("maximum"),
        plain=value == rule.get("default"),
        input="password" if rule.get("writeOnly") else INPUTS.get(str(rule.get("format")), "text"),
        inside=keys_inside(rule) if widget == "json" else (),
    )


def _typed(field_: Field, form: Form) -> Field:
    if field_.name not in form and POSTED not in form:
        return field_
    value = ("on" if form.ticked(field_.name) else "") if field_.widget == "switch" else form.raw(field_.name)
    chosen = form.all(field_.name)
    return replace(field_, value=value, chosen=chosen, plain=value == field_.value and chosen == list(field_.chosen))


def _written(widget: str, value: Any) -> str:
    if value is None:
        return ""
    match widget:
        case "switch":
            return "on" if value else ""
        case "lines":
            return "\n".join(str(each) for each in value)
        case "numbers":
            return ", ".join(f"{each:g}" for each in value)
        case "choices":
            return ""
        case "json":
            return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()
        case _:
            return str(value)


def _read(widget: str, rule: Mapping[str, Any], form: Form, name: str) -> Any:
    match widget:
        case "switch":
            return form.ticked(name)
        case "number":
            return _number(form.text(name), rule, name)
        case "choices":
            return form.all(name)
        case "lines":
            return [line.strip() for line in form.raw(name).splitlines() if line.strip()]
        case "numbers":
            return [number_in(each, name, 0) for each in form.text(name).replace(";", ",").split(",") if each.strip()]
        case "json":
            return _json(form.text(name), name)
        case "choice":
            return next((each for each in rule["enum"] if str(each) == form.raw(name)), form.raw(name))
        case _:
            return form.text(name)


def _number(text: str, rule: Mapping[str, Any], name: str) -> float | int:
    if not text and "default" not in rule:
        raise BadInput.of(name, "is missing")
    value = number_in(text, name, rule.get("default") or 0)
    return int(value) if value == int(value) else value


def _json(text: str, name: str) -> Any:
    try:
        return orjson.loads(text)
    except ValueError as error:
        raise BadInput.of(name, f"must be JSON: {error}") from error
