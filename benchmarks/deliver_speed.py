"""How many deliveries a second one process makes, from the claim to the settled row, and where the time goes.

    python -m benchmarks.deliver_speed [--deliveries 5000] [--databases sqlite postgresql] [--profile]

Each message is rendered for itself, about 10 KB, and posted to a sink in another process that answers at once. Gates are
asked in the database after the claim and again at the wire, as ever. Beside it, in the same run: the same bodies posted by
the same client with nothing around it.
"""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import pstats
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, Literal

from aiohttp import web
from sqlalchemy import Engine, delete, insert, select

from firstwin.db import tables
from firstwin.db.engine import open_database, write
from firstwin.db.migrate import upgrade
from firstwin.db.runs import open_run
from firstwin.decide.value import Nudge, Planned
from firstwin.deliver.deliverer import Deliverer
from firstwin.deliver.desk import Desk
from firstwin.deliver.story import Story
from firstwin.match.value import Match, Start
from firstwin.messages.templates import Templates
from firstwin.outbox.put import put
from firstwin.outbox.states import State
from firstwin.outbox.suppressions import AddressHash
from firstwin.outbox.way_out import WayOut
from firstwin.rules.project import Project
from firstwin.rules.terms import Again, Count, Email, EventStart, Recipient, Rule, SinceStart, Step, Webhook
from firstwin.senders.contract import Accepted, Sender
from firstwin.senders.load import load_senders
from firstwin.tick.environment import Environment
from firstwin.tick.standing import AtTheWire

ROOT = Path(__file__).parent.parent
NOW = datetime(2026, 6, 1, tzinfo=UTC)
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLKSw"  # noqa: S105 - for a sink on this machine
PARAGRAPH = (
    "You signed up as {{ account.company }} and have a good part of the way behind you. What is left takes a few minutes,"
    " and it is the part that shows what all of this is good for: your own data, in a report that you can send to others."
)
WAYS: dict[str, Email | Webhook] = {
    "webhook": Webhook("first-login", "webhook"),
    "mail": Email("first-login", Recipient("contact")),
}


# ---- the sink -------------------------------------------------------------------------------------------------------


def sink() -> None:
    """Takes every post and answers at once; prints its port."""

    async def take(request: web.Request) -> web.Response:
        await request.read()
        return web.Response()

    async def serve() -> None:
        app = web.Application()
        app.router.add_post("/", take)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        print(runner.addresses[0][1], flush=True)
        await asyncio.Event().wait()

    asyncio.run(serve())


@contextmanager
def running_sink() -> Iterator[str]:
    with subprocess.Popen([sys.executable, __file__, "--sink"], stdout=subprocess.PIPE, text=True) as process:
        port = (process.stdout or sys.stdin).readline().strip()
        try:
            yield f"http://127.0.0.1:{port}/"
        finally:
            process.terminate()


# ---- what is delivered ----------------------------------------------------------------------------------------------


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


# ---- measuring ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Measured:
    """Of deliveries and of bare posts: how many a second, and milliseconds of this process's CPU for each."""

    rate: float
    cpu: float
    bare_rate: float
    bare_cpu: float


def measure(engine: Engine, way: str, url: str, count: int, *, profiled: bool) -> Measured:
    rule = rule_for(WAYS[way])
    webhook = {"type": "webhook", "url": url, "secret": SECRET, "allow_private": True}
    senders = load_senders({way: webhook if way == "webhook" else {"type": "inbox", "url": url}})
    project = Project(name="Bench", daily_cap=10**9 - 1)
    fill(engine, rule, count)
    with tempfile.TemporaryDirectory() as folder:
        worked = desk(engine, rule, project, templates(Path(folder), project), senders)
        deliverer = Deliverer(worked)
        delivered = timed(lambda: _deliver_all(deliverer, count), count, profiled=profiled)
        bare = timed(lambda: asyncio.run(_bare(worked, senders[way], way, count)), count, profiled=False)
    return Measured(*delivered, *bare)


def timed(work: Callable[[], Any], count: int, *, profiled: bool) -> tuple[float, float]:
    profile = cProfile.Profile()
    begin, cpu = perf_counter(), process_time()
    if profiled:
        profile.runcall(work)
        pstats.Stats(profile).sort_stats("cumulative").print_stats(60)
    else:
        work()
    return count / (perf_counter() - begin), (process_time() - cpu) / count * 1000


def _deliver_all(deliverer: Deliverer, count: int) -> None:
    delivered = 0
    while delivered < count:
        done = deliverer.run()
        if set(done.states) != {State.DELIVERED}:
            raise RuntimeError(done)
        delivered += done.states[State.DELIVERED]


async def _bare(worked: Desk, sender: Sender, way: str, count: int) -> None:
    """The same client, the same body, as many at once; nothing rendered, nothing stored."""
    context = {
        "account": {"id": "a", "company": "Acme acme-000001"}, "contact": {}, "person": {}, "why": "Signed up.",
        "project": {"name": "", "postal_address": ""}, "unsubscribe_link": "", "now": NOW,
    }  # fmt: skip
    channel: Literal["email", "webhook"] = "email" if way == "mail" else "webhook"
    message = worked.templates.render(channel, "first-login", context, key="k", to="a@example.com")
    left = iter(range(count))

    async def one() -> None:
        for _ in left:
            answer = await sender.send(message)
            if answer != Accepted():
                raise RuntimeError(answer)

    await asyncio.gather(*(one() for _ in range(sender.slots)))
    await sender.close()


def databases(chosen: Sequence[str]) -> Iterator[tuple[str, Engine]]:
    if "sqlite" in chosen:
        with tempfile.TemporaryDirectory() as folder:
            yield "sqlite", open_database(f"sqlite:///{folder}/bench.db")
    if "postgresql" in chosen:
        from tests.servers.postgres import postgres

        with postgres({"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "autovacuum": "on"}) as url:
            yield "postgresql", open_database(url)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sink", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--deliveries", type=int, default=5000)
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgresql"])
    parser.add_argument("--ways", nargs="+", default=list(WAYS))
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--profile", action="store_true")
    args = parser.parse_args(arguments)
    if args.sink:
        sink()
        return
    print(f"{'':<20} {'delivered':>22} {'posted bare':>24}")
    print(f"{'database':<12} {'way':<8}" + f"{'a second':>12} {'CPU ms each':>12}" * 2)
    with running_sink() as url:
        for name, engine in databases(args.databases):
            upgrade(engine)
            for way in args.ways:
                runs = []
                for _ in range(args.repeat):
                    empty(engine)
                    runs.append(measure(engine, way, url, args.deliveries, profiled=args.profile))
                median = {f.name: statistics.median(getattr(run, f.name) for run in runs) for f in fields(Measured)}
                print(
                    f"{name:<12} {way:<8}"
                    + "{rate:>12,.0f} {cpu:>12.3f}{bare_rate:>12,.0f} {bare_cpu:>12.3f}".format(**median),
                    flush=True,
                )
            engine.dispose()


if __name__ == "__main__":
    main()
