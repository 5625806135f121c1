"""Column types that mean the same on SQLite and PostgreSQL."""

import re
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import BigInteger, DateTime, Dialect, Integer, LargeBinary, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator, TypeEngine

from windrow.storage.moments import from_microseconds, to_microseconds


class UtcTime(TypeDecorator[datetime]):
    """A moment with a zone, UTC when read: `timestamptz` on PostgreSQL, microseconds since 1970 on SQLite."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Picks the database's own type."""
        return dialect.type_descriptor(DateTime(timezone=True) if dialect.name == "postgresql" else BigInteger())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Refuses moments without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        return value if dialect.name == "postgresql" else to_microseconds(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Gives UTC."""
        if value is None:
            return None
        return value.astimezone(UTC) if dialect.name == "postgresql" else from_microseconds(value)


class Json(TypeDecorator[Any]):
    """A JSON value: `jsonb` on PostgreSQL, text on SQLite."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Picks the database's own type."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(JSONB(none_as_null=True))
        return dialect.type_descriptor(Text())

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Text for SQLite; psycopg is given the value itself, and `dump_json` with it (see database.py)."""
        if value is None or dialect.name == "postgresql":
            return value
        return dump_json(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """Parses what SQLite kept as text."""
        if value is None or dialect.name == "postgresql":
            return value
        return orjson.loads(value)


class CleanText(TypeDecorator[str]):
    """Text from anywhere, such as the message of an error: what no database keeps is kept as U+FFFD."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's
        """Cleans."""
        return None if value is None else clean(value)


_UNFIT = re.compile("[\0\ud800-\udfff]")


def clean(words: str) -> str:
    """The words with U+FFFD for NUL, which PostgreSQL refuses, and for halves of surrogate pairs, which are no text."""
    return _UNFIT.sub("\N{REPLACEMENT CHARACTER}", words)


def load_json(value: Any) -> Any:
    """The value of a JSON column as a plain statement gives it: text from SQLite, the value itself from PostgreSQL."""
    return orjson.loads(value) if isinstance(value, str) else value


def dump_json(value: Any) -> str:
    """A JSON value as text that both databases keep."""
    try:
        text = orjson.dumps(value).decode()
    except TypeError:
        return orjson.dumps(_cleaned(value)).decode()
    return orjson.dumps(_cleaned(value)).decode() if "\\u0000" in text else text


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {_cleaned(key): _cleaned(item) for key, item in value.items()}
    return [_cleaned(item) for item in value] if isinstance(value, list | tuple) else value


BigId = BigInteger().with_variant(Integer(), "sqlite")
"""A number that the database gives: `bigint` identity, and SQLite's own row number."""

Bytes = LargeBinary
