"""Which class answers for a term of a condition."""

from __future__ import annotations

from firstwin.match.words.aggregates import MeasureWord
from firstwin.match.words.contract import Word
from firstwin.match.words.ever import DoneWord, LatestWord, OpenWord
from firstwin.match.words.facts import CountWord
from firstwin.match.words.joined import JoinedWord, ReachedWord
from firstwin.match.words.movement import ChangedWord, MovedWord
from firstwin.match.words.nudged import NudgedWord
from firstwin.match.words.people import PeopleWord
from firstwin.match.words.properties import ExistedWord, PropertyWord
from firstwin.match.words.usage import UsageWord
from firstwin.rules import terms
from firstwin.rules.terms import Term


def word(term: Term) -> Word:  # noqa: C901, PLR0911 - one line for each
    """The class that answers for a term; one that is made of others gets theirs along."""
    match term:
        case terms.Count() | terms.Measure() | terms.Open() | terms.Latest():
            return _of_facts(term)
        case terms.Done():
            return DoneWord(term, tuple(word(part) for part in term.parts))
        case terms.Existed():
            return ExistedWord(term)
        case terms.Property():
            return PropertyWord(term)
        case terms.Reached():
            return ReachedWord(term, word)
        case terms.Usage():
            return UsageWord(term)
        case terms.Moved():
            return MovedWord(term)
        case terms.Changed():
            return ChangedWord(term)
        case terms.Nudged():
            return NudgedWord(term)
        case terms.People():
            return PeopleWord(term, word(term.part))
        case terms.Named():
            return JoinedWord(term, (word(term.part),))
        case terms.All() | terms.AnyOf() | terms.NoneOf():
            return JoinedWord(term, tuple(word(part) for part in term.parts))


def _of_facts(term: terms.Count | terms.Measure | terms.Open | terms.Latest) -> Word:
    match term:
        case terms.Count():
            return CountWord(term)
        case terms.Measure():
            return MeasureWord(term)
        case terms.Open():
            return OpenWord(term)
        case terms.Latest():
            return LatestWord(term)
