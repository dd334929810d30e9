"""Every condition word, how they are joined, and which class a condition belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, ConfigDict, Discriminator, RootModel, Tag

from firstwin.rules import people, terms
from firstwin.rules.aggregates import DaysWith, PeopleWhoDid, Total
from firstwin.rules.comparisons import Compared, comparisons
from firstwin.rules.condition import ConditionWord
from firstwin.rules.counting import Did, DidNot
from firstwin.rules.ever import DoneWord, LatestWord, OpenWord
from firstwin.rules.movement import ChangedWord, Fell, Rose
from firstwin.rules.names import (
    IDENTIFIER,
    PREFIXES,
    Milestones,
    Property,
    SegmentNames,
    WholeNumber,
    in_words,
    is_formula,
)
from firstwin.rules.nudging import NudgedWord
from firstwin.rules.out_of_reach import out_of_reach
from firstwin.rules.people import WRITTEN_BY_IMPORT, AnyPerson, EveryPerson, NoPerson, other_accounts
from firstwin.rules.problems import did_you_mean, listed, nearest
from firstwin.rules.scope import Scope
from firstwin.rules.usage import PeopleUsing, UsageOf
from firstwin.rules.walk import asks_a_person, asks_of_people, contradicting, is_negative
from firstwin.rules.word import refusal, shown
from firstwin.rules.worded import meant_property

# ---- one fact -------------------------------------------------------------------------------------------------------


class ReachedWord(ConditionWord):
    """A milestone, ever."""

    reached: Milestones

    head: ClassVar[str] = "reached"
    called: ClassVar[str] = "`reached`"

    def term(self, scope: Scope) -> terms.Term:
        for index, name in enumerate(self.reached):
            scope.milestone(name, "reached", index)
        return any_of(terms.Reached(name) for name in self.reached)


class SegmentWord(ConditionWord):
    """A condition with a name of its own, from rules/segments.yaml."""

    segment: SegmentNames

    head: ClassVar[str] = "segment"
    called: ClassVar[str] = "`segment`"

    def term(self, scope: Scope) -> terms.Term:
        return any_of(self._named(name, scope, index) for index, name in enumerate(self.segment))

    def _named(self, name: str, scope: Scope, index: int) -> terms.Term:
        scope.uses("segment", name, "segment", index)
        found = scope.known.segments.get(name)
        if found is None:
            if name not in scope.known.broken_segments:
                known = sorted({*scope.known.segments, *scope.known.broken_segments})
                there = did_you_mean(name, known) or (
                    f"It holds {listed(known, 'and')}." if known else "Define it there."
                )
                scope.refuse(f"There is no segment `{name}` in rules/segments.yaml.", there, "segment", index)
            return terms.Named(name, terms.All(()))
        if scope.about == "account" and asks_a_person(found):
            message = f"The segment `{name}` asks about a person, and this rule is about accounts."
            better = f"Put it into `any_person: {{segment: {name}}}`, or write the rule `about: person`."
            scope.refuse(message, better, "segment", index)
        if scope.about == "person" and asks_of_people(found):
            message = f"The segment `{name}` asks about the people of an account, and this is about one person."
            scope.refuse(message, "Take another segment, or write the condition itself.", "segment", index)
        return found


ONE_PROPERTY = {"additionalProperties": False, "minProperties": 1, "maxProperties": 1}


class PropertyWord(RootModel[dict[Property, Compared]]):
    """`account.mrr: {at_least: 1000}`: a property of the account, the person or the start."""

    model_config = ConfigDict(json_schema_extra=dict(ONE_PROPERTY))

    def term(self, scope: Scope) -> terms.Term:
        ((name, compared),) = self.root.items()
        scope.property(name, str(name), at="key")
        inside = scope.at(str(name))
        compared_to = comparisons(compared, inside)
        if name.scope == "start" and name.name != "at":
            _still(compared_to, inside)
        elif name.scope != "start":
            scope.compares(str(name), compared_to, str(name))
        return terms.Property(name, compared_to)


def _still(compared_to: tuple[terms.Comparison, ...], scope: Scope) -> None:
    for comparison in compared_to:
        if comparison.op in ("in_last", "in_next", "older_than"):
            message = f"`{comparison.op}:` moves with the clock, and the start's own data does not change any more."
            suggestion = "Write `after:` for a time since the start, or compare a date of the account."
            scope.refuse(message, suggestion, comparison.op, at="key")


# ---- joined ---------------------------------------------------------------------------------------------------------


def _parts(value: object) -> object:
    if isinstance(value, Mapping):
        raise refusal("Here a list of conditions is needed.", "Begin each condition with a dash: `- did: …`.")
    if value == [] or not isinstance(value, list | tuple):
        raise refusal(
            "Here a list of conditions is needed.", "Write one or more lines that begin with a dash: `- did: …`."
        )
    return value


Parts = Annotated[tuple["Condition", ...], BeforeValidator(_parts)]


class AllWord(ConditionWord):
    all: Parts

    head: ClassVar[str] = "all"
    called: ClassVar[str] = "`all`"

    def term(self, scope: Scope) -> terms.Term:
        found = terms.All(_each(self.all, scope.at("all")))
        for name in contradicting(found):
            message = f"`{name}` cannot be two things at once: this is never true."
            scope.refuse(message, f"Write a list, `{name}: [a, b]`, if either will do.", "all", at="key")
        return found


class AnyWord(ConditionWord):
    any: Parts
    at_least: WholeNumber = 1

    head: ClassVar[str] = "any"
    called: ClassVar[str] = "`any`"

    def term(self, scope: Scope) -> terms.Term:
        if not 1 <= self.at_least <= len(self.any):
            message = f"{self.at_least} of {len(self.any)} conditions is not possible."
            suggestion = f"Write a number from 1 to {len(self.any)}." if len(self.any) > 1 else "Take the number out."
            scope.refuse(message, suggestion, "at_least")
        parts = _each(self.any, scope.at("any"))
        if self.at_least == 1 and len(parts) > 1 and all(map(is_negative, parts)):
            message = "Any of several “not”: this is true as soon as one of them did not happen."
            scope.warn(message, "If none of them may have happened, write `all:` in place of `any:`.", "any", at="key")
        return terms.AnyOf(parts, self.at_least)


class NoneWord(ConditionWord):
    none: Parts

    head: ClassVar[str] = "none"
    called: ClassVar[str] = "`none`"

    def term(self, scope: Scope) -> terms.Term:
        return terms.NoneOf(_each(self.none, scope.at("none")))


def _each(parts: Iterable[Any], scope: Scope) -> tuple[terms.Term, ...]:
    return tuple(part.term(scope.at(index)) for index, part in enumerate(parts))


def any_of(found: Iterable[terms.Term]) -> terms.Term:
    """One term as it is; several as any of them."""
    parts = tuple(found)
    return parts[0] if len(parts) == 1 else terms.AnyOf(parts)


# ---- which class ----------------------------------------------------------------------------------------------------

WORDS: tuple[type[ConditionWord], ...] = (
    Did, DidNot, PeopleWhoDid, DaysWith, Total,
    UsageOf, PeopleUsing,
    Fell, Rose, ChangedWord,
    DoneWord, OpenWord, LatestWord,
    ReachedWord, SegmentWord, NudgedWord,
    AnyPerson, EveryPerson, NoPerson,
    AllWord, AnyWord, NoneWord,
)  # fmt: skip
HEADS: dict[str, type[ConditionWord]] = {word.head: word for word in WORDS}
LIKELY = HEADS.keys() - {"fell", "rose"}  # so short that `role` and `cell` would be taken for them
SYNONYMS = {
    "and": "all", "or": "any", "not": "none", "did not": "did_not", "didnt": "did_not", "not_did": "did_not",
    "has_done": "did", "event": "did", "happened": "did", "milestone": "reached", "in_segment": "segment",
    "usage": "usage_of", "fall": "fell", "dropped": "fell", "rise": "rose", "increased": "rose", "became": "changed", "sent": "nudged",
    "anyone": "any_person", "everyone": "every_person", "everybody": "every_person", "nobody": "no_person",
    "users_who_did": "people_who_did", "distinct_people": "people_who_did", "unique_users": "people_who_did",
    "active_users": "people_who_did", "days_did": "days_with", "active_days": "days_with", "distinct_days": "days_with",
    "sum": "total", "sum_of": "total", "total_of": "total", "completed": "done", "steps_done": "done",
    "unresolved": "open", "not_closed": "open", "last": "latest", "newest": "latest", "most_recent": "latest",
}  # fmt: skip


def _heads(data: Mapping[str, Any]) -> list[str]:
    return [key for key in data if key in HEADS or _is_property(key)]


def _is_property(key: object) -> bool:
    return isinstance(key, str) and key.partition(".")[0] in PREFIXES and "." in key


def _head(data: object) -> str:
    """Which word a condition is: the tag of its class."""
    if isinstance(data, ConditionWord):
        return f"<{data.head}>"
    head = next(iter(_heads(data)), "") if isinstance(data, Mapping) else ""
    return f"<{head}>" if head in HEADS else "<property>"


def _shaped(data: object) -> object:
    """Tells what is wrong with the form of a condition before its class is chosen."""
    if isinstance(data, ConditionWord | PropertyWord):
        return data
    if not isinstance(data, Mapping):
        raise _not_a_mapping(data)
    heads = _heads(data)
    if len(heads) > 1:
        joined = ", ".join(f"{{{head}: …}}" for head in heads)
        message = f"{listed(heads, 'and')} are two conditions."
        raise refusal(message, f"Join them: `all: [{joined}]`, with a dash for each if they are long.")
    if not heads:
        raise _no_head(data)
    if is_formula(heads[0]):
        raise refusal(f"`{heads[0]}` is a formula, and conditions are written in words.", in_words(heads[0]))
    if _is_property(heads[0]) and len(data) > 1:
        beside = [key for key in data if key != heads[0]]
        if any(key.isdigit() for key in beside):
            raise refusal("A comma divides two entries here.", "Write a large number without commas: 1000.")
        message = f"{listed(beside, 'and')} cannot stand beside `{heads[0]}`."
        raise refusal(message, f"Put the comparison behind the name: `{heads[0]}: {{{beside[0]}: …}}`.")
    return data


def _not_a_mapping(data: object) -> Exception:
    if isinstance(data, list):
        return refusal(
            "Several conditions need a word that joins them.", "Write `all:`, `any:` or `none:` before the list."
        )
    if not isinstance(data, str):
        return refusal(f"{shown(data)} is not a condition.", "Write `did: …`, or a property like `account.plan: pro`.")
    if is_formula(data):
        return refusal(f"`{data}` is a formula, and conditions are written in words.", in_words(data))
    message = f"`{data}` stands alone, which is only possible directly behind `when`, `unless` and `until`."
    suggestion = (
        f"Write `{{did: {data}, in_last: 14 days}}`, or with `since: ever`; for a milestone, `{{reached: {data}}}`."
    )
    return refusal(message, suggestion)


def _no_head(data: Mapping[str, Any]) -> Exception:
    if not data:
        return refusal("The condition is empty.", "Write `did: …`, or a property like `account.plan: pro`.")
    first = next(iter(data))
    word, colon, rest = first.partition(":")
    if colon and (word in HEADS or _is_property(word)):
        return refusal("After a colon comes a space.", f"Write `{word}: {rest}`.")
    if never := out_of_reach(first):
        return refusal(*never)
    if beyond := other_accounts(first):
        return refusal(beyond, WRITTEN_BY_IMPORT)
    inner = next(iter(data[first]), "") if first in PREFIXES and isinstance(data[first], Mapping) else ""
    if inner:
        return refusal(f"`{first}` is no condition word.", f"Write `{first}.{inner}: …` in one word.")
    if whose := meant_property(first, PREFIXES):
        return refusal(f"`{first}` is no condition word.", f"Did you mean `{whose}`?")
    meant = next((m for key in data if (m := SYNONYMS.get(key) or nearest(key, LIKELY))), None)
    if meant:
        return refusal(f"`{first}` is no condition word.", f"Did you mean `{meant}`?")
    own = f" If `{first}` is a property, write `account.{first}`; if it is an event, `did: {first}`."
    return refusal(
        f"`{first}` is no condition word.",
        f"The words are {listed(HEADS, 'and')}.{own if IDENTIFIER.fullmatch(first.lower()) else ''}",
    )


Condition = Annotated[
    Annotated[Did, Tag("<did>")]
    | Annotated[DidNot, Tag("<did_not>")]
    | Annotated[UsageOf, Tag("<usage_of>")]
    | Annotated[PeopleUsing, Tag("<people_using>")]
    | Annotated[Fell, Tag("<fell>")]
    | Annotated[Rose, Tag("<rose>")]
    | Annotated[ChangedWord, Tag("<changed>")]
    | Annotated[PeopleWhoDid, Tag("<people_who_did>")]
    | Annotated[DaysWith, Tag("<days_with>")]
    | Annotated[Total, Tag("<total>")]
    | Annotated[DoneWord, Tag("<done>")]
    | Annotated[OpenWord, Tag("<open>")]
    | Annotated[LatestWord, Tag("<latest>")]
    | Annotated[ReachedWord, Tag("<reached>")]
    | Annotated[SegmentWord, Tag("<segment>")]
    | Annotated[NudgedWord, Tag("<nudged>")]
    | Annotated[AnyPerson, Tag("<any_person>")]
    | Annotated[EveryPerson, Tag("<every_person>")]
    | Annotated[NoPerson, Tag("<no_person>")]
    | Annotated[AllWord, Tag("<all>")]
    | Annotated[AnyWord, Tag("<any>")]
    | Annotated[NoneWord, Tag("<none>")]
    | Annotated[PropertyWord, Tag("<property>")],
    Discriminator(_head),
    BeforeValidator(_shaped),
]
for _word in people.WORDS:  # they stand in a file of their own, where a condition is not known yet
    _word.model_rebuild(_types_namespace={"Condition": Condition})
