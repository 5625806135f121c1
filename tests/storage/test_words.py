"""Words: both databases cut texts as `words.py` does, and what people type becomes words and nothing else."""

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from windrow.storage.words import Phrase, phrases, tokens

LETTERS = "aZéÄßñçØœŁ1٣жЩλΩ日本한 -_.,;:'\"/()&+*^~\n"
"""Letters with and without diacritics, digits, other scripts, and everything that separates."""


def sqlite_tokens(text: str) -> list[str]:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE words USING fts5(text, tokenize='unicode61 remove_diacritics 2')")
    connection.execute("CREATE VIRTUAL TABLE held USING fts5vocab(words, 'instance')")
    connection.execute("INSERT INTO words VALUES (?)", (text,))
    found = [row[0] for row in connection.execute("SELECT term FROM held ORDER BY offset")]
    connection.close()
    return found


@given(st.text(st.sampled_from(LETTERS), max_size=30))
def test_texts_are_cut_as_sqlite_cuts_them(text: str) -> None:
    assert tokens(text) == sqlite_tokens(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("lake", [Phrase(("lake",), prefix=True)]),
        ("lake ", [Phrase(("lake",))]),
        ("la", [Phrase(("la",))]),
        ("Deep LAKE", [Phrase(("deep",)), Phrase(("lake",), prefix=True)]),
        ('"deep lake"', [Phrase(("deep", "lake"))]),
        ('"deep lake" depth', [Phrase(("deep", "lake")), Phrase(("depth",), prefix=True)]),
        ('an "open phrase', [Phrase(("an",)), Phrase(("open", "phrase"))]),
        ("deep-lake", [Phrase(("deep", "lake"), prefix=True)]),
        ("lake AND -depth", [Phrase(("lake",)), Phrase(("and",)), Phrase(("depth",), prefix=True)]),
        ("Kärnten", [Phrase(("karnten",), prefix=True)]),
        ('"" & !', []),
        ("", []),
    ],
)
def test_a_search_is_words_and_phrases(text: str, expected: list[Phrase]) -> None:
    assert phrases(text) == expected


@given(st.text())
def test_no_text_makes_anything_but_letters_and_digits(text: str) -> None:
    assert all(word.replace("_", "?").isalnum() for phrase in phrases(text) for word in phrase.words)
