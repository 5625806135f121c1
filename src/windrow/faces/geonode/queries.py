"""Queries: pages, `filter{…}`, `sort[]`, `include[]` and `exclude[]`, as GeoNode's API reads them."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from starlette.datastructures import QueryParams

from windrow.errors import BadInput, NotFound
from windrow.model.listings import Condition, Listing, Operator, Order

PAGE_SIZE = 10
LARGEST_PAGE_SIZE = 1000
LARGEST_OFFSET = 1 << 40

_FILTER = re.compile(r"filter\{(-?)([^}|]*)\}")

OPERATORS: Mapping[str, Operator] = {
    "": Operator.EQUALS,
    "eq": Operator.EQUALS,
    "exact": Operator.EQUALS,
    "iexact": Operator.EQUALS_ANY_CASE,
    "in": Operator.ANY_OF,
    "contains": Operator.CONTAINS,
    "icontains": Operator.CONTAINS_ANY_CASE,
    "startswith": Operator.STARTS,
    "istartswith": Operator.STARTS_ANY_CASE,
    "endswith": Operator.ENDS,
    "iendswith": Operator.ENDS_ANY_CASE,
    "lt": Operator.LESS,
    "lte": Operator.AT_MOST,
    "gt": Operator.MORE,
    "gte": Operator.AT_LEAST,
    "range": Operator.BETWEEN,
    "isnull": Operator.IS_NULL,
}

TEXT_ONLY = frozenset(
    {
        Operator.EQUALS_ANY_CASE,
        Operator.CONTAINS,
        Operator.CONTAINS_ANY_CASE,
        Operator.STARTS,
        Operator.STARTS_ANY_CASE,
        Operator.ENDS,
        Operator.ENDS_ANY_CASE,
    }
)


def as_text(text: str) -> str:
    """Any text."""
    return text


def as_number(text: str) -> int:
    """A whole number. Raises `ValueError`."""
    number = int(text)
    if abs(number) >= 1 << 62:
        raise ValueError(text)
    return number


def as_yes_or_no(text: str) -> bool:
    """A truth value. Raises `ValueError`."""
    if text.lower() in ("true", "1", "yes", "t", "y"):
        return True
    if text.lower() in ("false", "0", "no", "f", "n", ""):
        return False
    raise ValueError(text)


def as_moment(text: str) -> datetime:
    """A moment in ISO 8601; UTC where it names no zone. Raises `ValueError`."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Field:
    """A field that lists can be narrowed and sorted by.

    name    what it is called here
    read    its value from a query
    words   for fields of few words: what each of them is here (several where they mean the same)
    """

    name: str
    read: Callable[[str], Any] = as_text
    words: Mapping[str, str] | None = None


Fields = Mapping[str, Field]


@dataclass(frozen=True, slots=True)
class Page:
    """A page: its number, from 1, and how many items it has."""

    number: int
    size: int

    def check(self, last: int) -> None:
        """Raises `NotFound` for a page behind the last one."""
        if self.number > last:
            raise NotFound("page", self.number)


def read_page(query: QueryParams) -> Page:
    """The page that is asked for. Raises `NotFound` for what is no page, as GeoNode does."""
    size = query.get("page_size", "")
    # A size that makes no sense is passed over there, and larger ones than allowed are cut.
    wanted = int(size) if size.isdecimal() and len(size) < 10 and int(size) > 0 else PAGE_SIZE
    text = query.get("page", "1")
    if not text.isdecimal() or len(text) > 12 or int(text) < 1:
        raise NotFound("page", text)
    page = Page(int(text), min(wanted, LARGEST_PAGE_SIZE))
    if page.number * page.size > LARGEST_OFFSET:
        raise NotFound("page", text)
    return page


def read_listing(query: QueryParams, fields: Fields, page: Page, *, order: Sequence[Order] = ()) -> Listing:
    """What is asked for. Raises `BadInput` for fields, operators and values that make no sense."""
    return Listing(
        conditions=_conditions(query, fields),
        order=_orders(query, fields) or order,
        offset=(page.number - 1) * page.size,
        limit=page.size,
    )


