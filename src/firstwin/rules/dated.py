"""`when: {date: account.trial_ends_at}`: a rule that begins at a date in the data, once or each year."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator

from firstwin.rules import terms
from firstwin.rules.clock import Time
from firstwin.rules.names import Property
from firstwin.rules.scope import Scope, StartFacts
from firstwin.rules.word import Word, refusal, shown

EACH_YEAR = "Write `every: year`, and the rule begins each year on that date."
YEARLY = ("yearly", "every_year", "each_year", "annual", "annually", "anniversary", "repeats", "recurring", "again")
YEARS = ("years", "1 year", "yearly", "annually", "12 months", "52 weeks", "365 days", "anniversary")


def _year(value: object) -> object:
    if value in ("year", None):
        return value
    if str(value).strip().lower() in YEARS:
        raise refusal(f"{shown(value)} is not the word here.", "Write `every: year`.")
    message = f"A date comes round once a year, and {shown(value)} is not a year."
    raise refusal(message, "Write `every: year`; on days of the week or the month a clock begins: `when: {every: monday, at: 09:00}`.")  # fmt: skip


class DateStartWord(Word):
    date: Property
    every: Annotated[Literal["year"] | None, BeforeValidator(_year)] = None
    at: Time | None = None

    called: ClassVar[str] = "A start by a date"
    synonyms: ClassVar[Mapping[str, str]] = {"time": "at", "each": "every"}

    @classmethod
    def unknown(cls, key: str) -> tuple[str, str]:
        return (f"{cls.called} has no `{key}`.", EACH_YEAR) if key in YEARLY else super().unknown(key)

    def facts(self, _milestones: Mapping[str, Any]) -> StartFacts:
        return StartFacts("date", yearly=self.every is not None)

    def start(self, scope: Scope) -> terms.Start:
        of_the_subject(self.date, scope, "date")
        return terms.DateStart(self.date, self.every is not None, self.at)


def of_the_subject(name: terms.PropertyName, scope: Scope, word: str) -> None:
    if name.scope == "start":
        message = f"`{name}`: the start cannot ask for its own data."
        scope.refuse(message, "Name a property of the account (`account.…`) or of the person.", word)
    else:
        scope.property(name, word)
