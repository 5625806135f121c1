"""Frames: what stands around one part of a capabilities document, so that the part is a document by itself.

A layer or a feature type says little without its service and the layers it inherits from. Its raw document is the whole
one with everything left out that is about others; what many parts have in common is written once.
"""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Self

from lxml import etree

from windrow.errors import RemoteUnreadable
from windrow.formats.xml import Element, serialise

_MARK = b"<!--here-->"  # no comment of the document's own can be taken for it: the parser drops them all


_GROWTH = 8
_LEAST = 64 * 1024 * 1024


@dataclass(slots=True)
class Room:
    """How many bytes all that is made of one document may still take: what parts have in common comes with each."""

    left: int

    @classmethod
    def for_parts_of(cls, body: bytes) -> Self:
        """Eight times what came, and 64 MB."""
        return cls(_GROWTH * len(body) + _LEAST)

    def take(self, made: bytes) -> bytes:
        """What was made. Raises `RemoteUnreadable` where that is too much."""
        self.left -= len(made)
        if self.left < 0:
            raise RemoteUnreadable("What the parts of the document have in common is too long to be kept with each.")
        return made


@dataclass(frozen=True, slots=True)
class Frame:
    """The bytes before and after the part. `declared` are the namespaces that the outermost element declares."""

    head: bytes = b""
    tail: bytes = b""
    declared: bytes = b""

    def within(
        self, element: Element, kept: Iterable[Element | None], *, attributes: Iterable[str] | None = None
    ) -> Self:
        """A frame further inside: the start of that element with these of its children, and its end.

        `attributes` names those that are kept, all by default.
        """
        shell = shell_of(element, kept, attributes=attributes)
        shell.append(etree.Comment("here"))
        head, _, tail = self._written(shell).partition(_MARK)
        return type(self)(self.head + head, tail + self.tail, self.declared or _declared(element))

    def around(self, part: Element) -> bytes:
        """The part as a document."""
        return self.head + self._written(part) + self.tail

    def _written(self, part: Element) -> bytes:
        """The part, without the namespaces that are declared around it."""
        written = serialise(part)
        place = written.find(self.declared, 0, written.find(b">")) if self.declared else -1
        return written if place < 0 else written[:place] + written[place + len(self.declared) :]


def shell_of(
    element: Element,
    kept: Iterable[Element | None],
    *,
    attributes: Iterable[str] | None = None,
    spaces: Mapping[str | None, str] | None = None,
) -> Element:
    """A copy of an element with none but these of its children, and all of its attributes or those that are named.

    `spaces` are further namespaces by their prefixes: those that only a text within the element speaks of. Raises
    `RemoteUnreadable` for what can be read but not written.
    """
    names = map(str, element.attrib) if attributes is None else attributes
    told = {name: str(element.attrib[name]) for name in names if name in element.attrib}
    declared: dict[str | None, str] = {**element.nsmap, **(spaces or {})}
    shell = _element(element, declared, told)
    shell.extend(deepcopy(each) for each in kept if each is not None)
    return shell


def _declared(element: Element) -> bytes:
    written = serialise(_element(element, element.nsmap))
    place = written.find(b" xmlns")
    return b"" if place < 0 else written[place:].removesuffix(b"/>")


def _element(like: Element, spaces: Mapping[str | None, str], attributes: Mapping[str, str] | None = None) -> Element:
    try:
        return etree.Element(like.tag, attributes or {}, nsmap=spaces)  # type: ignore[arg-type]  # stubs: no default one
    except ValueError as problem:
        # The parser lets pass what may not be written: a namespace such as `<`.
        raise RemoteUnreadable(f"The document cannot be cut into its parts: {problem}.") from problem
