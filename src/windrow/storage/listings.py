"""Listings: what a page number, conditions and orders come to in SQL."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, String, Table, cast, func, literal, not_, or_, select

from windrow.model.listings import Condition, Listing, Operator

Columns = Mapping[str, ColumnElement[Any]]
"""What each field of a listing is in SQL."""

_COMPARE: Mapping[Operator, Callable[[ColumnElement[Any], Sequence[Any]], ColumnElement[bool]]] = {
    Operator.EQUALS: lambda column, values: column == values[0],
    Operator.ANY_OF: lambda column, values: column.in_(values),
    Operator.LESS: lambda column, values: column < values[0],
    Operator.AT_MOST: lambda column, values: column <= values[0],
    Operator.MORE: lambda column, values: column > values[0],
    Operator.AT_LEAST: lambda column, values: column >= values[0],
    Operator.BETWEEN: lambda column, values: column.between(*values),
    Operator.IS_NULL: lambda column, values: column.is_(None) if values[0] else column.is_not(None),
}

_COMPARE_TEXT: Mapping[Operator, Callable[[ColumnElement[str], str], ColumnElement[bool]]] = {
    Operator.EQUALS_ANY_CASE: lambda column, text: func.lower(column) == func.lower(literal(text)),
    # Not by LIKE, which pays no heed to case on SQLite.
    Operator.CONTAINS: lambda column, text: func.replace(column, text, "") != column if text else column.is_not(None),
    Operator.CONTAINS_ANY_CASE: lambda column, text: column.icontains(text, autoescape=True),
    Operator.STARTS: lambda column, text: func.substr(column, 1, len(text)) == text,
    Operator.STARTS_ANY_CASE: lambda column, text: column.istartswith(text, autoescape=True),
    Operator.ENDS: lambda column, text: func.substr(column, func.length(column) - len(text) + 1) == text,
    Operator.ENDS_ANY_CASE: lambda column, text: column.iendswith(text, autoescape=True),
}


def list_rows(
    connection: Connection, query: Select[Any], listing: Listing, columns: Columns, key: ColumnElement[Any]
) -> tuple[Sequence[Row[Any]], int]:
    """The rows of a page, and how many there are in all. `key` settles the order of what is equal otherwise."""
    narrowed = query.where(*(_condition(each, columns) for each in listing.conditions))
    total = connection.scalar(select(func.count()).select_from(narrowed.order_by(None).subquery())) or 0
    orders = [columns[each.field].desc() if each.descending else columns[each.field] for each in listing.order]
    page = narrowed.order_by(None).order_by(*orders, key).offset(listing.offset).limit(listing.limit)
    return connection.execute(page).all(), total


def _condition(condition: Condition, columns: Columns) -> ColumnElement[bool]:
    column = columns[condition.field]
    compare_text = _COMPARE_TEXT.get(condition.operator)
    if compare_text is not None:
        met = compare_text(cast(column, String), str(condition.values[0]))
    else:
        met = _COMPARE[condition.operator](column, condition.values)
    if not condition.negated:
        return met
    # What is not there is nothing in particular: of that, too, it holds that it is not so.
    return not_(met) if condition.operator is Operator.IS_NULL else or_(not_(met), column.is_(None))


def of_table(table: Table, *names: str) -> dict[str, ColumnElement[Any]]:
    """Fields that are columns of their own names."""
    return {name: table.c[name] for name in names}
