"""What every word of the language is made of: a pydantic class that tells its author's mistakes in plain sentences."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping
from typing import Any, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, ModelWrapValidatorHandler, ValidationError, ValidationInfo, model_validator
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

from firstwin.rules.problems import listed, nearest

At = Literal["key", "value"]
REFUSED = "refused"
LONGEST_SHOWN = 60


def refusal(message: str, suggestion: str = "", at: At = "value") -> PydanticCustomError:
    """To be raised inside a validator: what is wrong, and what to write instead."""
    return PydanticCustomError(REFUSED, "{message}", {"message": message, "suggestion": suggestion, "at": at})


def refused_at(*loc: str | int, message: str, suggestion: str = "", at: At = "value") -> InitErrorDetails:
    """The same for one part of what is validated; several go into ``refused_all``."""
    return InitErrorDetails(type=refusal(message, suggestion, at), loc=loc, input=None)


def refused_all(details: list[InitErrorDetails]) -> ValidationError:
    return ValidationError.from_exception_data("refused", details)


def _require(schema: dict[str, Any], word: type[BaseModel]) -> None:
    """The keys that we ask for ourselves, with a better text than pydantic's, are required ones in the schema too."""
    needed = getattr(word, "needed", {})
    if needed:
        schema["required"] = [
            *schema.get("required", ()),
            *(key for key in needed if key not in schema.get("required", ())),
        ]


