"""How both ISO encodings write texts, codes, numbers and references, and the tables from their tags to our steps."""

from collections.abc import Callable, Mapping
from typing import TypeAlias, TypeVar

from windrow.formats.xml import GMD, GML, GML32, SRV, XLINK, Element

Kept = TypeVar("Kept")
Draft = TypeVar("Draft")
Step = Callable[[Element, Draft], None]
"""Reads one element into what is being gathered."""


class Code(str):
    """The name of a field whose value is a code list entry, not a text."""

    __slots__ = ()


Fields: TypeAlias = dict[str, "str | Fields | Callable[[Element, dict[str, str]], None]"]
"""What to collect: by tag a name, the fields of the object which that property holds, or a function of one's own."""

HREF = f"{{{XLINK}}}href"

_VERSIONS = ("1.0", "2.0", "2.1", "2.2")


def spellings(prefix: str, name: str) -> list[str]:
    """All tags of a name: in gmd (srv for services) and in every version of ISO 19115-3's namespace of that prefix."""
    older = SRV if prefix == "srv" else GMD
    return [f"{{{older}}}{name}"] + [
        f"{{http://standards.iso.org/iso/19115/-3/{prefix}/{version}}}{name}" for version in _VERSIONS
    ]


def tagged(prefix: str, entries: Mapping[str, Kept]) -> dict[str, Kept]:
    """A table from full tags, in either encoding, made of one from names."""
    return {tag: kept for name, kept in entries.items() for tag in spellings(prefix, name)}


def gml_tagged(entries: Mapping[str, Kept]) -> dict[str, Kept]:
    """The same for GML 3.1 and 3.2."""
    return {f"{{{space}}}{name}": kept for name, kept in entries.items() for space in (GML, GML32)}


def walk(element: Element, steps: Mapping[str, Step[Draft]], draft: Draft) -> None:
    """Takes the step that belongs to each child; children without one are passed over."""
    for child in element:
        step = steps.get(child.tag)
        if step is not None:
            step(child, draft)


def walk_inside(element: Element, steps: Mapping[str, Step[Draft]], draft: Draft) -> None:
    """The same for the children of the one object that a property element holds; of none where it is empty."""
    if len(element):
        for child in element[0]:
            step = steps.get(child.tag)
            if step is not None:
                step(child, draft)


def gather(element: Element, fields: Fields, found: dict[str, str]) -> None:
    """Collects texts and codes by name from the object that a property element holds; what comes first stands."""
    for child in element[0] if len(element) else ():
        field = fields.get(child.tag)
        if field is None:
            continue
        if isinstance(field, str):
            text = code_of(child) if isinstance(field, Code) else text_of(child)
            if text:
                found.setdefault(field, text)
        elif isinstance(field, dict):
            gather(child, field, found)
        else:
            field(child, found)


def text_of(element: Element) -> str:
    """The text of a property: its character string, anchor or first translation; "" where it has none."""
    try:
        text = element[0].text
    except IndexError:
        text = element.text
    if text and (text := text.strip()):
        return text
    return _text_within(element)


def code_of(element: Element) -> str:
    """The value of a property that holds a code list entry."""
    try:
        code = element[0].get("codeListValue")
    except IndexError:
        return text_of(element)
    return code.strip() if code else text_of(element)


def line_of(element: Element) -> str:
    """The text of a property in one line."""
    text = text_of(element)
    return " ".join(text.split()) if "\n" in text or "  " in text else text


def number_of(element: Element) -> float | None:
    """The number of a property, with a decimal comma too; None where it is none."""
    try:
        return float(element[0].text or "")
    except (IndexError, ValueError):
        pass
    try:
        return float(text_of(element).replace(",", "."))
    except ValueError:
        return None


def _text_within(element: Element) -> str:
    # An empty main text may stand beside translations (PT_FreeText), and an anchor may have nothing but its address.
    for each in element.iter():
        if each.text and (text := each.text.strip()):
            return text
    for each in element:
        if href := each.get(HREF):
            return href.strip()
    return ""
