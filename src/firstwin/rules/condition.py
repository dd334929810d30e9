"""What every condition word offers: what it comes down to, at the place where it stands."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from firstwin.rules.scope import Scope
from firstwin.rules.terms import Term
from firstwin.rules.word import Word


class ConditionWord(Word):
    """One head word and its other words beside it. A new one is a class here and a line in ``conditions.py``."""

    head: ClassVar[str]

    @abstractmethod
    def term(self, scope: Scope) -> Term:
        """What it comes down to. What is wrong at this place is told to the scope."""
