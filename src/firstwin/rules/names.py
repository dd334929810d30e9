"""The kinds of names and values that stand in rule files, each with what is told when it is none."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, GetJsonSchemaHandler, PlainValidator, WithJsonSchema
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from firstwin.rules.durations import NotADuration, parse_duration
from firstwin.rules.problems import listed
from firstwin.rules.terms import PropertyName, Scalar
from firstwin.rules.word import refusal, shown
from firstwin.rules.worded import any_event, worded

IDENTIFIER = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}")
PREFIXES = ("account", "person", "start")
SHARE = re.compile(r"([0-9]{1,4}(?:\.[0-9]{1,2})?)%")
SNAKE = re.compile(r"[a-z0-9]+(_[a-z0-9]+)+")  # as events are named by programs
LONGEST_NAME = 200
OPERATORS = re.compile(r"\s*(>=|<=|==|!=|<>|>|<|=)\s*(.*)")
IN_WORDS = {">=": "at_least", "<=": "at_most", ">": "more_than", "<": "less_than", "!=": "is_not", "<>": "is_not"}


def _schema(**schema: Any) -> WithJsonSchema:  # noqa: ANN401 - JSON
    return WithJsonSchema(schema)


# ---- names ----------------------------------------------------------------------------------------------------------


def _name(kind: str, value: object) -> str:
    if not isinstance(value, str):
        suggestion = f'If it is a name, put it in quotes: "{value}".' if isinstance(value, bool | int | float) else ""
        raise refusal(f"{shown(value)} is not the name of {kind}.", suggestion)
    if not value.strip():
        raise refusal(f"The name of {kind} is missing.")
    if value != value.strip():
        raise refusal(f"The name {shown(value)} begins or ends with a space.", f'Write "{value.strip()}".')
    if '"' in value:
        raise refusal(
            f"The name {shown(value)} holds a double quote, which no name may.", "Rename it where it is sent."
        )
    if any(ord(sign) < ord(" ") for sign in value) or len(value) > LONGEST_NAME:
        raise refusal(f"{shown(value)} cannot be the name of {kind}.", "A name is one line of at most 200 letters.")
    return value


def _event(value: object) -> str:
    name = _name("an event", value)
    if name.startswith("firstwin."):
        message = f"`{name}`: names that begin with `firstwin.` are Firstwin's own."
        raise refusal(message, "For a milestone write its bare name; for a property, `account.…` or `person.…`.")
    if is_formula(name) or "{{" in name:
        raise refusal(f"`{name}` is a formula, and conditions are written in words.", in_words(name))
    _one_event(name)
    if told := any_event(name):
        raise refusal(*told)
    return name


def is_formula(text: str) -> bool:
    """Whether a text compares with signs, which the language has words for."""
    return bool(re.search(r">=|<=|==|!=|<>|\s=\s|[<>]\s*[0-9]", text))


def _one_event(name: str) -> None:
    several = re.split(r",\s*| or | and | & ", name)
    if len(several) > 1 and all(SNAKE.fullmatch(part) for part in several):
        raise refusal(f"`{name}` is more than one event.", f"Write `[{', '.join(several)}]` for any of them.")
    negated = re.fullmatch(r"(?:not|no|never) ([a-z0-9]+(?:_[a-z0-9]+)+)", name)
    if negated:
        message = f"`{name}`: “not” has words of its own."
        raise refusal(message, f"Write `{{did_not: {negated[1]}, since: start}}`, or `only_if:` in place of `unless:`.")


def in_words(expression: str) -> str:
    """A formula such as ``account.mrr > 1000`` as a comparison, where it is that simple."""
    found = re.fullmatch(r"([\w.]+)\s*(>=|<=|==|!=|<>|>|<)\s*([\w.]+)", expression.strip())
    if not found:
        return "Write a condition, for example `account.mrr: {at_least: 1000}`."
    comparison = f"{{{IN_WORDS[found[2]]}: {found[3]}}}" if found[2] in IN_WORDS else found[3]
    name = found[1] if "." in found[1] else f"account.{found[1]}"
    return f"Write `{name}: {comparison}`."


def _event_property(value: object) -> str:
    name = _property_part("a property of the event", value)
    prefix, dot, rest = name.partition(".")
    if dot and prefix in ("account", "person"):
        message = f"`{name}` is no property of the event, and only those stand here."
        raise refusal(
            message, f"Move it into an `only_if:`, joined with `all:`; or write `{rest}` if the event has it."
        )
    if dot and prefix == "start":
        raise refusal(f"`{name}`: properties of the event stand here without `start.`.", f"Write `{rest}`.")
    return name


def _total(value: object) -> tuple[str, str]:
    """The event and its property, divided by the last dot."""
    text = _name("an event and its property", value)
    name, dot, prop = text.rpartition(".")
    if name in PREFIXES:
        message = f"`{value}` is a property, and `total:` adds up what events carry."
        raise refusal(message, f"Compare the property itself: `{value}: {{at_least: 1000}}`.")
    if not name or not prop:
        message = f"{shown(value)} does not say what to add up."
        example = "invoice_paid" if dot else text
        raise refusal(message, f"Write the event, a dot and its property: `total: {example}.amount`.")
    return _event(name), _event_property(prop)


def _property_part(kind: str, value: object) -> str:
    name = _name(kind, value)
    if "\\" in name:
        raise refusal(f"The name `{name}` holds a backslash, which no name may.", "Rename it where it is sent.")
    return name


def _property(value: object) -> PropertyName:
    name = _property_part("a property", value)
    prefix, dot, rest = name.partition(".")
    if not dot or prefix not in PREFIXES or not rest:
        message = f"`{name}` does not say whose property it is."
        raise refusal(message, f"Write `account.{name}`, `person.{name}` or `start.{name}`.")
    return PropertyName(prefix, rest)  # type: ignore[arg-type] # one of PREFIXES


def identifier(kind: str) -> Callable[[object], str]:
    """A name that stands in files, links and tables: small letters, digits, ``-`` and ``_``."""

    def read(value: object) -> str:
        name = _name(kind, value)
        if IDENTIFIER.fullmatch(name):
            return name
        better = simplified(name)
        suggestion = f"Write `{better}`." if better else ""
        message = f"{shown(name)} cannot be the name of {kind}: use small letters, digits, `-` and `_`."
        raise refusal(message, suggestion)

    return read


def simplified(name: str) -> str:
    """The nearest name that is allowed, or nothing."""
    without_ending = re.sub(r"\.(md|html|json|ya?ml)$", "", name.rsplit("/", 1)[-1])
    return re.sub(r"[^a-z0-9_]+", "-", without_ending.lower()).strip("-_")[:80]


def _as_list(value: object) -> object:
    """A list in place of one value means any of these, so one value is a list of one."""
    if value == []:
        raise refusal("The list is empty.", "Write at least one name.")
    return value if isinstance(value, list | tuple) else [value]


class OneOrMore:
    """Says in the JSON schema of a list that one of its members may stand there alone."""

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        several = handler.resolve_ref_schema(handler(core))
        return {"anyOf": [several["items"], {**several, "minItems": 1}]}


def _as_a_list_of(*names: str) -> WithJsonSchema:
    one = {"type": "string", "description": " ".join(names)}
    return WithJsonSchema({"anyOf": [one, {"type": "array", "items": one, "minItems": 1}]})


def _template(value: object) -> str:
    return identifier("a template")(value)


EventName = Annotated[str, PlainValidator(_event), _schema(type="string")]
EventNames = Annotated[tuple[EventName, ...], BeforeValidator(_as_list), _as_a_list_of("event")]
EventTotal = Annotated[tuple[str, str], PlainValidator(_total), _schema(type="string")]
EventTotals = Annotated[tuple[EventTotal, ...], BeforeValidator(_as_list), _as_a_list_of("event.property")]
EventProperty = Annotated[str, PlainValidator(_event_property), _schema(type="string")]
Property = Annotated[
    PropertyName, PlainValidator(_property), _schema(type="string", pattern=r"^(account|person|start)\.")
]
Milestone = Annotated[
    str, PlainValidator(identifier("a milestone")), _schema(type="string", pattern=IDENTIFIER.pattern)
]
Milestones = Annotated[tuple[Milestone, ...], BeforeValidator(_as_list), _as_a_list_of("milestone")]
SegmentName = Annotated[
    str, PlainValidator(identifier("a segment")), _schema(type="string", pattern=IDENTIFIER.pattern)
]
SegmentNames = Annotated[tuple[SegmentName, ...], BeforeValidator(_as_list), _as_a_list_of("segment")]
StepName = Annotated[str, PlainValidator(identifier("a step")), _schema(type="string", pattern=IDENTIFIER.pattern)]
RuleName = Annotated[str, PlainValidator(identifier("a rule")), _schema(type="string", pattern=IDENTIFIER.pattern)]
RuleNames = Annotated[tuple[RuleName, ...], BeforeValidator(_as_list), _as_a_list_of("rule")]
VariantName = Annotated[
    str, PlainValidator(identifier("a variant")), _schema(type="string", pattern=IDENTIFIER.pattern)
]
TemplateName = Annotated[str, PlainValidator(_template), _schema(type="string", pattern=IDENTIFIER.pattern)]


# ---- values ---------------------------------------------------------------------------------------------------------


def _duration(value: object) -> timedelta:
    if isinstance(value, timedelta):
        return value
    found = parse_duration(value)
    if isinstance(found, NotADuration):
        raise refusal(found.message, found.suggestion)
    return found


def _times(value: object) -> int:
    if isinstance(value, str) and SHARE.fullmatch(value):
        raise refusal(f"`{value}` is a share, and here a number of times is asked for.", "Write a number like `3`.")
    number = _whole(value)
    if number < 0:
        raise refusal(f"`{number}` times is not possible.", "Write a number like `3`.")
    return number


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        digits = re.search(r"[0-9]+", value) if isinstance(value, str) else None
        raise refusal(
            f"{shown(value)} is not a whole number.", f"Write `{digits[0]}`." if digits else "Write a number like `3`."
        )
    return value


def _scalar(value: object) -> Scalar:
    if value is None:
        raise refusal("The value is missing.", "To ask for a property that is not set, write `{exists: false}`.")
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return float(value)
    if not isinstance(value, str):
        raise refusal(f"{shown(value)} is not a value.", "Write a text, a number, `true` or `false`.")
    operator = OPERATORS.fullmatch(value)
    if operator:
        word = IN_WORDS.get(operator[1])
        better = f"{{{word}: {operator[2] or 1000}}}" if word else operator[2]
        raise refusal(f"`{value}` is a formula, and comparisons are written in words.", f"Write `{better}`.")
    if told := worded(value):
        raise refusal(*told)
    if "{{" in value:
        message = "A condition holds no template."
        raise refusal(message, "To compare two properties write `{at_least: 0, above: account.other}`.")
    return value


def _number(value: object) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    text = value if isinstance(value, str) else ""
    if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text):
        raise refusal(f'"{text}" in quotes is a text, not a number.', f"Write `{text}` without quotes.")
    if re.fullmatch(r"[0-9]{1,3}([,_' ][0-9]{3})+", text):
        raise refusal(f"`{text}` is not a number.", f"Write `{re.sub('[^0-9]', '', text)}`.")
    if re.match(r"[0-9]{4}-[0-9]{2}|[0-9]+ (minute|hour|day|week|month)", text):
        message = f"`{text}` is a time, and this compares numbers."
        raise refusal(message, f"Dates are compared with {listed(('in_last', 'in_next', 'older_than'))}.")
    raise refusal(f"{shown(value)} is not a number.", "Write digits, like `1000` or `2.5`.")


def share_of(value: object) -> float | None:
    """0.5 for ``50%``; None for anything else."""
    found = SHARE.fullmatch(value) if isinstance(value, str) else None
    return float(found[1]) / 100 if found else None


def _number_or_share(value: object) -> float | Share:
    share = share_of(value)
    return _number(value) if share is None else Share(share)


def _times_or_share(value: object) -> float | Share:
    share = share_of(value)
    return _times(value) if share is None else Share(share)


class Share(float):
    """A percentage: 0.5 for ``50%``."""


def _part(value: object) -> float:
    """A share of the subjects: some of them, and not all."""
    if isinstance(value, float) and not isinstance(value, bool) and 0 < value < 1:
        return value
    share = share_of(value)
    if share is None:
        number = re.search(r"[0-9]+", str(value)) if isinstance(value, str | int | float) else None
        raise refusal(f"{shown(value)} is not a share.", f"Write `{number[0] if number else 10}%`.")
    if not 0 < share < 1:
        raise refusal(f"`{value}` is no part of the whole.", "Write a share between `1%` and `99%`.")
    return share


Duration = Annotated[
    timedelta, PlainValidator(_duration), _schema(type="string", pattern=r"^[1-9][0-9]* (minute|hour|day|week)s?$")
]
Part = Annotated[float, PlainValidator(_part), _schema(type="string", pattern=r"^[0-9]+(\.[0-9]{1,2})?%$")]
Times = Annotated[int, PlainValidator(_times), _schema(type="integer", minimum=0)]
WholeNumber = Annotated[int, PlainValidator(_whole), _schema(type="integer")]
Value = Annotated[Scalar, PlainValidator(_scalar), _schema(type=["string", "number", "boolean"])]
Values = Annotated[tuple[Value, ...], BeforeValidator(_as_list), OneOrMore()]
TimesOrShare = Annotated[float, PlainValidator(_times_or_share), _schema(type=["integer", "string"])]
Amount = Annotated[float, PlainValidator(_number_or_share), _schema(type=["number", "string"])]
