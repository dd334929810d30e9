"""The clock of a test may jump: whoever looks at more moments than it does sees nothing else happen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

from firstwin.db.engine import read
from firstwin.rules.folder import TESTS
from firstwin.tools.check import Checked, check
from firstwin.tools.new_project import new_project
from firstwin.tools.ruletests.came import Outcome, came
from firstwin.tools.ruletests.files import rule_tests
from firstwin.tools.ruletests.moments import Ahead, Moments
from firstwin.tools.ruletests.play import Stage, a_stage, play
from firstwin.tools.ruletests.world import a_world
from firstwin.tools.surroundings import environment
from tests.tools.ruletests.given import _whole
from tests.tools.ruletests.test_play import PASSING

OFTEN = timedelta(hours=7)  # meets no wait of any rule


def outcomes(stage: Stage, test: object) -> list[Outcome]:
    played = play(stage, test)  # type: ignore[arg-type] # a RuleTest
    with read(stage.world.engine) as connection:
        return [replace(one, start=None, text="") for one in came(connection, played).outcomes]


@pytest.mark.slow
def test_looking_oftener_shows_no_more(checked: Checked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    new_project(tmp_path)
    shipped = check(tmp_path, {})
    ours = tmp_path / "ours" / "rules" / TESTS
    ours.mkdir(parents=True)
    for number, text in enumerate(PASSING.values()):
        (ours / f"{number}.yaml").write_bytes(_whole(text))
    with a_world() as world:
        for folder, found in ((tmp_path, shipped), (tmp_path / "ours", checked)):
            assert found.project is not None
            assert found.templates is not None
            stage = a_stage(world, environment(found), found.project, found.templates)
            tests = rule_tests(folder, found).tests
            assert len(tests) > 20
            jumping = [outcomes(stage, one.test) for one in tests]
            with monkeypatch.context() as patched:
                patched.setattr(Moments, "after", _oftener(Moments.after))
                walking = [outcomes(stage, one.test) for one in tests]
            assert walking == jumping


def _oftener(after: Callable[..., Ahead]) -> object:
    def found(self: Moments, connection: Connection, run: str, now: datetime) -> Ahead:
        jump = after(self, connection, run, now)
        return jump if jump.at is None else replace(jump, at=min(jump.at, self.slot(now + OFTEN)))

    return found
