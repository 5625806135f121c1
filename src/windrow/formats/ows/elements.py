"""Elements of capabilities by their local names, and what stands in them."""

from collections.abc import Iterator
from urllib.parse import urljoin

from windrow.formats.links import address
from windrow.formats.xml import XLINK, Element, local_name

_HREFS = (f"{{{XLINK}}}href", "href", "onlineResource")


def children(element: Element | None, *names: str) -> Iterator[Element]:
    """The children of any of these names, in their order; none of no element."""
    if element is not None:
        yield from (each for each in element if local_name(each) in names)


def child(element: Element | None, *path: str) -> Element | None:
    """The first child of that name, then the first of the next name within it, and so on."""
    for name in path:
        element = next(children(element, name), None)
    return element


def text(element: Element | None) -> str:
    """All that stands in it, without white space around it; "" of no element."""
    return "" if element is None else "".join(map(str, element.itertext())).strip()


def line(element: Element | None) -> str:
    """The same in one line."""
    return " ".join(text(element).split())


def child_text(element: Element | None, *path: str) -> str:
    """The text at the end of a path."""
    return text(child(element, *path))


def child_line(element: Element | None, *path: str) -> str:
    """The text at the end of a path, in one line."""
    return line(child(element, *path))


def href(element: Element | None, base: str = "") -> str:
    """Where an `OnlineResource`, a `Get` or a `MetadataURL` leads: its link, or in the oldest versions its text.

    What is relative starts at `base`. "" where it is nothing to follow.
    """
    if element is None:
        return ""
    told = next((found for name in _HREFS if (found := (element.get(name) or "").strip())), "") or text(element)
    try:
        return address(urljoin(base, told)) if told else ""
    except ValueError:
        return ""


def keywords(element: Element | None) -> tuple[str, ...]:
    """The keywords beneath an element, each once: a list of them, or in the oldest versions one text."""
    found: list[str] = []
    for holder in children(element, "KeywordList", "Keywords"):
        listed = [line(each) for each in children(holder, "Keyword")]
        found += listed or _divided(text(holder))
    return tuple(dict.fromkeys(filter(None, found)))


def _divided(words: str) -> list[str]:
    """WMS 1.0.0 and WFS 1.0.0 leave open what divides keywords: lines and commas where there are any, else spaces."""
    parts = [each.strip() for row in words.splitlines() for each in row.split(",")]
    return parts if len(parts) > 1 else words.split()
