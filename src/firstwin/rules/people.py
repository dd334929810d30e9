"""`any_person`, `every_person` and `no_person`: a condition about one person, asked of those that are in the account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from firstwin.rules import terms
from firstwin.rules.condition import ConditionWord
from firstwin.rules.scope import Scope
from firstwin.rules.walk import is_negative

if TYPE_CHECKING:
    from firstwin.rules.conditions import Condition


ONE_ACCOUNT = "A rule asks about one account and its people, never about another account."
WRITTEN_BY_IMPORT = (
    "Let an import write what it finds there into a property, and ask for that: `account.domain_of_customer: true`."
)


def other_accounts(head: str) -> str | None:
    """What is told where a condition looks beyond its own account."""
    beyond = head in ("any_account", "every_account", "no_account", "other_account", "another_account", "accounts")
    return ONE_ACCOUNT if beyond else None


class OfPeople(ConditionWord):
    """What the three share."""

    def among(self, scope: Scope, how: Literal["any", "every", "no"], condition: Any) -> terms.Term:  # noqa: ANN401 - one of many classes
        if scope.about == "person":
            message = f"`{self.head}` asks about the people of an account, and this is about one person."
            scope.refuse(message, f"Write the condition without `{self.head}:`.", self.head, at="key")
        part: terms.Term = condition.term(scope.at(self.head).about_a("person"))
        return terms.People(how, part)


class AnyPerson(OfPeople):
    any_person: Condition

    head: ClassVar[str] = "any_person"
    called: ClassVar[str] = "`any_person`"

    def term(self, scope: Scope) -> terms.Term:
        found = self.among(scope, "any", self.any_person)
        if isinstance(found, terms.People) and is_negative(found.part):
            message = "This is true as soon as one person of the account did not."
            suggestion = "If nobody may have, write `no_person:` and the condition without its “not”."
            scope.warn(message, suggestion, "any_person", at="key")
        return found


class EveryPerson(OfPeople):
    every_person: Condition

    head: ClassVar[str] = "every_person"
    called: ClassVar[str] = "`every_person`"

    def term(self, scope: Scope) -> terms.Term:
        return self.among(scope, "every", self.every_person)


class NoPerson(OfPeople):
    no_person: Condition

    head: ClassVar[str] = "no_person"
    called: ClassVar[str] = "`no_person`"

    def term(self, scope: Scope) -> terms.Term:
        return self.among(scope, "no", self.no_person)


WORDS: tuple[type[OfPeople], ...] = (AnyPerson, EveryPerson, NoPerson)
