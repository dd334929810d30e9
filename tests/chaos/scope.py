"""How large a rehearsal is: the short one of CI, the whole one, or the full one with true waiting times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeVar

Size = Literal["short", "whole", "full"]
T = TypeVar("T")


@dataclass(frozen=True)
class Scope:
    size: Size
    seed: int = 1

    @property
    def scale(self) -> float:
        """What waiting times are multiplied by."""
        return 1.0 if self.size == "full" else 0.1

    def pick(self, short: T, whole: T, full: T | None = None) -> T:
        return short if self.size == "short" else whole if self.size == "whole" or full is None else full
