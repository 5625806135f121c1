"""Of texts in several languages the one that people want is taken, and there is always one."""

import pytest

from windrow.formats.language_choice import are_languages, choose


@pytest.mark.parametrize(
    ("texts", "languages", "chosen"),
    [
        ({"en": "a", "de": "b"}, ["de"], "b"),
        ({"en": "a", "de-AT": "b"}, ["de"], "b"),
        ({"en": "a", "de": "b"}, ["de-CH"], "b"),
        ({"en": "a", "pt_BR": "b"}, ["pt-br"], "b"),
        ({"en": "a", "de": "b"}, ["fr", "de"], "b"),
        ({"de": "b", "fr": "c"}, ["en"], "b"),
        ({"de": "b", "": "c"}, ["en"], "c"),
        ({"de": "b", "": "c"}, ["de"], "b"),
        ({}, ["en"], None),
        ({"en": "a"}, [], "a"),
    ],
)
def test_the_best_language_wins(texts: dict[str, str], languages: list[str], chosen: str | None) -> None:
    assert choose(texts, languages) == chosen


def test_names_of_languages_are_told_from_other_names() -> None:
    assert are_languages(["en", "pt-BR", "gsw", "zh_Hans"])
    assert not are_languages(["name", "url"])
    assert not are_languages([])
