"""A row of the table: what is done to Firstwin, and what must hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from tests.chaos.figures import Found
from tests.chaos.rig import DATABASES, Database, Rig
from tests.chaos.scope import Scope


@dataclass(frozen=True)
class Row:
    """``title`` is what the table says. ``alone``: it loads the machine, so that nothing else runs beside it.

    ``size``: whether it belongs to the whole table, to `make chaos-short`, or, smaller there, to both.
    """

    name: str
    title: str
    run: Callable[[Rig], Found]
    databases: tuple[Database, ...] = DATABASES
    alone: bool = False
    size: Literal["whole", "short", "both"] = "whole"

    def belongs_to(self, scope: Scope) -> bool:
        return self.size in ("both", "short" if scope.size == "short" else "whole")
