"""What the benchmark of delivering delivers: accounts whose mail or webhook is due, rendered to about 10 KB each."""

from __future__ import annotations

import random
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, delete, func, insert, select

from firstwin.db import tables
from firstwin.db.engine import read, write
from firstwin.db.runs import open_run
from firstwin.decide.value import Nudge, Planned
from firstwin.deliver.desk import Desk
from firstwin.deliver.story import Story
from firstwin.match.value import Match, Start
from firstwin.messages.templates import Templates
from firstwin.outbox.put import put
from firstwin.outbox.suppressions import AddressHash
from firstwin.outbox.way_out import WayOut
from firstwin.rules.project import Project
from firstwin.rules.terms import Again, Count, Email, EventStart, Recipient, Rule, SinceStart, Step, Webhook
from firstwin.senders.contract import Sender
from firstwin.tick.environment import Environment
from firstwin.tick.standing import AtTheWire

ROOT = Path(__file__).parent.parent
NOW = datetime(2026, 6, 1, tzinfo=UTC)
PROJECT = Project(name="Bench", daily_cap=10**9 - 1)
PARAGRAPH = (
    "You signed up as {{ account.company }} and have a good part of the way behind you. What is left takes a few minutes,"
    " and it is the part that shows what all of this is good for: your own data, in a report that you can send to others."
)
WAYS: dict[str, Email | Webhook] = {
    "webhook": Webhook("first-login", "webhook"),
    "mail": Email("first-login", Recipient("contact")),
}


def rule_for(action: Email | Webhook) -> Rule:
    step = Step("", timedelta(hours=24), (action,))
    unless = Count(("logged_in",), SinceStart())
    return Rule("no-login", "account", EventStart(("signed_up",)), (step,), Again("never"), unless=unless, version="v1")


def templates(folder: Path, project: Project) -> Templates:
    """A mail in the shipped layout, and a webhook, each about 10 KB when rendered."""
    shutil.copytree(ROOT / "templates" / "layouts", folder / "layouts")
    for kind in ("mail", "webhook"):
        (folder / kind).mkdir()
    mail = "\n\n".join(
        ["---\nsubject: Your first login, {{ account.company }}\n---\nHi {{ contact | first_name }},", *[PARAGRAPH] * 4]
    )
    (folder / "mail" / "first-login.md").write_text(mail)
    text = " ".join([PARAGRAPH] * 45)
    body = f'{{"type": "account.nudged", "data": {{"account": "{{{{ account.id }}}}", "why": "{{{{ why }}}}", "text": "{text}"}}}}'
    (folder / "webhook" / "first-login.json").write_text(body)
    return Templates(folder, project)


def fill(engine: Engine, rule: Rule, count: int) -> None:
    """As many accounts that signed up a day ago, decided and put into the outbox."""
    ids = [f"acme-{n:06}" for n in range(count)]
    at = NOW - timedelta(hours=25)
    fact = {"props": {}, "occurred_at": at, "received_at": at, "known_at": at}
    start = {
        "run": tables.LIVE,
        "rule": rule.id,
        "key": "e1",
        "at": at,
        "ends_at": NOW,
        "seen_at": at,
        "state": "open",
        "rule_version": "v1",
        "props": {},
    }
    with write(engine) as connection:
        connection.execute(
            insert(tables.account), [{"id": id_, "traits": {"company": f"Acme {id_}"}, "asserted": {}} for id_ in ids]
        )
        named = {**fact, "name": "firstwin.account.company"}
        connection.execute(
            insert(tables.event), [{**named, "account_id": id_, "props": {"value": f"Acme {id_}"}} for id_ in ids]
        )
        created = {**fact, "name": "firstwin.account.created_at", "value_at": at}
        connection.execute(insert(tables.event), [{**created, "account_id": id_} for id_ in ids])
        connection.execute(insert(tables.event), [{**fact, "name": "signed_up", "account_id": id_} for id_ in ids])
        connection.execute(insert(tables.start), [{**start, "subject": id_} for id_ in ids])
        starts = {row.subject: row.id for row in connection.execute(select(tables.start.c.id, tables.start.c.subject))}
        nudges = [_nudge(rule, Start(starts[id_], rule.id, id_, "e1", "", at, at, None, {}), at) for id_ in ids]
        put(connection, open_run(connection, tables.LIVE), nudges, at)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


def empty(engine: Engine) -> None:
    with write(engine) as connection:
        for table in reversed(tables.metadata.sorted_tables):
            connection.execute(delete(table))


def _nudge(rule: Rule, start: Start, at: datetime) -> Nudge:
    action = rule.steps[0].actions[0]
    channel, place = ("email", "mail") if isinstance(action, Email) else ("webhook", "webhook")
    address = f"{start.subject}@example.com" if channel == "email" else None
    planned = Planned(action, channel, place, "marketing", at + timedelta(days=999), None, address)  # type: ignore[arg-type] # never a record
    return Nudge(Match(rule, rule.steps[0], start, at), "live", (planned,), account_id=start.subject)


def desk(engine: Engine, rule: Rule, project: Project, made: Templates, senders: Mapping[str, Sender]) -> Desk:
    env = Environment((rule,))

    return Desk(
        engine, project, senders, made, AtTheWire(env), Story(env.rule, {}).tell, random.random, tables.LIVE, "bench", AddressHash(("x" * 32,)), WayOut(("x" * 32,), "https://nudges.example.com")
    )  # fmt: skip


def states(engine: Engine) -> dict[str, int]:
    """How many deliveries are in each state."""
    query = select(tables.delivery.c.state, func.count().label("rows")).group_by(tables.delivery.c.state)
    with read(engine) as connection:
        return {row.state: row.rows for row in connection.execute(query)}