class Word(BaseModel):
    """A mapping of the language: `word: value` beside `word: value`."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra=_require)

    called: ClassVar[str] = "This place"  # how messages speak of it
    needed: ClassVar[Mapping[str, str]] = {}  # a key that must be there -> what to write
    synonyms: ClassVar[Mapping[str, str]] = {}  # what other programs call it -> our word
    empty_is_left_out: ClassVar[bool] = False  # a key without a value counts as not written
    shape: ClassVar[str] = ""  # how it is written; its words, if nothing better is known

    @model_validator(mode="wrap")
    @classmethod
    def _told_plainly(cls, data: object, handler: ModelWrapValidatorHandler[Self], info: ValidationInfo) -> Self:
        if isinstance(data, cls):
            return data
        if not isinstance(data, Mapping):
            message = f"{cls.called} needs more than one value." if data else f"{cls.called} is empty."
            raise refusal(message, cls.shape or f"The words here are {listed(cls.written(), 'and')}.")
        found = [*cls._unknown(data), *cls._empty(data), *cls._missing(data), *cls.clashes(data)]
        known = {key: value for key, value in data.items() if key in cls.written() and value is not None}
        try:
            word = handler(known)
        except ValidationError as error:
            empty = () if cls.empty_is_left_out else (key for key, value in data.items() if value is None)
            raise refused_all([*found, *_plain(error, {*cls.needed, *empty})]) from None
        if found and not info.context:  # the rest of a file whose mistakes are told already
            raise refused_all(found)
        return word

    @classmethod
    def written(cls) -> tuple[str, ...]:
        """The keys as authors write them."""
        return tuple(field.alias or name for name, field in cls.model_fields.items())

    @classmethod
    def clashes(cls, data: Mapping[str, Any]) -> Iterator[InitErrorDetails]:  # noqa: ARG003 - for words that have some
        """What the keys alone show to be wrong: two that exclude each other, or one of several missing."""
        yield from ()

    @classmethod
    def _unknown(cls, data: Mapping[str, Any]) -> Iterator[InitErrorDetails]:
        for key in data:
            if key not in cls.written():
                message, suggestion = cls.unknown_beside(str(key), data[key])
                yield refused_at(key, message=message, suggestion=suggestion, at="key")

    @classmethod
    def unknown_beside(cls, key: str, _value: object) -> tuple[str, str]:
        """The same where the value tells more."""
        return cls.unknown(key)

    @classmethod
    def unknown(cls, key: str) -> tuple[str, str]:
        """What to tell about a key that does not belong here."""
        if key.isdigit():
            return "A comma divides two entries here.", "Write a large number without commas: 1000."
        word, colon, value = key.partition(":")
        if colon and word in cls.written():
            return "After a colon comes a space.", f"Write `{word}: {value}`."
        meant = cls.meant(key)
        if meant:
            return f"{cls.called} has no `{key}`.", f"Did you mean `{meant}`?"
        return f"{cls.called} has no `{key}`.", f"The words here are {listed(cls.written(), 'and')}."

    @classmethod
    def meant(cls, key: str) -> str | None:
        """The key that somebody who wrote another one most likely meant."""
        synonym = cls.synonyms.get(key)
        return synonym if synonym in cls.written() else nearest(key, cls.written())

    @classmethod
    def _empty(cls, data: Mapping[str, Any]) -> Iterator[InitErrorDetails]:
        if cls.empty_is_left_out:
            return
        for key, value in data.items():
            if value is None and key in cls.written():
                message, suggestion = cls.empty(key)
                yield refused_at(key, message=message, suggestion=suggestion, at="key")

    @classmethod
    def empty(cls, key: str) -> tuple[str, str]:
        return f"`{key}:` has no value.", cls.needed.get(key, "Write one behind the colon, or take the line out.")

    @classmethod
    def _missing(cls, data: Mapping[str, Any]) -> Iterator[InitErrorDetails]:
        meant = {cls.meant(key) for key in data if key not in cls.written()}  # misspelt is not missing
        for key, advice in cls.needed.items():
            is_written = key in data and not (cls.empty_is_left_out and data[key] is None)
            if not is_written and key not in meant:
                yield refused_at(message=f"`{key}:` is missing.", suggestion=advice)


def _plain(error: ValidationError, told: Container[str]) -> Iterator[InitErrorDetails]:
    for details in error.errors(include_url=False):
        if details["type"] == "missing" and details["loc"][-1] in told:
            continue  # told already, and better
        yield InitErrorDetails(type=_in_words(details), loc=details["loc"], input=None)


def _in_words(details: ErrorDetails) -> PydanticCustomError:
    context = details.get("ctx", {})
    if details["type"] == REFUSED:
        return refusal(**context)
    if details["type"] == "missing":
        return refusal(f"`{details['loc'][-1]}:` is missing.")
    wanted = next((text for kind, text in WANTED.items() if details["type"].startswith(kind)), None)
    return wanted(details["input"], context) if wanted else refusal(f"{details['msg']}.")


def _choice(given: object, context: Mapping[str, Any]) -> PydanticCustomError:
    choices = str(context["expected"]).replace("'", "`")
    meant = nearest(str(given), str(context["expected"]).replace("'", "").replace(" or ", ", ").split(", "))
    return refusal(f"{shown(given)} is not one of the choices.", f"Write {choices}.{_meant(meant)}")


def _meant(word: str | None) -> str:
    return f" Did you mean `{word}`?" if word else ""


WANTED: Mapping[str, Callable[[object, Mapping[str, Any]], PydanticCustomError]] = {
    "literal_error": _choice,
    "string": lambda given, _: refusal(f"{shown(given)} is not a text.", "Write a text; put a number in quotes."),
    "bool": lambda given, _: refusal(f"{shown(given)} is neither true nor false.", "Write `true` or `false`."),
    "dict": lambda given, _: refusal(f"{shown(given)} is not a set of `name: value` pairs.", "Write `{name: value}`."),
    "mapping": lambda given, _: refusal(
        f"{shown(given)} is not a set of `name: value` pairs.", "Write `{name: value}`."
    ),
}


def shown(value: object) -> str:
    """A value as it stands in the file, shortened, for a message."""
    match value:
        case None:
            return "Nothing"
        case bool():
            return f"`{str(value).lower()}`"
        case Mapping():
            return "A set of `name: value` pairs"
        case list() | tuple():
            return "A list"
        case str() if not value.strip():
            return "An empty text"
        case _:
            text = str(value)
            return f"`{text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + '…'}`"
