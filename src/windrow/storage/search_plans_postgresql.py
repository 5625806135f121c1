"""Search plans on PostgreSQL, whose planner has figures and chooses by itself."""

from collections.abc import Sequence

from sqlalchemy import Connection

from windrow.ports.catalogue import Search
from windrow.storage.database import Database
from windrow.storage.search_conditions import Condition, Plan, conditions_of
from windrow.storage.search_entries import halves, identifier_term, term, utc_text
from windrow.storage.words import Phrase, exact_phrases, phrases

MOST_PROPOSED = 20_000
"""Records that a place or a period may propose: more are as well found along the list itself."""


def plan(
    database: Database, connection: Connection, search: Search, sources: Sequence[int] | None, *, in_order: bool
) -> Plan:
    """How this search is put; whether it is `in_order` the planner sees for itself."""
    del in_order
    found = [*_by_words(search), *_by_terms(search)]
    places = [each for each in _by_place(search) if _narrows(database, connection, each)]
    where = [*found, *map(_proposed, places), *conditions_of(database, search, sources)]
    tables = "record_words w JOIN records r ON r.id = w.id" if found else "records r"
    query = query_of(search)
    if not query:
        return Plan(Condition(tables), where)
    # The query goes where the rank and the condition both find it.
    tables = f"CAST(? AS tsquery) q, {tables}"
    return Plan(Condition(tables, (query,)), where, rank="-ts_rank(w.words, q)::float8")


def query_of(search: Search) -> str:
    """The words as a tsquery; they are letters and digits only, so that nothing in them is an operator."""
    parts = [_spell(each) for each in phrases(search.words)]
    any_of = [_spell(each) for each in exact_phrases(search.phrases)]
    return " & ".join([*parts, f"({' | '.join(any_of)})"] if any_of else parts)


def _spell(phrase: Phrase) -> str:
    words = " <-> ".join(f"'{word}'" for word in phrase.words)
    return f"({words}:*)" if phrase.prefix else f"({words})"


def _by_words(search: Search) -> list[Condition]:
    return [Condition("w.words @@ q")] if query_of(search) else []


def _by_terms(search: Search) -> list[Condition]:
    found = [
        Condition("w.terms && ?::text[]", (any_of,))
        for any_of in (
            [identifier_term(each) for each in search.identifiers],
            [term("t", each) for each in search.types],
            [term("d", each) for each in search.standards],
            [term("c", each) for each in search.collections],
        )
        if any_of
    ]
    if search.keywords:
        found.append(Condition("w.terms @> ?::text[]", ([term("k", each) for each in search.keywords],)))
    return found


def _by_place(search: Search) -> list[Condition]:
    """What must hold of `record_boxes`."""
    found = []
    if search.bbox is not None:
        boxes = [f"(({west},{south}),({east},{north}))" for west, south, east, north in halves(search.bbox)]
        sql = " OR ".join("box && ?::box" for _ in boxes) or "false"
        found.append(Condition(f"({sql})", tuple(boxes)))
    if search.start is not None or search.end is not None:
        period = f"[{utc_text(search.start)},{utc_text(search.end)})"
        found.append(Condition("period && ?::tstzrange", (period,)))
    return found


def _narrows(database: Database, connection: Connection, place: Condition) -> bool:
    """Whether few enough records are there. The planner takes every place for small, and would gather the world."""
    sql = f"SELECT count(*) FROM (SELECT 1 FROM record_boxes WHERE {place.sql} LIMIT {MOST_PROPOSED + 1}) AS some_boxes"  # noqa: S608 - ours
    return bool(database.run(connection, sql, place.values).scalar_one() <= MOST_PROPOSED)


def _proposed(place: Condition) -> Condition:
    return Condition(f"r.id IN (SELECT id FROM record_boxes WHERE {place.sql})", place.values)  # noqa: S608 - ours
