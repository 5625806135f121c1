"""Naming blank nodes by what is said of them, so that the same description has the same names whatever document it
came in.

Colours are refined until they do not tell more nodes apart: each node's colour is a hash of what it says and of what
is said of it, with the colours of its neighbours. Nodes that then still look alike are told apart one after the other,
as in McKay's canonical labelling; where several are exchangeable, any choice gives the same result. Graphs made to be
hard for this stay within a bound and may get other names the next time: such a record only seems to have changed.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

from windrow.formats.rdf.terms import Blank, Iri, Node, Statement, Term, written

_BOUND = 200_000
"""Statements looked at in all."""

_Edge = tuple[str, str, Term]


def named(statements: Sequence[Statement], root: Node) -> tuple[Mapping[Node, Blank], list[Statement]]:
    """New names of the blank nodes (`_:b0`, `_:b1`, ...) and the statements with them. `root` is what they describe."""
    edges = _edges_of(statements)
    if not edges:
        return {}, list(statements)
    colours = _Colouring(edges, {node: b"root" if node == root else b"" for node in edges}).told_apart()
    order = sorted(edges, key=lambda node: colours[node])
    names: dict[Node, Blank] = {node: Blank(f"_:b{number}") for number, node in enumerate(order)}

    def name(term: Term) -> Term:
        return names.get(term, term) if isinstance(term, Blank) else term

    renamed = [(_as_node(name(subject)), predicate, name(value)) for subject, predicate, value in statements]
    return names, renamed


def _as_node(term: Term) -> Node:
    assert isinstance(term, Iri | Blank)
    return term


def _edges_of(statements: Sequence[Statement]) -> dict[Blank, list[_Edge]]:
    """What each blank node says (`>`), and what is said of it (`<`)."""
    edges: dict[Blank, list[_Edge]] = defaultdict(list)
    for subject, predicate, value in statements:
        if isinstance(subject, Blank):
            edges[subject].append((">", predicate, value))
        if isinstance(value, Blank):
            edges[value].append(("<", predicate, subject))
    return dict(edges)


@dataclass(slots=True)
class _Colouring:
    edges: Mapping[Blank, list[_Edge]]
    colours: dict[Blank, bytes]
    looked_at: int = 0
    _size: int = field(init=False)

    def __post_init__(self) -> None:
        self._size = sum(map(len, self.edges.values()))

    def told_apart(self) -> Mapping[Blank, bytes]:
        """A colour for each node that no other node has."""
        self._refine()
        while self.looked_at < _BOUND:
            alike = self._alike()
            twins = [nodes for nodes in alike if self._are_twins(nodes)]
            for nodes in twins:
                self._number(nodes)
            if not alike:
                return self.colours
            if not twins:
                first = alike[0][0]
                self.colours[first] = _hash(self.colours[first], b"chosen")
                self._refine()
        for nodes in self._alike():
            self._number(nodes)
        return self.colours

    def _refine(self) -> None:
        count = 0
        while self.looked_at < _BOUND and (now := len(set(self.colours.values()))) > count:
            count = now
            self.colours = {node: self._colour(node) for node in self.edges}
            self.looked_at += self._size

    def _colour(self, node: Blank) -> bytes:
        around = sorted(
            f"{way}{predicate} ".encode("utf-8", "replace") + self._look(value)
            for way, predicate, value in self.edges[node]
        )
        return _hash(self.colours[node], *around)

    def _look(self, term: Term) -> bytes:
        if isinstance(term, Blank):
            return b"_" + self.colours[term]
        return written(term).encode("utf-8", "replace")

    def _alike(self) -> list[list[Blank]]:
        """The nodes of each colour that several have, in the order of the colours."""
        self.looked_at += self._size
        by_colour: dict[bytes, list[Blank]] = defaultdict(list)
        for node, colour in self.colours.items():
            by_colour[colour].append(node)
        return [by_colour[colour] for colour in sorted(by_colour) if len(by_colour[colour]) > 1]

    def _are_twins(self, nodes: Sequence[Blank]) -> bool:
        """Whether the same things, not only things that look the same, stand around all of them."""
        first = frozenset(self.edges[nodes[0]])
        return all(frozenset(self.edges[node]) == first for node in nodes[1:])

    def _number(self, nodes: Sequence[Blank]) -> None:
        for number, node in enumerate(nodes):
            self.colours[node] = _hash(self.colours[node], b"twin", str(number).encode())


def _hash(*parts: bytes) -> bytes:
    digest = blake2b(digest_size=16)
    for part in parts:
        digest.update(len(part).to_bytes(4, "big"))
        digest.update(part)
    return digest.digest()
