"""Listings: lists by page number, narrowed and sorted by any field, as older protocols ask for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

Item = TypeVar("Item")


class Operator(StrEnum):
    """How a field is compared. `any_of` and `between` take several values, `is_null` takes True or False."""

    EQUALS = "equals"
    EQUALS_ANY_CASE = "equals_any_case"
    ANY_OF = "any_of"
    CONTAINS = "contains"
    CONTAINS_ANY_CASE = "contains_any_case"
    STARTS = "starts"
    STARTS_ANY_CASE = "starts_any_case"
    ENDS = "ends"
    ENDS_ANY_CASE = "ends_any_case"
    LESS = "less"
    AT_MOST = "at_most"
    MORE = "more"
    AT_LEAST = "at_least"
    BETWEEN = "between"
    IS_NULL = "is_null"


@dataclass(frozen=True, slots=True)
class Condition:
    """What a field must be, or with `negated`, must not be. The fields of a list are told by its method."""

    field: str
    operator: Operator
    values: Sequence[Any]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """A field to sort by."""

    field: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """Which items, in what order (then by their numbers), and which page of them."""

    conditions: Sequence[Condition] = ()
    order: Sequence[Order] = ()
    offset: int = 0
    limit: int = 10


@dataclass(frozen=True, slots=True)
class Listed(Generic[Item]):
    """A page of items, and how many there are in all."""

    items: Sequence[Item]
    total: int
