"""Fonts of the PDF: which letters it can show, and what stands for those that it cannot.

DejaVu Sans reaches Latin, Greek, Cyrillic, Armenian, Georgian and the usual signs. Scripts that it lacks, and those
that are written from right to left, which need their letters ordered and joined, are shown as boxes: visibly missing
rather than wrong.
"""

import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

FOLDER = Path(__file__).parent / "fonts"
PLAIN, BOLD = "WindrowSans", "WindrowSans-Bold"
BOX = "\u25a1"

_SPACE = re.compile(r"\s+")
_UNSEEN = ("Cf", "Mn", "Me")
_RIGHT_TO_LEFT = ("R", "AL")


@cache
def register() -> frozenset[int]:
    """Makes the fonts known; returns the code points that both have. May be called again."""
    pdfmetrics.registerFont(TTFont(PLAIN, str(FOLDER / "DejaVuSansCondensed.ttf")))
    pdfmetrics.registerFont(TTFont(BOLD, str(FOLDER / "DejaVuSansCondensed-Bold.ttf")))
    pdfmetrics.registerFontFamily(PLAIN, normal=PLAIN, bold=BOLD, italic=PLAIN, boldItalic=BOLD)
    plain, bold = (set(_face(name).charToGlyph) for name in (PLAIN, BOLD))
    return frozenset(plain & bold)


def _face(name: str) -> Any:
    font: Any = pdfmetrics.getFont(name)  # a TTFont: registered above
    return font.face


def fit(text: str) -> str:
    """The text in letters that the fonts have; a box stands for each of the others."""
    if text.isascii() and text.isprintable():
        return text
    known = register()
    return "".join(_fitting(each, known) for each in _SPACE.sub(" ", unicodedata.normalize("NFC", text)))


def _fitting(letter: str, known: frozenset[int]) -> str:
    category = unicodedata.category(letter)
    if unicodedata.bidirectional(letter) in _RIGHT_TO_LEFT:
        return BOX
    if ord(letter) in known and category not in ("Cf", "Cc"):
        return letter
    return "" if category in _UNSEEN else BOX
