"""Rules as their authors write them, over a small world whose clock the test moves; and the question put to it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, insert

from firstwin.db import tables
from firstwin.db.engine import look, write
from firstwin.db.runs import set_clock
from firstwin.rules.library import load_library
from firstwin.rules.project import Project, parse_project
from firstwin.rules.terms import Rule
from firstwin.tools.explain.answer import Explained, StartSeen, StepSeen
from firstwin.tools.explain.explain import explain
from firstwin.tools.whom import Several, whom
from tests.tick.bench_of_rules import DAY, HOUR, T0, World

LOGIN = """\
about: account
when: signed_up
after: 24 hours
unless: logged_in
then: {webhook: post, to: crm}
again: never
"""
PROJECT = b"""\
name: Acme
link: https://app.example.com
postal_address: Acme Inc, 1 Example Street
mail: {sender: mail, from: "Acme <hello@acme.example>"}
senders:
  mail: {type: smtp, host: 127.0.0.1, port: 1, security: none}
  crm: {type: webhook, url: "https://crm.example.com", secret: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw}
csm: {fallback: crm}
labels: {logged_in: came back}
"""


def project(more: str = "") -> Project:
    found, problems = parse_project(PROJECT + more.encode(), {}, "firstwin.yaml")
    assert found is not None, problems
    return found


def rules(**texts: str) -> tuple[Rule, ...]:
    """Rule files by name, ``_`` standing for ``-``; ``segments`` is the file of segments."""
    found = load_library({f"rules/{name.replace('_', '-')}.yaml": text.encode() for name, text in texts.items()})
    assert not [problem for problem in found.problems if problem.severity == "error"], found.problems
    return found.rules


def a_world(engine: Engine, *, since: timedelta = timedelta(0), **texts: str) -> World:
    """Without a rule: the one about logins."""
    return World(engine, rules(**(texts or {"no_login": LOGIN})), since=since)


def it_is(world: World, at: timedelta) -> None:
    """The time of the live run, counted from T0."""
    with write(world.engine) as connection:
        set_clock(connection, "live", T0 + at)


def told(
    world: World, subject: str = "acme", *, rule: str | None = None, person: str | None = None, then: datetime | None = None,
    more: str = "",
) -> Explained:  # fmt: skip
    """What explain answers about the only rule, or the one that is named; ``more`` are lines of firstwin.yaml."""
    asked = next(one for one in world.env.rules if rule in (None, one.id))
    with look(world.engine) as connection:
        who = whom(connection, asked, subject, person, T0 + 1000 * DAY)
        assert not isinstance(who, Several)
        return explain(connection, world.env, project(more), asked, who, run="live", at=then)


def the_start(found: Explained) -> StartSeen:
    (only,) = found.starts
    return only


def the_step(found: Explained) -> StepSeen:
    (only,) = the_start(found).steps
    return only


def a_person(
    world: World, name: str, account: str = "acme", email: str | None = None, at: timedelta = -10 * DAY
) -> None:
    """Somebody of the account."""
    with write(world.engine) as connection:
        connection.execute(insert(tables.person).values(id=name, traits={}, asserted={}))
        connection.execute(insert(tables.member).values(person_id=name, account_id=account, since=T0 + at))
    for prop, value in {"account": account, "email": email, "name": name.title()}.items():
        if value is not None:
            world.fact(f"firstwin.person.{prop}", at, account, person_id=name, props={"value": value})
    world.fact("firstwin.person.created_at", at, account, person_id=name, value_at=T0 + at, props={})


def rows(engine: Engine, table: Any) -> list[dict[str, Any]]:
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(table.select()).mappings()]


QUIET = """\
about: account
when: {becomes: {all: [{did_not: login, in_last: 14 days}, {account.plan: {is_not: free}}]}}
after: 2 days
then: {webhook: post, to: crm}
again: never
"""


def an_account(engine: Engine, *, signed_up: timedelta = HOUR, **texts: str) -> World:
    world = a_world(engine, **texts)  # type: ignore[arg-type] # `since` is not among them
    world.account("acme")
    world.fact("signed_up", signed_up)
    return world


def a_quiet_account(engine: Engine) -> World:
    world = a_world(engine, quiet=QUIET)
    world.account("acme")
    world.fact("firstwin.account.plan", -30 * DAY, props={"value": "pro"})
    world.fact("login", HOUR)
    world.tick(2 * HOUR)
    return world
