"""Descriptions: what a document says of one thing, complete by itself and the same however the document was ordered."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from windrow.errors import RemoteUnreadable
from windrow.formats.rdf.naming import named
from windrow.formats.rdf.parsing import Statements
from windrow.formats.rdf.terms import Blank, Iri, Literal, Node, Statement, Term, document_of, line_of

MOST = 20_000
"""Statements about one thing, with all that belongs to it."""

_STEPS = 3
"""How far named things are followed: dataset, distribution, service or licence, its publisher."""


class Said:
    """What a description says, looked up by node and predicate."""

    def __init__(self, statements: Iterable[Statement]) -> None:
        self._said: dict[Node, dict[Iri, list[Term]]] = {}
        for subject, predicate, value in statements:
            self._said.setdefault(subject, {}).setdefault(predicate, []).append(value)

    def values(self, node: Node, *predicates: str) -> Iterator[Term]:
        """What is said of a node by these predicates, the first one's values first."""
        said = self._said.get(node, {})
        for predicate in predicates:
            yield from said.get(Iri(predicate), ())

    def nodes(self, node: Node, *predicates: str) -> Iterator[Node]:
        """The same, without literals."""
        for value in self.values(node, *predicates):
            if not isinstance(value, Literal):
                yield value

    def literals(self, node: Node, *predicates: str) -> Iterator[Literal]:
        """The same, only literals."""
        for value in self.values(node, *predicates):
            if isinstance(value, Literal):
                yield value


@dataclass(frozen=True, slots=True)
class Description:
    """The statements about `subject` and what belongs to it, in the order of their lines of N-Triples.

    `document` are those lines: equal descriptions have equal documents.
    """

    subject: Node
    statements: Sequence[Statement]
    document: bytes = b""

    def said(self) -> Said:
        """What it says, to be looked up. Made anew each time: a page has many descriptions, and reads one by one."""
        return Said(self.statements)


def describe(
    graph: Statements, subject: Node, *, stops_at: Callable[[Node], bool], left_alone: frozenset[str] = frozenset()
) -> Description:
    """The description of a subject: its statements, those of the blank nodes below it, and those of named things that
    belong to it, a few steps far.

    stops_at     whether a thing stands for itself, so that it is named but not described
    left_alone   predicates whose values are named but not described

    Raises `RemoteUnreadable` when there is more than anybody could mean.
    """
    found: list[Statement] = []
    seen, level = {subject}, [subject]
    for step in range(_STEPS + 1):
        further: list[Node] = []
        while level:
            node = level.pop()
            for predicate, value in graph.get(node, ()):
                found.append((node, predicate, value))
                if isinstance(value, Literal) or value in seen or predicate in left_alone or stops_at(value):
                    continue
                if isinstance(value, Blank):
                    seen.add(value)
                    level.append(value)
                elif step < _STEPS and value in graph:
                    further.append(value)
            if len(found) > MOST:
                raise RemoteUnreadable(f"More than {MOST} statements about {subject}.")
        level = [each for each in dict.fromkeys(further) if each not in seen]
        seen.update(level)
    names, statements = named(found, subject)
    lines = {line_of(each): each for each in statements}
    return Description(names.get(subject, subject), [lines[each] for each in sorted(lines)], document_of(lines))
