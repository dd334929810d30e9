"""The project that `firstwin init` makes, with one CSM of its own, and a way to play timelines through its rules."""

from __future__ import annotations

from functools import partial

import pytest
from sqlalchemy import Engine

from firstwin.tools.check import Checked, check
from firstwin.tools.new_project import new_project
from firstwin.tools.project_file import FILE
from tests.shipped.play import Play, play

NOBODY = "by_name: {}"
ANNA = "by_name: {anna@acme.example: anna}"
HER_SENDER = (
    "senders:\n  anna: {type: smtp, host: localhost, port: 1025, from: hello@acme.example, to: anna@acme.example}"
)


@pytest.fixture(scope="session")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Checked:
    """Accounts whose `csm` is anna@acme.example are Anna's."""
    folder = tmp_path_factory.mktemp("shipped")
    new_project(folder)
    file = folder / FILE
    file.write_text(file.read_text().replace(NOBODY, ANNA).replace("senders:", HER_SENDER))
    checked = check(folder, {})
    assert checked.errors == ()
    return checked


@pytest.fixture(name="play")
def play_(engine: Engine, shipped: Checked) -> Play:
    return partial(play, engine, shipped)
