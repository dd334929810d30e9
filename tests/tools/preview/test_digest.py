from pathlib import Path

import pytest
from sqlalchemy import Engine

from firstwin.db import tables as t
from firstwin.db.engine import write
from firstwin.messages.message import AlertCard
from firstwin.outbox.pause import pause
from firstwin.tools.preview.answer import Previewed
from tests.tick.bench_of_rules import DAY, T0, World
from tests.tools.explain.given import it_is, rows, rules
from tests.tools.preview.given import an_app, shown

LIST = """\
about: account
when: {every: monday, at: 09:00, zone: account}
only_if: {account.plan: pro}
then: {digest: list, to: cs, order_by: account.mrr, top: 2}
again: every time
"""
MADE = (t.start, t.nudge, t.delivery, t.digest, t.digest_item, t.skip, t.tick)


def a_world(engine: Engine, text: str = LIST) -> World:
    """Three that pay, and one that does not, on a Tuesday."""
    world = World(engine, rules(list=text), since=-10 * DAY)
    for account, plan, mrr in (("acme", "pro", 10), ("blue", "pro", 30), ("cedar", "pro", 20), ("dull", "free", 99)):
        world.account(account)
        world.fact("firstwin.account.plan", -DAY, account, props={"value": plan})
        world.fact("firstwin.account.mrr", -DAY, account, props={"value": mrr})
    it_is(world, DAY)
    return world


def the_digest(engine: Engine, folder: Path, subject: str = "acme", text: str = LIST) -> Previewed:
    (only,) = shown(an_app(engine, folder, list=text), subject).messages
    return only


def test_a_digest_is_shown_as_it_would_go_out_at_the_next_strike(engine: Engine, tmp_path: Path) -> None:
    a_world(engine)
    found = the_digest(engine, tmp_path)
    assert (found.error, found.missing, found.would_not, found.to) == ("", (), (), "cs")
    assert isinstance(found.message, AlertCard)
    assert found.message.title == "3 at risk"
    assert [line for line in found.message.body.splitlines() if line] == ["1. blue pays 30", "2. cedar pays 20"]


def test_nothing_of_it_is_kept(engine: Engine, tmp_path: Path) -> None:
    world = a_world(engine)
    world.tick(DAY)
    before = {table.name: rows(engine, table) for table in (*MADE, t.rule, t.event)}
    the_digest(engine, tmp_path)
    assert {table.name: rows(engine, table) for table in (*MADE, t.rule, t.event)} == before


def test_who_would_not_be_on_it_is_told_why_and_sees_it_all_the_same(engine: Engine, tmp_path: Path) -> None:
    a_world(engine)
    found = the_digest(engine, tmp_path, "dull")
    assert isinstance(found.message, AlertCard)
    assert "dull" not in found.message.body
    assert found.would_not[0] == "`only if` account.plan is “pro”: that does not hold"
    assert "dull would not be on it at 2026-03-09 09:00 UTC" in found.would_not[1]


def test_one_with_nobody_on_it_does_not_go_out(engine: Engine, tmp_path: Path) -> None:
    text = LIST.replace("pro}", "gold}")
    a_world(engine, text)
    found = the_digest(engine, tmp_path, text=text)
    assert found.message is None
    assert found.error == "At 2026-03-09 09:00 UTC nobody would be on it, so that none goes out."


def test_a_receiver_sees_their_own_alone(engine: Engine, tmp_path: Path) -> None:
    text = LIST.replace("to: cs", "to: csm")
    world = a_world(engine, text)
    world.fact("firstwin.account.csm", -DAY, "blue", props={"value": "Ann"})
    found = the_digest(engine, tmp_path, "blue", text)
    assert isinstance(found.message, AlertCard)
    assert found.message.title == "1 at risk"


@pytest.mark.parametrize("how", ["shadow", "paused", "held out"])
def test_what_keeps_it_back_is_told_and_it_is_shown_all_the_same(engine: Engine, tmp_path: Path, how: str) -> None:
    text = LIST + {"shadow": "mode: shadow\n", "held out": "hold_out: 99%\n"}.get(how, "")
    a_world(engine, text)
    if how == "paused":
        with write(engine) as connection:
            pause(connection, "list", who="me", why="", at=T0)
    found = the_digest(engine, tmp_path, text=text)
    assert isinstance(found.message, AlertCard)
    assert found.message.title == "3 at risk"
    assert {"shadow": "in shadow", "paused": "the rule is paused", "held out": "holds out"}[how] in found.would_not[0]


def test_the_clock_strikes_in_the_zone_of_the_account(engine: Engine, tmp_path: Path) -> None:
    world = a_world(engine, LIST)
    with write(engine) as connection:
        connection.execute(t.zone.insert().values(name="Asia/Tokyo"))
    world.fact("firstwin.account.timezone", -DAY, "blue", props={"value": "Asia/Tokyo"})
    found = the_digest(engine, tmp_path, "blue")
    assert isinstance(found.message, AlertCard)
    assert found.message.title == "1 at risk"
