"""Search plans on SQLite: which structure proposes the records, said so plainly that its planner has no choice.

SQLite keeps no figures about how often a word or a place occurs, so it cannot choose well by itself. Here the word
index leads whenever there are words or terms; else the R*Tree, if it proposes few enough; else the order of the list.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from windrow.model.records import Box
from windrow.ports.catalogue import Search, Sort
from windrow.storage.database import Database
from windrow.storage.search_conditions import Condition, Plan, among, conditions_of
from windrow.storage.search_entries import (
    LATEST,
    halves,
    identifier_term,
    on_axis,
    source_term,
    term,
)
from windrow.storage.words import Phrase, exact_phrases, phrases

MOST_PROPOSED = 50_000
"""Records that the R*Tree, or a choice of sources, may propose: more are as well found along the list itself."""

MOST_SOURCE_TERMS = 64

_TEXTS = "{title abstract keywords others}"
_WEIGHTS = "10.0, 2.0, 5.0, 1.0, 0.0"
"""How much a word counts in the title, abstract, keywords and contacts; the terms say nothing about rank."""


_BY_ID = (Sort.ID, Sort.ID_DOWN)


@dataclass(frozen=True, slots=True)
class _Ask:
    database: Database
    connection: Connection
    search: Search
    sources: Sequence[int] | None
    in_order: bool

    def scalar(self, sql: str, values: tuple[Any, ...]) -> Any:
        """The one value that a small question has for an answer."""
        return self.database.run(self.connection, sql, values).scalar()


def plan(
    database: Database, connection: Connection, search: Search, sources: Sequence[int] | None, *, in_order: bool
) -> Plan:
    """How this search is put; `in_order` is False where the search's order does not matter, as for counting."""
    ask = _Ask(database, connection, search, sources, in_order)
    where = conditions_of(database, search, sources)
    box = _propose_by_place(ask)
    if _is_led_by_words(ask):
        return _by_words(match_of(search, sources), search, [*where, *_within(box)])
    if search.ids:
        return Plan(Condition("records r"), where)
    if box is not None:
        return Plan(Condition(f"({box.sql}) b CROSS JOIN records r ON r.id = b.id", box.values), where)
    return _by_source(ask, where) or _by_date(ask, where) or Plan(Condition("records r"), where)


def match_of(search: Search, sources: Sequence[int] | None) -> str:
    """The search in the language of FTS5; "" when there is nothing that the word index knows."""
    words = [_spell(each) for each in phrases(search.words)]
    any_of = [_spell(each) for each in exact_phrases(search.phrases)]
    parts = [f"{_TEXTS} : ({' AND '.join(words)})"] if words else []
    parts += [f"{_TEXTS} : ({' OR '.join(any_of)})"] if any_of else []
    parts += [_terms([term("k", each)]) for each in search.keywords]
    parts += [
        _terms(found)
        for found in (
            [identifier_term(each) for each in search.identifiers],
            [term("t", each) for each in search.types],
            [term("d", each) for each in search.standards],
            [term("c", each) for each in search.collections],
            [source_term(each) for each in sources or [] if len(sources or []) <= MOST_SOURCE_TERMS],
        )
        if found
    ]
    return " AND ".join(parts)


def _spell(phrase: Phrase) -> str:
    return f'"{" ".join(phrase.words)}"{" *" if phrase.prefix else ""}'


def _terms(any_of: Sequence[str]) -> str:
    # Letters and digits only: nothing of what people typed can be read as an operator.
    return f"terms : ({' OR '.join(any_of)})"


def _is_led_by_words(ask: _Ask) -> bool:
    search, sources = ask.search, ask.sources
    if search.words.strip() or search.phrases or search.keywords or search.identifiers:
        return True
    if search.types or search.standards or search.collections:
        return True
    # The word index gives the records of several sources in the order of their ids, which no other index does.
    by_id = ask.in_order and search.sort in _BY_ID
    return by_id and sources is not None and 1 < len(sources) <= MOST_SOURCE_TERMS


