"""Whom a backtest would write to: read at the end of the stretch, it is what a tick reads at its slot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from random import Random
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, insert

from firstwin.db import tables
from firstwin.db.engine import write
from firstwin.decide.value import Policy
from firstwin.match.plan import Asked
from firstwin.match.seen import Seen
from firstwin.match.value import Start
from firstwin.outbox.suppressions import AddressHash, Suppression, suppress
from firstwin.rules.terms import Digest, Email, OrderBy, PropertyName, Recipient, Rule
from firstwin.tick.environment import Environment
from firstwin.tick.subjects import Reader
from firstwin.tools.backtest.known import Due, Known
from tests.tick.bench_of_rules import DAY, HOUR, T0, rule

ACCOUNTS, PEOPLE = ("a1", "a2", "a3"), ("p1", "p2", "p3", "p4")
END = T0 + 20 * DAY
SLOTS = [T0 + number * 5 * HOUR for number in range(90)]
MAIL = rule("mail", HOUR, Email("hello", Recipient("everyone")))
TO_DATA = rule("to-data", HOUR, Email("hello", Recipient("address", "account.billing_email")))
LISTED = rule("listed", HOUR, Digest("list", "csm", OrderBy(PropertyName("account", "mrr"))))
RULES = [
    MAIL,
    TO_DATA,
    LISTED,
    replace(MAIL, id="person-mail", about="person"),
    replace(TO_DATA, id="person-to-data", about="person"),
]
VALUES: dict[str, tuple[str, Sequence[Any]]] = {
    "email": ("person", ("x@acme.example", "y@acme.example", None)),
    "role": ("person", ("admin", "billing", None)),
    "deleted": ("person", (True, None)),
    "account": ("person", (*ACCOUNTS, None)),
    "contact": ("account", (*PEOPLE, None)),
    "csm": ("account", ("ann", "bob", None)),
    "billing_email": ("account", ("b@acme.example", None)),
    "mrr": ("account", (1, 2, None)),
    "plan": ("account", ("free", "pro")),
}


def past(connection: Connection, rng: Random, changes: int) -> None:
    """What is told, much of it late or ahead, and who was in which account from when to when."""
    connection.execute(insert(tables.account), [{"id": one, "traits": {}, "asserted": {}} for one in ACCOUNTS])
    connection.execute(insert(tables.person), [{"id": one, "traits": {}, "asserted": {}} for one in PEOPLE])
    connection.execute(insert(tables.event), [change(rng) for _ in range(changes)])
    stays = {(rng.choice(PEOPLE), rng.choice(ACCOUNTS), moment(rng)) for _ in range(8)}
    rows = [
        {
            "person_id": person,
            "account_id": account,
            "since": since,
            "until": rng.choice((None, since + rng.random() * 9 * DAY)),
        }
        for person, account, since in sorted(stays)
    ]
    connection.execute(insert(tables.member), rows)


def moment(rng: Random) -> datetime:
    return rng.choice((T0 - DAY, rng.choice(SLOTS), T0 + rng.random() * 22 * DAY))


def change(rng: Random) -> dict[str, Any]:
    name = rng.choice(sorted(VALUES))
    kind, values = VALUES[name]
    at, known_at = moment(rng), moment(rng)
    subject = rng.choice(ACCOUNTS if kind == "account" else PEOPLE)
    return {
        "account_id": subject if kind == "account" else None,
        "person_id": subject if kind == "person" else None,
        "name": f"firstwin.{kind}.{name}",
        "props": {"value": rng.choice(values)},
        "occurred_at": at,
        "received_at": known_at,
        "known_at": rng.choice((at, known_at)),
    }


def due(rng: Random, asked: Rule, slots: Sequence[datetime]) -> list[Due]:
    subjects = ACCOUNTS if asked.about == "account" else PEOPLE
    pairs = [(subject, slot) for slot in slots for subject in subjects]
    rng.shuffle(pairs)
    return [
        Due(Start(number, asked.id, subject, "k", "", T0, T0, None, {}), asked.steps[0], slot)
        for number, (subject, slot) in enumerate(pairs)
    ]


@pytest.mark.parametrize("asked", RULES, ids=lambda one: str(one.id))
@pytest.mark.parametrize("changes", [1, 6, 40])
def test_whoever_is_read_at_the_end_is_as_at_the_slot(engine: Engine, asked: Rule, changes: int) -> None:
    rng = Random(f"{asked.id} {changes}")
    env = Environment((asked,), csm_by_name={"ann": "ann-desk"})
    with write(engine) as connection:
        past(connection, rng, changes)
        question = Asked(asked, Seen("known"))
        found = list(Known(connection, env, question, END).of(due(rng, asked, SLOTS), Policy()))
        assert len(found) == len(SLOTS) * len(ACCOUNTS if asked.about == "account" else PEOPLE)
        for one, subject, _ in found:
            then = Reader(connection, env, question, one.now).read([one.start.subject])
            assert (one.now, subject) == (one.now, then[one.start.subject])


@pytest.mark.parametrize("asked", RULES, ids=lambda one: str(one.id))
def test_who_never_changed_is_read_once_however_many_slots_there_are(engine: Engine, asked: Rule) -> None:
    asked_for = []
    env = Environment((asked,))
    with write(engine) as connection:
        connection.execute(insert(tables.account), [{"id": one, "traits": {}, "asserted": {}} for one in ACCOUNTS])
        told = {"name": "firstwin.person.account", "props": {"value": "a1"}, "occurred_at": T0, "received_at": T0}
        connection.execute(insert(tables.event), [{**told, "person_id": one, "known_at": T0} for one in PEOPLE])
        event.listen(connection, "before_cursor_execute", lambda *heard: asked_for.append(heard[2]))
        known = Known(connection, env, Asked(asked, Seen("known")), END)
        rng = Random(1)
        for slots in (SLOTS[:40], SLOTS[40:]):
            assert list(known.of(due(rng, asked, slots), Policy()))
    assert len(asked_for) < 15


def test_an_address_in_the_data_that_wants_no_mail_is_known_at_every_slot(engine: Engine) -> None:
    env = Environment((TO_DATA,), addresses=AddressHash(("secret",)))
    with write(engine) as connection:
        connection.execute(insert(tables.account), [{"id": "a1", "traits": {}, "asserted": {}}])
        told = {"name": "firstwin.account.billing_email", "props": {"value": "b@acme.example"}, "account_id": "a1"}
        connection.execute(insert(tables.event), [{**told, "occurred_at": T0, "received_at": T0, "known_at": T0}])
        suppress(connection, Suppression(None, env.addresses.of("b@acme.example"), "*", "complaint", "provider"), T0)
        asked = due(Random(1), TO_DATA, SLOTS)
        found = list(Known(connection, env, Asked(TO_DATA, Seen("known")), END).of(asked, Policy()))
    assert {policy.suppressed_addresses["b@acme.example"] for _, _, policy in found} == {frozenset({"*"})}
