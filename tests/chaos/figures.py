"""What a row measured, what must hold of it, and whether it does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

Number = int | float
Comparison = Literal["is", "at most", "at least"]
_HOLDS: Final[Mapping[Comparison, Callable[[Number, Number], bool]]] = {
    "is": lambda found, bound: found == bound,
    "at most": lambda found, bound: found <= bound,
    "at least": lambda found, bound: found >= bound,
}


@dataclass(frozen=True)
class Limit:
    figure: str
    comparison: Comparison
    bound: Number

    def __str__(self) -> str:
        sign = {"is": "", "at most": "≤ ", "at least": "≥ "}[self.comparison]
        return f"{self.figure} {sign}{shown(self.bound)}"

    def is_kept(self, figures: Mapping[str, Number]) -> bool:
        return self.figure in figures and _HOLDS[self.comparison](figures[self.figure], self.bound)


def none(*figures: str) -> tuple[Limit, ...]:
    return tuple(Limit(figure, "is", 0) for figure in figures)


def at_most(**bounds: Number) -> tuple[Limit, ...]:
    """``extra_a_kill=5`` is about the figure “extra a kill”."""
    return tuple(Limit(name.replace("_", " "), "at most", bound) for name, bound in bounds.items())


def at_least(**bounds: Number) -> tuple[Limit, ...]:
    return tuple(Limit(name.replace("_", " "), "at least", bound) for name, bound in bounds.items())


@dataclass(frozen=True)
class Found:
    """``trouble`` is why a row could not be measured to its end."""

    figures: Mapping[str, Number]
    limits: tuple[Limit, ...] = ()
    trouble: str = ""
    seconds: float = 0.0
    missed: tuple[str, ...] = field(init=False, default=())

    def __post_init__(self) -> None:
        missed = tuple(str(limit) for limit in self.limits if not limit.is_kept(self.figures))
        object.__setattr__(self, "missed", missed)

    @property
    def is_good(self) -> bool:
        return not self.missed and not self.trouble


def shown(number: Number) -> str:
    return f"{int(number):,}" if number == int(number) else f"{number:,.1f}"


def told(figures: Mapping[str, Number]) -> str:
    """Most interesting first, as the row gave them."""
    return ", ".join(f"{shown(value)} {name}" for name, value in figures.items())
