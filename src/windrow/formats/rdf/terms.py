"""What statements are made of, and how they are written down as canonical N-Triples (RDF 1.1 N-Triples, section 4)."""

import re
from collections.abc import Iterable
from typing import NamedTuple, TypeAlias

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XSD = "http://www.w3.org/2001/XMLSchema#"

_STRING = f"{XSD}string"
_IN_TEXT = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r"})
_NOT_IN_IRI = re.compile(r'[\x00-\x20<>"{}|^`\\]')


class Iri(str):
    """A name that holds everywhere."""

    __slots__ = ()


class Blank(str):
    """A node without a name; its label holds within one document only, and begins with `_:`."""

    __slots__ = ()


class Literal(NamedTuple):
    """A value. `language` is a tag as it came; `datatype` an IRI, "" for a plain text."""

    text: str
    language: str = ""
    datatype: str = ""


Node: TypeAlias = Iri | Blank
Term: TypeAlias = Iri | Blank | Literal
Statement: TypeAlias = tuple[Node, Iri, Term]


def literal(text: str, language: str = "", datatype: str = "") -> Literal:
    """A literal, of which all notations make the same."""
    return Literal(text, language, "" if datatype == _STRING or language else datatype)


def written(term: Term) -> str:
    """The term in N-Triples."""
    if isinstance(term, Literal):
        text = f'"{term.text.translate(_IN_TEXT)}"'
        if term.language:
            return f"{text}@{term.language}"
        return f"{text}^^{_iri(term.datatype)}" if term.datatype else text
    return _iri(term) if isinstance(term, Iri) else str(term)


def line_of(statement: Statement) -> str:
    """The statement as one line of N-Triples, without its end."""
    subject, predicate, value = statement
    return f"{written(subject)} {_iri(predicate)} {written(value)} ."


def document_of(lines: Iterable[str]) -> bytes:
    """A document of N-Triples of these lines, in their order."""
    # A half of a surrogate pair, which some notations can escape, cannot be written in any encoding.
    return "".join(f"{each}\n" for each in sorted(lines)).encode("utf-8", "replace")


def _iri(iri: str) -> str:
    return f"<{_NOT_IN_IRI.sub(_escaped, iri)}>"


def _escaped(found: "re.Match[str]") -> str:
    return f"\\u{ord(found.group()):04X}"
