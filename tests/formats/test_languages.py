"""Languages come out as BCP 47 where they can be told."""

import pytest

from windrow.formats.languages import language_tag


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("eng", "en"),
        ("ger", "de"),
        ("deu", "de"),
        ("en_us", "en-US"),
        ("de-AT", "de-AT"),
        ("eng; USA", "en"),
        ("FRE", "fr"),
        ("en; utf8", "en"),
        ("gsw", "gsw"),
        ("", ""),
        ("Deutsch (Schweiz)", "Deutsch (Schweiz)"),
    ],
)
def test_codes(code: str, expected: str) -> None:
    assert language_tag(code) == expected
