"""Which language a browser is given."""

from __future__ import annotations

import pytest

from firstwin.messages.languages import chosen, direction


@pytest.mark.parametrize(
    ("accepts", "found"),
    [
        ("de", "de"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("DE-at", "de"),
        ("fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5", "en"),
        ("en;q=0.5, de", "de"),
        ("pt", "pt-BR"),
        ("pt-PT", "pt-BR"),
        ("pt-br", "pt-BR"),
        ("fr", None),
        ("de;q=0", None),
        ("*", None),
        ("", None),
        (";q=1,,;", None),
        ("de;q=often, en;q=0.1", "en"),
    ],
)
def test_the_language_that_is_wanted_most_of_those_that_there_are(accepts: str, found: str | None) -> None:
    assert chosen(accepts, ["en", "de", "pt-BR"]) == found


def test_a_header_without_end_is_not_read_to_its_end() -> None:
    assert chosen("fr," * 10_000 + "de", ["en", "de"]) is None


@pytest.mark.parametrize(("language", "way"), [("en", "ltr"), ("ar", "rtl"), ("he-IL", "rtl"), ("FA", "rtl")])
def test_which_way_a_language_is_written(language: str, way: str) -> None:
    assert direction(language) == way
