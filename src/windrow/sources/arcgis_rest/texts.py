"""Descriptions as people typed them into a desktop program or a web form: HTML, or nearly, to plain text."""

import re
from html.parser import HTMLParser

_LOOKS_LIKE_HTML = re.compile(r"<[/!]?[a-zA-Z][^<>]*>|&(?:[a-z]{2,8}|#\d{2,5});", re.IGNORECASE)
_LONGEST = 100_000
"""Characters that are looked at: whatever comes after them in a description is no description."""

_BREAKS = frozenset(("p", "div", "br", "li", "ul", "ol", "tr", "table", "h1", "h2", "h3", "h4", "h5", "h6"))
_SILENT = frozenset(("script", "style"))


def plain_text(text: str) -> str:
    """The text without markup, a line for each paragraph; a text that is no HTML is left as it is."""
    text = text[:_LONGEST]
    if not _LOOKS_LIKE_HTML.search(text):
        return text
    reader = _TextReader()
    reader.feed(text)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.pieces).split("\n"))
    return "\n".join(line for line in lines if line)


class _TextReader(HTMLParser):
    """Gathers what would be shown."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the parser's
        """Begins a line where a block begins."""
        self._silent += tag in _SILENT
        self.pieces += ["\n"] if tag in _BREAKS else []

    def handle_endtag(self, tag: str) -> None:
        """Ends a line where a block ends."""
        self._silent -= tag in _SILENT and self._silent > 0
        self.pieces += ["\n"] if tag in _BREAKS else []

    def handle_data(self, data: str) -> None:
        """Takes text; its own line breaks are only spaces."""
        if not self._silent:
            self.pieces.append(data.replace("\n", " "))