def choose_fields(query: QueryParams, usual: Sequence[str], known: Sequence[str]) -> list[str]:
    """The fields that are answered, in their own order. Raises `BadInput` for unknown ones."""
    included, excluded = query.getlist("include[]"), query.getlist("exclude[]")
    for name in (*included, *excluded):
        if name not in (*known, "*"):
            raise BadInput.of("", f'"{name}" is not a valid field name')
    chosen = set(known) if "*" in included else {*usual, *included}
    if "*" in excluded:
        chosen = set(included) - {"*"}
    return [name for name in known if name in chosen and name not in excluded]


def _conditions(query: QueryParams, fields: Fields) -> list[Condition]:
    conditions = []
    for key in dict.fromkeys(query.keys()):
        found = _FILTER.fullmatch(key)
        if found is not None:
            negated, path = found.groups()
            conditions.append(_condition(path, query.getlist(key), fields, negated=bool(negated)))
    return conditions


def _condition(path: str, texts: Sequence[str], fields: Fields, *, negated: bool) -> Condition:
    name, _, suffix = path.partition(".")
    field, operator = fields.get(name), OPERATORS.get(suffix)
    if field is None or operator is None:
        raise BadInput.of("", f"Invalid filter field: {path}")
    if operator is Operator.IS_NULL:
        return Condition(field.name, operator, [_read(as_yes_or_no, texts[-1], path)], negated)
    if field.words is not None:
        return _of_words(field.words, field.name, operator, texts, path, negated=negated)
    if field.read is not as_text and operator in TEXT_ONLY:
        raise BadInput.of("", f"Invalid filter field: {path}")
    parts = _split(texts) if operator in (Operator.ANY_OF, Operator.BETWEEN) else texts[-1:]
    values = [_read(field.read, each, path) for each in parts]
    if operator is Operator.BETWEEN and len(values) != 2:
        raise BadInput.of("", f"Invalid filter value: {path} takes two values")
    return Condition(field.name, operator, values, negated)


def _of_words(
    words: Mapping[str, str], name: str, operator: Operator, texts: Sequence[str], path: str, *, negated: bool
) -> Condition:
    # There are only a few: those that fit are found here, and asked for by what they are called with us.
    matches = _MATCHES.get(operator)
    if matches is None:
        raise BadInput.of("", f"Invalid filter field: {path}")
    wanted = _split(texts) if operator is Operator.ANY_OF else texts[-1:]
    fitting = [ours for theirs, ours in words.items() if any(matches(theirs, each) for each in wanted)]
    return Condition(name, Operator.ANY_OF, fitting, negated)


_MATCHES: Mapping[Operator, Callable[[str, str], bool]] = {
    Operator.EQUALS: lambda word, text: word == text,
    Operator.ANY_OF: lambda word, text: word == text,
    Operator.EQUALS_ANY_CASE: lambda word, text: word.lower() == text.lower(),
    Operator.CONTAINS: lambda word, text: text in word,
    Operator.CONTAINS_ANY_CASE: lambda word, text: text.lower() in word.lower(),
    Operator.STARTS: lambda word, text: word.startswith(text),
    Operator.STARTS_ANY_CASE: lambda word, text: word.lower().startswith(text.lower()),
    Operator.ENDS: lambda word, text: word.endswith(text),
    Operator.ENDS_ANY_CASE: lambda word, text: word.lower().endswith(text.lower()),
}


def _split(texts: Sequence[str]) -> list[str]:
    """Several values come as several parameters, or in one with commas."""
    return list(texts) if len(texts) > 1 else texts[0].split(",")


def _read(read: Callable[[str], Any], text: str, path: str) -> Any:
    try:
        return read(text)
    except (ValueError, OverflowError):
        raise BadInput.of("", f"Invalid filter value: {path}={text[:100]!r}") from None


def _orders(query: QueryParams, fields: Fields) -> list[Order]:
    orders = []
    for key in query.getlist("sort[]"):
        name = key.removeprefix("-")
        if name not in fields:
            raise BadInput.of("", f"Invalid sort field: {key[:100]}")
        orders.append(Order(fields[name].name, descending=key.startswith("-")))
    return orders
