"""Words: how texts and searches are cut into words, the same on both databases.

Both follow SQLite's `unicode61` tokenizer with `remove_diacritics 2`: runs of letters and digits, without their
diacritics, in lower case.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

_TOKEN = re.compile(r"[^\W_]+")
_PIECE = re.compile(r'"([^"]*)"?|([^\s"]+)')

_PERHAPS_COMBINING = re.compile("[\u0300-\U0010ffff]+")
"""No character below has a combining class: most texts have few above, and harvests fold every text they find."""

SHORTEST_PREFIX = 3
"""Letters that an unfinished last word needs: shorter ones would match too much to be of use."""

MOST_PHRASES = 64
"""Phrases of one search that count."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that follow one another; `prefix`: the last one may go on."""

    words: tuple[str, ...]
    prefix: bool = False


def tokens(text: str) -> list[str]:
    """The words of a text, folded."""
    return _TOKEN.findall(fold(text))


def fold(text: str) -> str:
    """The text in lower case, without diacritics."""
    if text.isascii():
        return text.lower()
    plain = _PERHAPS_COMBINING.sub(_plain, unicodedata.normalize("NFD", text))
    return unicodedata.normalize("NFC", plain).lower()  # Hangul syllables come apart too


def _plain(run: re.Match[str]) -> str:
    return "".join([each for each in run[0] if not unicodedata.combining(each)])


def phrases(text: str) -> list[Phrase]:
    """What a person looks for: single words, and phrases in quotes.

    The last word may be unfinished, as long as it is not in quotes and no space follows: `sentin` finds Sentinel.
    """
    found: list[Phrase] = []
    for match in _PIECE.finditer(text):
        words = tuple(tokens(match.group(0)))
        if words:
            open_ended = match.group(2) is not None and match.end() == len(text) and len(words[-1]) >= SHORTEST_PREFIX
            found.append(Phrase(words, open_ended))
    return found[:MOST_PHRASES]


def exact_phrases(texts: Iterable[str]) -> list[Phrase]:
    """Each text as one phrase, without those that have no word."""
    found = (tuple(tokens(each)) for each in texts)
    return [Phrase(words) for words in found if words][:MOST_PHRASES]
