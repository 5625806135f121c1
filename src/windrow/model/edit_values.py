"""Values of a record's fields: how they are spelled in JSON, both ways, what is wrong with one, and unions of lists."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias, TypeVar, cast

from windrow.errors import BadInput, FieldProblem
from windrow.model.records import Box, Contact, Link, Record

Value: TypeAlias = Any
"""A field's value as `Record` has it: text, a tuple of texts, contacts or links, a box, a moment, or None."""

LISTS: Final = frozenset({"keywords", "contacts", "links"})
MOMENTS: Final = frozenset({"time_start", "time_end"})
NEVER_EMPTY: Final = frozenset({"title", "type"})

LONGEST_TEXT = 100_000
LONGEST_WORD = 1_000
MOST_ITEMS = 1_000

Party = TypeVar("Party", Contact, Link)


def spell(name: str, value: Value) -> Any:
    """A field's value in JSON: lists of texts or objects, `[west, south, east, north]`, moments in ISO 8601 (UTC)."""
    match name:
        case "keywords" | "bbox":
            return None if value is None else list(value)
        case "contacts" | "links":
            return [asdict(each) for each in value]
        case "time_start" | "time_end" | "created" | "modified":
            return None if value is None else value.astimezone(UTC).isoformat()
        case _:
            return value


def unspell(name: str, given: Any) -> Value:
    """The inverse of `spell`, for what `spell` has written."""
    match name:
        case "keywords":
            return tuple(given)
        case "contacts":
            return tuple(Contact(**each) for each in given)
        case "links":
            return tuple(Link(**each) for each in given)
        case "bbox":
            return None if given is None else cast(Box, tuple(given))
        case "time_start" | "time_end":
            return None if given is None else datetime.fromisoformat(given)
        case _:
            return given


def read_values(given: Mapping[str, Any]) -> dict[str, Value]:
    """Values that somebody gave in JSON; null empties a field. Raises `BadInput` that names every field at fault."""
    values: dict[str, Value] = {}
    problems: list[FieldProblem] = []
    for name, each in given.items():
        try:
            values[name] = _READERS[name](name, each)
        except KeyError:
            told = f"is no field that can be edited; these are: {', '.join(_READERS)}"
            problems.append(FieldProblem(name, told))
        except BadInput as error:
            problems += error.problems
    if problems:
        raise BadInput(problems)
    return values


def check_period(record: Record) -> None:
    """Raises `BadInput` where the time extent ends before it begins."""
    if record.time_start and record.time_end and record.time_end < record.time_start:
        raise BadInput.of("time_end", f"must not be before the start, {record.time_start.isoformat()}")


def united(name: str, first: Value, second: Value) -> tuple[Any, ...]:
    """All of the first list, then those of the second that are not in it; keywords are the same in any case."""
    return (*first, *lacking(name, first, second))


def lacking(name: str, first: Value, second: Value) -> tuple[Any, ...]:
    """What of the second list is not in the first; each once."""
    seen = {_same(name, each) for each in first}
    return tuple(each for each in second if not (_same(name, each) in seen or seen.add(_same(name, each))))  # type: ignore[func-returns-value]


def _same(name: str, item: Any) -> Any:
    return item.casefold() if name == "keywords" else item


def _text(name: str, given: Any) -> str:
    text = _plain(name, "" if given is None else given, LONGEST_TEXT)
    if name in NEVER_EMPTY and not text:
        raise BadInput.of(name, "must not be empty")
    if name == "type" and text != text.lower():
        raise BadInput.of(name, f"must be in lower case, such as {text.lower()}")
    return text


def _plain(name: str, given: Any, longest: int) -> str:
    if not isinstance(given, str):
        raise BadInput.of(name, "must be text")
    text = given.strip()
    if len(text) > longest:
        raise BadInput.of(name, f"must have at most {longest:,} characters")
    if "\0" in text or any("\ud800" <= each <= "\udfff" for each in text):
        raise BadInput.of(name, "holds characters that are no text; leave them out")
    return text


def _items(name: str, given: Any) -> Sequence[Any]:
    items = [] if given is None else given
    if isinstance(items, str | bytes | Mapping) or not isinstance(items, Sequence):
        raise BadInput.of(name, "must be a list")
    if len(items) > MOST_ITEMS:
        raise BadInput.of(name, f"must have at most {MOST_ITEMS:,} entries")
    return items


def _keywords(name: str, given: Any) -> tuple[str, ...]:
    words = [_plain(f"{name}.{place}", each, LONGEST_WORD) for place, each in enumerate(_items(name, given))]
    return tuple(dict.fromkeys(word for word in words if word))


def _contacts(name: str, given: Any) -> tuple[Contact, ...]:
    found = list(_parties(name, given, Contact))
    nameless = [place for place, each in enumerate(found) if not (each.name or each.organisation or each.email)]
    if nameless:
        told = "needs a name, an organisation or an e-mail address"
        raise BadInput([FieldProblem(f"{name}.{place}", told) for place in nameless])
    return tuple(dict.fromkeys(found))


def _links(name: str, given: Any) -> tuple[Link, ...]:
    found = list(_parties(name, given, Link))
    wrong = [place for place, each in enumerate(found) if not each.href or len(each.href.split()) != 1]
    if wrong:
        told = "must be an address, such as https://data.example.org/rivers.zip"
        raise BadInput([FieldProblem(f"{name}.{place}.href", told) for place in wrong])
    return tuple(dict.fromkeys(found))


def _parties(name: str, given: Any, kind: type[Party]) -> Iterator[Party]:
    known = {each.name for each in fields(kind)}
    for place, each in enumerate(_items(name, given)):
        at = f"{name}.{place}"
        if not isinstance(each, Mapping):
            raise BadInput.of(at, f"must be an object with {', '.join(sorted(known))}")
        unknown = [FieldProblem(f"{at}.{word}", "there is no such field") for word in each if word not in known]
        if unknown:
            raise BadInput(unknown)
        yield kind(**{word: _plain(f"{at}.{word}", text, LONGEST_TEXT) for word, text in each.items()})


def _box(name: str, given: Any) -> Box | None:
    if given is None:
        return None
    told = "must be four numbers: west, south, east, north in degrees, south not above north"
    if isinstance(given, str) or not isinstance(given, Sequence) or len(given) != len(("w", "s", "e", "n")):
        raise BadInput.of(name, told)
    if not all(isinstance(each, int | float) and not isinstance(each, bool) and math.isfinite(each) for each in given):
        raise BadInput.of(name, told)
    west, south, east, north = map(float, given)
    if max(abs(west), abs(east)) > 180 or not -90 <= south <= north <= 90:
        raise BadInput.of(name, told)
    return west, south, east, north


def _moment(name: str, given: Any) -> datetime | None:
    if given is None:
        return None
    try:
        moment = given if isinstance(given, datetime) else datetime.fromisoformat(given)
    except (TypeError, ValueError) as error:
        raise BadInput.of(name, "must be a date and time in ISO 8601, such as 2026-01-01T00:00:00Z") from error
    if moment.tzinfo is None:
        raise BadInput.of(name, "needs a time zone; write it in UTC, such as 2026-01-01T00:00:00Z")
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise BadInput.of(name, "lies outside of the years that can be kept") from error


_READERS: Mapping[str, Callable[[str, Any], Value]] = {
    "title": _text,
    "abstract": _text,
    "type": _text,
    "keywords": _keywords,
    "contacts": _contacts,
    "licence": _text,
    "links": _links,
    "bbox": _box,
    "time_start": _moment,
    "time_end": _moment,
    "language": _text,
    "collection": _text,
}
