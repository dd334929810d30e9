"""`then`: what a rule does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag
from pydantic_core import InitErrorDetails

from firstwin.rules import terms
from firstwin.rules.conditions import Condition
from firstwin.rules.names import Milestone, OneOrMore, Part, Property, TemplateName, VariantName, WholeNumber
from firstwin.rules.problems import listed, nearest
from firstwin.rules.receivers import WHERE_TO, WHO_IN_WORDS, AddressWord, Destination, RoleWord, Who
from firstwin.rules.scope import Scope
from firstwin.rules.word import Word, refusal, refused_at, shown

MOST_IN_DIGEST = 100


class EmailWord(Word):
    email: TemplateName
    to: Who

    called: ClassVar[str] = "An email"
    needed: ClassVar[Mapping[str, str]] = {"to": WHO_IN_WORDS}
    synonyms: ClassVar[Mapping[str, str]] = {"template": "email", "recipient": "to"}

    def action(self, scope: Scope) -> terms.Action:
        scope.uses("email", self.email, "email")
        return terms.Email(self.email, self._recipient(scope))

    def _recipient(self, scope: Scope) -> terms.Recipient:
        if isinstance(self.to, RoleWord):
            return terms.Recipient("role", self.to.role)
        if isinstance(self.to, AddressWord):
            scope.property(self.to.address, "to", "address")
            return terms.Recipient("address", str(self.to.address))
        if self.to == "person" and scope.about == "account":
            message = "`to: person` is for rules about a person; this one is about an account, which has many."
            scope.refuse(message, "Write `to: contact`, `to: actor` or `to: everyone`.", "to")
        if self.to == "actor":
            self._somebody_acted(scope)
        return terms.Recipient(self.to)

    def _somebody_acted(self, scope: Scope) -> None:
        if scope.start and scope.start.kind not in ("event", None):
            message = "`to: actor` is who did the event that started the rule, and this start is no event."
            scope.refuse(message, "Write `to: contact` or `to: {role: owner}`.", "to")


class AlertWord(Word):
    alert: TemplateName
    to: Destination

    called: ClassVar[str] = "An alert"
    needed: ClassVar[Mapping[str, str]] = {"to": WHERE_TO}
    synonyms: ClassVar[Mapping[str, str]] = {"template": "alert", "channel": "to"}

    def action(self, scope: Scope) -> terms.Action:
        scope.uses("alert", self.alert, "alert")
        scope.uses("destination", self.to, "to")
        return terms.Alert(self.alert, self.to)


class WebhookWord(Word):
    webhook: TemplateName
    to: Destination

    called: ClassVar[str] = "A webhook"
    needed: ClassVar[Mapping[str, str]] = {"to": WHERE_TO}
    synonyms: ClassVar[Mapping[str, str]] = {"template": "webhook", "url": "to"}

    def action(self, scope: Scope) -> terms.Action:
        scope.uses("webhook", self.webhook, "webhook")
        scope.uses("destination", self.to, "to")
        return terms.Webhook(self.webhook, self.to)


class RecordWord(Word):
    record: Milestone

    called: ClassVar[str] = "`record`"

    def action(self, scope: Scope) -> terms.Action:
        scope.uses("record", self.record, "record")
        return terms.Record(self.record)


# ---- many subjects in one message -----------------------------------------------------------------------------------


class LowestWord(Word):
    lowest: Property

    called: ClassVar[str] = "`order_by`"


def _order(value: object) -> object:
    if isinstance(value, Mapping) and list(value) == ["highest"]:
        raise refusal("The highest value comes first by itself.", f"Write `order_by: {value['highest']}`.")
    return value


OrderBy = Annotated[
    Annotated[Property, Tag("<highest>")] | Annotated[LowestWord, Tag("<lowest>")],
    Discriminator(lambda value: "<lowest>" if isinstance(value, Mapping | LowestWord) else "<highest>"),
    BeforeValidator(_order),
]


class DigestWord(Word):
    digest: TemplateName
    to: Destination
    order_by: OrderBy | None = None
    top: WholeNumber = terms.Digest("", "").top

    called: ClassVar[str] = "A digest"
    needed: ClassVar[Mapping[str, str]] = {"to": WHERE_TO}
    synonyms: ClassVar[Mapping[str, str]] = {
        "template": "digest", "channel": "to", "sort": "order_by", "sort_by": "order_by", "limit": "top", "at_most": "top",
    }  # fmt: skip

    @classmethod
    def clashes(cls, data: Mapping[str, Any]) -> Iterator[InitErrorDetails]:
        if "top" in data and "order_by" not in data:
            message = f"The top {data['top']} of what?"
            yield refused_at("top", message=message, suggestion="Write `order_by: account.mrr` beside it.", at="key")

    def action(self, scope: Scope) -> terms.Action:
        scope.uses("digest", self.digest, "digest")
        scope.uses("destination", self.to, "to")
        if scope.start and scope.start.kind not in ("clock", None):
            message = "A digest goes out at a set time, and this rule has a start of its own for each subject."
            better = "Begin the rule with a clock: `when: {every: monday, at: 09:00}`; or write `alert:`, for each by itself."
            scope.refuse(message, better, "digest", at="key")
        if not 1 <= self.top <= MOST_IN_DIGEST:
            scope.refuse(f"`top: {self.top}` is not possible.", f"Write a number from 1 to {MOST_IN_DIGEST}.", "top")
        return terms.Digest(self.digest, self.to, self._order(scope), self.top)

    def _order(self, scope: Scope) -> terms.OrderBy | None:
        if self.order_by is None:
            return None
        lowest_first = isinstance(self.order_by, LowestWord)
        of = self.order_by.lowest if isinstance(self.order_by, LowestWord) else self.order_by
        if of.scope == "start":
            scope.refuse(
                f"`{of}` is the same for all.", "Order by a property of the account: `account.mrr`.", "order_by"
            )
        else:
            scope.property(of, "order_by")
        return terms.OrderBy(of, lowest_first)


# ---- one of several -------------------------------------------------------------------------------------------------


class BranchWord(Word):
    """`if: …, then: …`, or `otherwise: true, then: …`."""

    if_: Condition | None = Field(default=None, alias="if")
    otherwise: Literal[True] | None = None
    then: Then

    called: ClassVar[str] = "A branch"
    needed: ClassVar[Mapping[str, str]] = {"then": "Write what to do: `then: {email: welcome, to: contact}`."}
    synonyms: ClassVar[Mapping[str, str]] = {
        "when": "if", "only_if": "if", "condition": "if", "else": "otherwise", "default": "otherwise", "do": "then",
    }  # fmt: skip

    @classmethod
    def clashes(cls, data: Mapping[str, Any]) -> Iterator[InitErrorDetails]:
        if "if" in data and "otherwise" in data:
            message = "`if` and `otherwise` exclude each other."
            yield refused_at("otherwise", message=message, suggestion="Keep one.", at="key")
        elif (
            "if" not in data and "otherwise" not in data and not {cls.meant(key) for key in data} & {"if", "otherwise"}
        ):
            suggestion = "Write `if: {account.plan: pro}`, or `otherwise: true` for the last branch."
            yield refused_at(message="The branch does not say when it is chosen.", suggestion=suggestion)

    def branch(self, scope: Scope) -> terms.Branch:
        condition = None if self.if_ is None else self.if_.term(replace(scope.at("if"), gate="only_if"))
        return terms.Branch(condition, _inner(self.then, scope))


def _branches(value: object) -> object:
    if not isinstance(value, list | tuple):
        suggestion = "Write `- if: …` and `then: …` below `choose:`, with a dash for each branch."
        raise refusal("`choose` takes a list of branches.", suggestion)
    if len(value) < 2:  # noqa: PLR2004 - one is not several
        raise refusal("There is nothing to choose between.", "For one condition write `only_if:` and `then:`.")
    return value


class ChooseWord(Word):
    choose: Annotated[tuple[BranchWord, ...], BeforeValidator(_branches)]

    called: ClassVar[str] = "`choose`"

    def action(self, scope: Scope) -> terms.Action:
        for index, branch in enumerate(self.choose[:-1]):
            if branch.otherwise:
                message = "What comes after `otherwise` is never chosen."
                scope.refuse(message, "Move `otherwise` to the end.", "choose", index, "otherwise", at="key")
        return terms.Choose(tuple(each.branch(scope.at("choose", n)) for n, each in enumerate(self.choose)))


class VariantWord(Word):
    share: Part
    then: Then

    called: ClassVar[str] = "A variant"
    needed: ClassVar[Mapping[str, str]] = {
        "share": "Write how many it is for: `share: 50%`.",
        "then": "Write what to do; to leave some out altogether, write `hold_out: 10%` in the rule.",
    }
    synonyms: ClassVar[Mapping[str, str]] = {"percent": "share", "weight": "share", "do": "then"}


def _variants(value: object) -> object:
    if not isinstance(value, Mapping):
        raise refusal("The variants of a split have names.", "Write `split: {a: {share: 50%, then: …}, b: …}`.")
    if len(value) < 2:  # noqa: PLR2004 - as above
        raise refusal("One variant is no split.", "Write a second one, or `then:` alone.")
    return value


class SplitWord(Word):
    split: Annotated[dict[VariantName, VariantWord], BeforeValidator(_variants)]

    called: ClassVar[str] = "`split`"

    def action(self, scope: Scope) -> terms.Action:
        sum_ = round(sum(variant.share for variant in self.split.values()) * 100, 2)
        if sum_ != 100:  # noqa: PLR2004 - of a hundred
            message = f"The shares make {sum_:g}% together, not 100%."
            scope.refuse(
                message,
                "Change one of them; to leave some out altogether, write `hold_out: 10%` in the rule.",
                "split",
                at="key",
            )
        variants = ((name, each, scope.at("split", name)) for name, each in self.split.items())
        return terms.Split(
            tuple(terms.Variant(name, each.share, _inner(each.then, place)) for name, each, place in variants)
        )


def _inner(then: Iterable[Any], scope: Scope) -> tuple[terms.Action, ...]:
    """The actions of a branch or variant. A milestone says what is true, whatever is chosen to be done about it."""
    found = []
    for index, word in enumerate(then):
        place = scope.at("then", index)
        if isinstance(word, RecordWord):
            message = "A milestone does not depend on what is chosen."
            place.refuse(
                message, "Write the `record:` beside, or a rule of its own that says when.", "record", at="key"
            )
        found.append(word.action(place))
    return tuple(found)


# ---- which class ----------------------------------------------------------------------------------------------------

ACTIONS: dict[str, type[Word]] = {
    "email": EmailWord, "alert": AlertWord, "webhook": WebhookWord, "record": RecordWord,
    "digest": DigestWord, "choose": ChooseWord, "split": SplitWord,
}  # fmt: skip
SYNONYMS = {"mail": "email", "send": "email", "slack": "alert", "notify": "alert", "message": "email", "post": "webhook",
            "milestone": "record", "task": "webhook", "sms": "webhook", "push": "webhook", "branch": "choose", "ab_test": "split", "experiment": "split",
            "summary": "digest"}  # fmt: skip


def _head(value: object) -> str:
    if isinstance(value, Mapping):
        return next((f"<{head}>" for head in ACTIONS if head in value), "")
    return next((f"<{head}>" for head, word in ACTIONS.items() if isinstance(value, word)), "")


def _shaped(value: object) -> object:
    if isinstance(value, tuple(ACTIONS.values())):
        return value
    if not isinstance(value, Mapping):
        raise refusal(f"{shown(value)} is not an action.", "Write `{email: welcome, to: contact}`, for example.")
    heads = [head for head in ACTIONS if head in value]
    if len(heads) > 1:
        raise refusal(f"{listed(heads, 'and')} are two actions.", "Write them as a list, each behind a dash.")
    if not heads:
        raise _no_action(value)
    return value


def _no_action(value: Mapping[str, Any]) -> Exception:
    first = str(next(iter(value), ""))
    word, colon, rest = first.partition(":")
    if colon and word in ACTIONS:
        return refusal("After a colon comes a space.", f"Write `{word}: {rest}`.")
    meant = SYNONYMS.get(first) or nearest(first, ACTIONS)
    suggestion = f"Did you mean `{meant}`?" if meant else f"The actions are {listed(ACTIONS, 'and')}."
    return refusal(f"`{first}` is no action." if first else "The action is empty.", suggestion)


def _one_or_more(value: object) -> object:
    if value == []:
        raise refusal("There is no action in the list.", "Write `- {email: welcome, to: contact}`, for example.")
    return value if isinstance(value, list | tuple) else [value]


ActionWord = Annotated[
    Annotated[EmailWord, Tag("<email>")]
    | Annotated[AlertWord, Tag("<alert>")]
    | Annotated[WebhookWord, Tag("<webhook>")]
    | Annotated[RecordWord, Tag("<record>")]
    | Annotated[DigestWord, Tag("<digest>")]
    | Annotated[ChooseWord, Tag("<choose>")]
    | Annotated[SplitWord, Tag("<split>")],
    Discriminator(_head),
    BeforeValidator(_shaped),
]
Then = Annotated[tuple[ActionWord, ...], BeforeValidator(_one_or_more), OneOrMore()]
