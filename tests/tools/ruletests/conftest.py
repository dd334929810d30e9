"""One project and one bench for all tests of rule tests: making them costs more than most tests."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest

from firstwin.tools.check import Checked, check
from firstwin.tools.ruletests.run import Bench, a_bench
from firstwin.tools.surroundings import environment
from tests.tools.ruletests.given import Play, make_project, played


@pytest.fixture(scope="session")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Checked:
    found = check(make_project(tmp_path_factory.mktemp("project")), {})
    assert found.errors == ()
    return found


@pytest.fixture(scope="session")
def bench(checked: Checked) -> Iterator[Bench]:
    with a_bench(checked, environment(checked)) as run:
        yield run


@pytest.fixture
def play(bench: Bench) -> Play:
    return partial(played, bench)
