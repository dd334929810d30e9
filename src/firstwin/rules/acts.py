"""Actions that are made of others, and the one that speaks of many subjects at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from firstwin.rules.terms import Action, PropertyName, SingleAction, Term


@dataclass(frozen=True)
class OrderBy:
    """What comes first in a digest: the highest value of a property, or the lowest. What has none comes last."""

    of: PropertyName
    lowest_first: bool = False


@dataclass(frozen=True)
class Digest:
    """Many subjects in one message for each receiver; at most ``top`` of them are told one by one."""

    template: str
    to: str
    order_by: OrderBy | None = None
    top: int = 25


@dataclass(frozen=True)
class Branch:
    """``condition`` is None for what is done otherwise."""

    condition: Term | None
    actions: tuple[Action, ...]


@dataclass(frozen=True)
class Choose:
    """The actions of the first branch whose condition holds."""

    branches: tuple[Branch, ...]


@dataclass(frozen=True)
class Variant:
    """``share`` is 0.5 for half of the subjects."""

    name: str
    share: float
    actions: tuple[Action, ...]


@dataclass(frozen=True)
class Split:
    """The actions of one variant, always the same one for a subject. The shares are 1 together."""

    variants: tuple[Variant, ...]


def single(actions: Iterable[Action]) -> Iterator[SingleAction]:
    """Everything that may come to be done, whichever branch or variant it stands in."""
    for action in actions:
        match action:
            case Choose(branches):
                for branch in branches:
                    yield from single(branch.actions)
            case Split(variants):
                for variant in variants:
                    yield from single(variant.actions)
            case _:
                yield action


def choices(actions: Iterable[Action]) -> Iterator[Term]:
    """Every condition that decides between branches."""
    for action in actions:
        match action:
            case Choose(branches):
                for branch in branches:
                    if branch.condition is not None:
                        yield branch.condition
                    yield from choices(branch.actions)
            case Split(variants):
                for variant in variants:
                    yield from choices(variant.actions)
