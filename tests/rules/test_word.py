"""What a word's class tells of the mistakes in it, by itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pydantic import BaseModel, ValidationError

from firstwin.rules.actions import EmailWord
from firstwin.rules.conditions import HEADS
from firstwin.rules.counting import Did
from firstwin.rules.rule_file import RuleFile, StepFile
from firstwin.rules.word import Word


def told(word: type[Word], data: object) -> list[tuple[tuple[int | str, ...], str]]:
    with pytest.raises(ValidationError) as caught:
        word.model_validate(data)
    return [(details["loc"], details["msg"]) for details in caught.value.errors()]


def test_unknown_missing_and_wrong_keys_are_told_together() -> None:
    assert told(Did, {"did": 5, "at_lest": 3}) == [
        (("at_lest",), "`did` has no `at_lest`."),
        (("did",), "`did:` does not say how far back."),
        (("did", 0), "`5` is not the name of an event."),
    ]


def test_a_misspelt_key_is_not_missing_as_well() -> None:
    assert told(EmailWord, {"email": "a", "too": "contact"}) == [(("too",), "An email has no `too`.")]


def test_a_key_without_its_space_is_told_so() -> None:
    assert ("After a colon comes a space.") in [message for _, message in told(Did, {"did": "a", "since:ever": None})]


def test_a_word_that_is_read_already_is_taken_as_it_is() -> None:
    did = Did.model_validate({"did": "a", "since": "ever"})

    assert Did.model_validate(did) is did


def words(word: type[BaseModel] = Word) -> Iterator[type[Word]]:
    for each in word.__subclasses__():
        if issubclass(each, Word):
            yield each
            yield from words(each)


@pytest.mark.parametrize("word", sorted({word for word in words() if word.__module__.startswith("firstwin.")}, key=str))
def test_what_is_suggested_is_a_word_that_is_there(word: type[Word]) -> None:
    assert {word.meant(key) for key in word.synonyms} <= {*word.written(), None}
    assert not set(word.synonyms) & set(word.written())
    assert set(word.needed) <= set(word.written())


def test_every_synonym_leads_to_a_word_somewhere() -> None:
    everywhere = set(words())

    assert all(
        any(synonym in each.written() for each in everywhere)
        for word in everywhere
        for synonym in word.synonyms.values()
    )


def test_the_grammar_is_a_json_schema_that_asks_for_what_must_be_there() -> None:
    schema = RuleFile.model_json_schema()

    assert schema["required"] == ["about", "when", "again"]
    assert schema["additionalProperties"] is False
    assert {"about", "class", "steps", "until"} <= set(schema["properties"])
    assert {word.__name__ for word in HEADS.values()} | {StepFile.__name__} <= set(schema["$defs"])
