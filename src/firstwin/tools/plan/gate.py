"""Whether the files may run: at once, or only once a plan of them was applied (``go_live: by_plan``)."""

from __future__ import annotations

from sqlalchemy import Engine

from firstwin.db.engine import read
from firstwin.tools.check import Checked
from firstwin.tools.plan.changes import live_versions

TOLD = (
    "The rule files are not those that were applied, and firstwin.yaml says `go_live: by_plan`: "
    "`firstwin plan` tells what they would do, `firstwin apply` brings them live."
)


class NotAppliedError(Exception):
    """Nothing that was applied is at hand to run."""

    def __init__(self) -> None:
        super().__init__(TOLD)


def needs_plan(checked: Checked) -> bool:
    return checked.project is not None and checked.project.go_live == "by_plan"


def waits_for_plan(engine: Engine, checked: Checked) -> bool:
    """Whether these files hold rules that were not applied."""
    if not needs_plan(checked):
        return False
    with read(engine) as connection:
        return live_versions(connection) != {rule.id: rule.version for rule in checked.library.rules}
