"""`fell`, `rose` and `changed`: what a property was before a window, and what it is at its end."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Literal

from pydantic import Field
from pydantic_core import InitErrorDetails

from firstwin.rules import terms
from firstwin.rules.changing import ValuesOrNone, values
from firstwin.rules.deadline import judged_in_time
from firstwin.rules.names import Amount, Property, Share
from firstwin.rules.scope import Scope
from firstwin.rules.terms import PropertyName
from firstwin.rules.windows import Windowed
from firstwin.rules.word import refused_at


class OfProperty(Windowed):
    """What a property did in a window."""

    def place(self, name: PropertyName, scope: Scope) -> terms.Window:
        """The window, once it is sure that the property is one that changes."""
        if name.scope == "start":
            message = f"`{name}`: the start's own data does not change any more."
            scope.refuse(message, "Name a property of the account (`account.…`) or of the person.", self.head)
        else:
            scope.property(name, self.head)
        judged_in_time(self, scope, is_upper_bound=False)
        return self.window(scope)


class Moving(OfProperty):
    """What ``fell`` and ``rose`` share."""

    by: Amount

    needed: ClassVar[Mapping[str, str]] = {"by": "Write by how much at least: `by: 15`, or `by: 20%` of what it was."}
    synonyms: ClassVar[Mapping[str, str]] = {
        "at_least": "by", "more_than": "by", "points": "by", "amount": "by", "last": "in_last", "in_the_last": "in_last",
        "during": "in_last", "before": "before_start",
    }  # fmt: skip

    @classmethod
    def clashes(cls, data: Mapping[str, Any]) -> Iterator[InitErrorDetails]:
        yield from super().clashes(data)
        by = data.get("by")
        if isinstance(by, int | float) and not isinstance(by, bool) and by <= 0:
            message = f"`by: {by}` is no distance."
            other = "rose" if cls.head == "fell" else "fell"
            suggestion = f"Write a number above zero{f', or `{other}:`' if by < 0 else ''}."
            yield refused_at("by", message=message, suggestion=suggestion)

    @property
    @abstractmethod
    def named(self) -> PropertyName:
        """The property."""

    def moved(self, scope: Scope, way: Literal["fell", "rose"]) -> terms.Term:
        window = self.place(self.named, scope)
        is_share = isinstance(self.by, Share)
        if is_share and not self.by:
            scope.refuse("`by: 0%` is no distance.", "Write a larger share, like `20%`.", "by")
        if is_share and way == "fell" and self.by > 1:
            scope.refuse("Nothing falls by more than 100% of what it was.", "Write `100%` or less.", "by")
        return terms.Moved(self.named, way, float(self.by), window, is_share)


class Fell(Moving):
    fell: Property

    head: ClassVar[str] = "fell"
    called: ClassVar[str] = "`fell`"

    @property
    def named(self) -> PropertyName:
        return self.fell

    def term(self, scope: Scope) -> terms.Term:
        return self.moved(scope, "fell")


class Rose(Moving):
    rose: Property

    head: ClassVar[str] = "rose"
    called: ClassVar[str] = "`rose`"

    @property
    def named(self) -> PropertyName:
        return self.rose

    def term(self, scope: Scope) -> terms.Term:
        return self.moved(scope, "rose")


class ChangedWord(OfProperty):
    changed: Property
    from_: ValuesOrNone | None = Field(default=None, alias="from")
    to: ValuesOrNone | None = None

    head: ClassVar[str] = "changed"
    called: ClassVar[str] = "`changed`"
    synonyms: ClassVar[Mapping[str, str]] = {
        "was": "from", "old": "from", "new": "to", "is": "to", "into": "to", "last": "in_last", "in_the_last": "in_last",
        "during": "in_last", "before": "before_start",
    }  # fmt: skip

    def term(self, scope: Scope) -> terms.Term:
        window, old, new = self.place(self.changed, scope), values(self.from_), values(self.to)
        if old is not None and old == new:
            scope.refuse("A change from a value to the same value never happens.", "Write two different values.", "to")
        return terms.Changed(self.changed, window, old, new)