def _by_words(match: str, search: Search, where: Sequence[Condition]) -> Plan:
    if search.sort is Sort.RELEVANCE:
        found = (
            f"(SELECT rowid AS id, bm25(record_words, {_WEIGHTS}) AS rank FROM record_words "  # noqa: S608 - ours
            "WHERE record_words MATCH ?) w CROSS JOIN records r ON r.id = w.id"
        )
        return Plan(Condition(found, (match,)), where, rank="w.rank")
    found = "record_words w CROSS JOIN records r ON r.id = w.rowid"
    return Plan(Condition(found), [Condition("w.record_words MATCH ?", (match,)), *where], number="w.rowid")


def _propose_by_place(ask: _Ask) -> Condition | None:
    """The ids that the R*Tree has for the place and the time; None when these are not asked for, or too many."""
    search = ask.search
    if search.bbox is None and search.start is None and search.end is None:
        return None
    found = _boxes_of(search)
    sql = f"SELECT count(*) FROM (SELECT 1 FROM record_boxes WHERE {found.sql} LIMIT {MOST_PROPOSED + 1})"  # noqa: S608
    if ask.scalar(sql, found.values) > MOST_PROPOSED:
        return None
    return Condition(f"SELECT DISTINCT id / 2 AS id FROM record_boxes WHERE {found.sql}", found.values)  # noqa: S608


def _boxes_of(search: Search) -> Condition:
    pieces: Sequence[Box | None] = [None] if search.bbox is None else halves(search.bbox)
    found = [_box_of(piece, search) for piece in pieces] or [Condition("1 = 0")]
    sql = " OR ".join(f"({each.sql})" for each in found)
    return Condition(f"({sql})", tuple(value for each in found for value in each.values))


def _box_of(box: Box | None, search: Search) -> Condition:
    parts: list[str] = []
    values: list[float] = []
    if box is not None:
        west, south, east, north = box
        parts.append("west <= ? AND east >= ? AND south <= ? AND north >= ?")
        values += [east, west, north, south]
    if search.start is not None or search.end is not None:
        parts.append("since <= ? AND until >= ?")
        values += [on_axis(search.end, LATEST), on_axis(search.start, -LATEST)]
    return Condition(" AND ".join(parts), tuple(values))


def _within(proposed: Condition | None) -> list[Condition]:
    return [] if proposed is None else [Condition(f"r.id IN ({proposed.sql})", proposed.values)]


def _by_source(ask: _Ask, where: Sequence[Condition]) -> Plan | None:
    """By an index of sources: when it gives the order as well, or so little that sorting is nothing."""
    if ask.sources is None:
        return None
    chosen = among(ask.database, "r.source_id", ask.sources)
    if not ask.in_order:
        return Plan(Condition("records r INDEXED BY ix_records_facets"), [chosen, *where])
    table = Condition("records r INDEXED BY ix_records_source_id_id")
    if len(ask.sources) == 1 and ask.search.sort in _BY_ID:
        return Plan(table, [Condition("r.source_id = ?", (ask.sources[0],)), *where])
    these = among(ask.database, "id", ask.sources)
    total = ask.scalar(f"SELECT sum(resources) FROM sources WHERE {these.sql}", these.values)  # noqa: S608 - ours
    if (total or 0) > MOST_PROPOSED:
        return None
    return Plan(table, [chosen, *where])


def _by_date(ask: _Ask, where: Sequence[Condition]) -> Plan | None:
    """By the index of dates, for the few records that are newer than asked."""
    if ask.search.modified_after is None or (ask.in_order and ask.search.sort not in _BY_ID):
        return None
    after = ask.database.moment(ask.search.modified_after)
    sql = f"SELECT count(*) FROM (SELECT 1 FROM records WHERE modified > ? LIMIT {MOST_PROPOSED + 1})"  # noqa: S608
    if ask.scalar(sql, (after,)) > MOST_PROPOSED:
        return Plan(Condition("records r NOT INDEXED"), where)
    return Plan(Condition("records r INDEXED BY ix_records_modified"), where)
