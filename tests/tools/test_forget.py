"""A person who is forgotten stands nowhere any more, and is not written to when somebody brings them back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select, update

from firstwin.app import App
from firstwin.db import tables
from firstwin.db.engine import clock, read, write
from firstwin.demo.inbox import Inbox
from firstwin.facts.gone import Gone
from firstwin.facts.ingest import ingest
from firstwin.facts.segment import Message, parse
from firstwin.outbox.gone import OnTheWireError
from firstwin.outbox.suppressions import NoSecretError, Suppression, suppress
from firstwin.settings import Settings
from firstwin.tools.forget import Forgetting, remains
from tests.cli.given import PUBLIC_URL, SECRET, make_project
from tests.outbox.given import rows

pytestmark = pytest.mark.slow

ADA, ANON, OLD = "ada-lovelace", "anon-77", "ada@old.example"
NOW_AT = "Ada@Engines.example"
NAMES = (ADA, ANON, OLD.lower(), NOW_AT.lower(), "lovelace")
PERSONS_RULE = """\
about: person
when: signed_up
then: {email: welcome, to: person}
again: never
backfill: 2 days
"""


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    inbox = Inbox(lambda: datetime(2026, 1, 1, tzinfo=UTC))
    inbox.start()
    yield inbox
    inbox.stop()


@pytest.fixture
def app(tmp_path: Path, engine: Engine, inbox: Inbox) -> App:
    return an_app(tmp_path, engine, inbox)


def an_app(tmp_path: Path, engine: Engine, inbox: Inbox) -> App:
    folder = make_project(tmp_path / "project", inbox)
    (folder / "rules" / "hello.yaml").write_text(PERSONS_RULE)
    for name in ("welcome", "first-login"):
        rule = folder / "rules" / f"{name}.yaml"
        rule.write_text(rule.read_text() + "backfill: 2 days\n")
    return App(Settings(project=folder, broker_url="", secret=SECRET, public_url=PUBLIC_URL), engine)


def told(engine: Engine, *messages: dict[str, Any]) -> None:
    """An hour ago, one minute after the other."""
    with write(engine) as connection:
        now = clock(connection)
        lines = [
            {"context": {"groupId": "engines"}, "timestamp": (now + timedelta(minutes=n - 60)).isoformat(), **message}
            for n, message in enumerate(messages)
        ]
        parsed = [parse(json.dumps(line).encode(), None) for line in lines]
        ingest(connection, [one for one in parsed if isinstance(one, Message)], received_at=now)
        assert all(isinstance(one, Message) for one in parsed)


def says(kind: str, number: int, person: str = ADA, **said: Any) -> dict[str, Any]:
    return {"type": kind, "messageId": f"m-{person}-{number}", "userId": person, **said}


def her_story(engine: Engine, *, colleague: bool = True) -> None:
    told(
        engine,
        says("identify", 0, ANON, traits={"email": OLD}),
        says("alias", 1, previousId=ANON),
        says("identify", 2, traits={"email": NOW_AT, "name": "Ada Lovelace"}),
        says(
            "group", 3, groupId="engines", traits={"name": "Engines", "contact": ADA, "billing_email": NOW_AT.upper()}
        ),
        says("track", 4, event="signed_up", properties={"by": "Ada Lovelace"}),
        *([says("identify", 5, "ben", traits={"email": "ben@engines.example"})] if colleague else []),
        *(
            [says("track", 6, "ben", event="teammate_invited", properties={"who": [OLD, ADA], "at": "work"})]
            if colleague
            else []
        ),
    )


def forgetting(app: App, **how: Any) -> Forgetting:
    return Forgetting(app.engine, app.addresses, "me", **how)


def forget(app: App, said: str = ADA, **how: Any) -> dict[str, int]:
    act = forgetting(app, **how)
    gone = act.find(said)
    assert gone is not None
    return dict(act.forget(gone, pause=never).counts)


def never(_seconds: float) -> None:
    """Nothing is on the wire that is worth waiting for."""


def places_that_name(engine: Engine, *names: str) -> set[str]:
    """Every column of every table in which one of the names still stands."""
    return {
        f"{table.name}.{column}"
        for table in tables.metadata.sorted_tables
        for row in rows(engine, table)
        for column, value in row._mapping.items()
        if any(name in str(value).lower() for name in names)
    }


NAMED = {
    "event.person_id", "event.props", "event.id", "person.id", "person.traits", "member.person_id", "alias.previous_id",
    "alias.person_id", "account.traits", "start.actor", "start.props", "start.subject", "start.key", "nudge.subject",
    "nudge.start_key", "skip.detail", "skip.subject", "skip.start_key", "delivery.person_id", "delivery.address",
    "attempt.detail", "outcome.detail", "reject.message_id", "suppression.person_id", "suppression.note",
}  # fmt: skip


def test_a_person_stands_everywhere_and_then_nowhere(app: App) -> None:
    her_story(app.engine)
    app.tick()
    app.deliver()
    with write(app.engine) as connection:
        connection.execute(update(tables.attempt).values(detail=f"550 <{NOW_AT}> unknown"))
        note = Suppression(ADA, None, "marketing", "by_hand", "me", "Ada Lovelace called")
        suppress(connection, note, clock(connection))
        skip = {
            "run": "live",
            "rule_version": "v",
            "first_at": clock(connection),
            "last_at": clock(connection),
            "step": "",
        }
        hers = {"rule": "hello", "subject": ADA, "start_key": f"m-{ADA}-4", "reason": "x", "detail": None}
        theirs = {
            "rule": "welcome",
            "subject": "engines",
            "start_key": "k",
            "reason": "x",
            "detail": f"{ADA} has no address",
        }
        connection.execute(insert(tables.skip), [skip | hers, skip | theirs])
        refused = {"source": "shop", "at": clock(connection), "message_id": f"m-{ADA}-9", "reason": "no_time"}
        connection.execute(insert(tables.reject).values(refused))
        hers_id = next(row.id for row in rows(app.engine, tables.delivery) if row.person_id == ADA)
        came_back = {
            "provider": "ses",
            "event_id": "e1",
            "kind": "soft_bounce",
            "address_hash": "x",
            "delivery_id": hers_id,
        }
        connection.execute(
            insert(tables.outcome).values(came_back | {"at": clock(connection), "detail": f"{NOW_AT} is full"})
        )
    assert places_that_name(app.engine, *NAMES) >= NAMED
    counts = forget(app)
    assert places_that_name(app.engine, *NAMES) == set()
    assert all(
        counts[what] for what in ("person", "memberships", "other ids", "starts", "skips", "events and properties")
    )


@pytest.mark.parametrize("said", [ADA, ANON])
def test_she_is_found_by_each_of_her_ids(app: App, said: str) -> None:
    her_story(app.engine)
    found = forgetting(app).find(said)
    assert found is not None
    assert found.ids == {ADA, ANON}
    assert found.accounts == {"engines"}
    assert {address.lower() for address in found.addresses} == {OLD, NOW_AT.lower()}
    forget(app, said)
    assert forgetting(app).find(said) is None


@pytest.mark.parametrize("said", [OLD, NOW_AT.lower(), f" {OLD.upper()}"])
def test_an_address_tells_whose_it_is_or_was(app: App, said: str) -> None:
    her_story(app.engine)
    assert forgetting(app).find(said) is None
    assert forgetting(app).whose(said) == [ADA]
    assert forgetting(app).whose(said.strip()[1:]) == forgetting(app).whose("%@%") == []


def test_nobody_is_found_by_an_id_that_there_is_not(app: App) -> None:
    her_story(app.engine)
    assert forgetting(app).find("engines") is None
    assert forgetting(app).find("") is None


def test_the_others_keep_what_is_theirs(app: App) -> None:
    her_story(app.engine)
    app.tick()
    before = {row.seq: row for row in rows(app.engine, tables.event) if row.person_id == "ben"}
    forget(app)
    events = rows(app.engine, tables.event)
    assert {row.seq for row in events if row.person_id == "ben"} == set(before)
    (invited,) = [row for row in events if row.name == "teammate_invited"]
    assert invited.props == {"who": [None, None], "at": "work"}
    assert [row.id for row in rows(app.engine, tables.person)] == ["ben"]
    (account,) = rows(app.engine, tables.account)
    assert (account.traits["name"], "contact" in account.traits, "billing_email" in account.traits) == (
        "Engines",
        False,
        False,
    )


def test_what_she_did_in_an_account_that_has_others_stays_done_by_nobody(app: App, inbox: Inbox) -> None:
    """Otherwise her colleagues would be told to do it, and the rules that began with it would begin again."""
    her_story(app.engine)
    app.tick()
    app.deliver()
    titles = [message.title for message in inbox.messages]
    forget(app)
    (signed_up,) = [row for row in rows(app.engine, tables.event) if row.name == "signed_up"]
    assert (signed_up.account_id, signed_up.person_id, signed_up.id, signed_up.props) == ("engines", None, None, {})
    starts = {(row.rule, row.key) for row in rows(app.engine, tables.start) if row.subject == "engines"}
    assert starts == {("welcome", f"seq:{signed_up.seq}"), ("first-login", f"seq:{signed_up.seq}")}
    with write(app.engine) as connection:
        connection.execute(update(tables.rule).values(last_slot=None, seen=None, looked=None))
    app.tick()
    app.deliver()
    assert [message.title for message in inbox.messages] == titles


def test_of_an_account_that_was_hers_alone_no_event_stays(app: App) -> None:
    her_story(app.engine, colleague=False)
    forget(app)
    assert [row.name for row in rows(app.engine, tables.event) if not row.name.startswith("firstwin.")] == []


def test_what_was_to_go_out_does_not_and_what_went_out_is_still_counted(app: App, inbox: Inbox) -> None:
    her_story(app.engine)
    app.tick()
    waiting = {row.id for row in rows(app.engine, tables.delivery) if row.person_id == ADA}
    assert len(waiting) == 2
    assert forget(app)["messages that were to go out, cancelled"] == 2
    app.deliver()
    assert [message.title for message in inbox.messages] == ["A new account"]
    states = {row.id: (row.state, row.reason) for row in rows(app.engine, tables.delivery)}
    assert {states[id_] for id_ in waiting} == {("cancelled", "subject_gone")}
    assert len(rows(app.engine, tables.nudge)) == len({row.nudge_id for row in rows(app.engine, tables.delivery)})


def test_a_worker_that_holds_her_mail_finds_it_gone(app: App) -> None:
    her_story(app.engine)
    app.tick()
    with write(app.engine) as connection:
        hers = tables.delivery.c.person_id == ADA
        connection.execute(update(tables.delivery).where(hers).values(state="leased", fence=1))
    forget(app)
    assert {row.state for row in rows(app.engine, tables.delivery) if row.channel == "email"} == {"cancelled"}


def test_what_is_on_the_wire_is_waited_for(app: App) -> None:
    her_story(app.engine)
    app.tick()
    hers = tables.delivery.c.person_id == ADA

    def set_state(state: str) -> None:
        with write(app.engine) as connection:
            connection.execute(update(tables.delivery).where(hers).values(state=state))

    act = forgetting(app)
    waited: list[float] = []
    gone = act.find(ADA)
    assert gone is not None
    set_state("sending")
    before = places_that_name(app.engine, *NAMES)
    with pytest.raises(OnTheWireError):
        act.forget(gone, pause=waited.append)
    assert sum(waited) >= 20
    assert places_that_name(app.engine, *NAMES) == before
    act.forget(gone, pause=lambda _: set_state("delivered"))
    assert places_that_name(app.engine, *NAMES) == set()


def test_trying_it_out_tells_what_it_would_come_to_and_changes_nothing(app: App) -> None:
    her_story(app.engine)
    app.tick()
    everything = {table.name: rows(app.engine, table) for table in tables.metadata.sorted_tables}
    act = forgetting(app)
    gone = act.find(ADA)
    assert gone is not None
    tried = act.try_out(gone)
    assert {table.name: rows(app.engine, table) for table in tables.metadata.sorted_tables} == everything
    assert act.forget(gone).counts == tried.counts


# ---- what keeps her from being written to ---------------------------------------------------------------------------


def suppressions(engine: Engine) -> set[tuple[Any, ...]]:
    return {
        (row.person_id, row.address_hash, row._mapping["class"], row.reason, row.note)
        for row in rows(engine, tables.suppression)
    }


def test_she_is_not_written_to_when_an_import_brings_her_back(app: App, inbox: Inbox) -> None:
    her_story(app.engine)
    forget(app)
    hashes = {app.addresses.of(OLD), app.addresses.of(NOW_AT)}
    assert suppressions(app.engine) == {(None, hash_, "*-service", "by_hand", None) for hash_ in hashes}
    her_story(app.engine)
    app.tick()
    app.deliver()
    assert [message.title for message in inbox.messages if message.to != "ben@engines.example"] == ["A new account"]
    assert {row.reason for row in rows(app.engine, tables.skip)} >= {"suppressed"}


def test_a_wish_of_hers_outlives_her_by_the_hash_of_each_address(app: App) -> None:
    her_story(app.engine)
    with write(app.engine) as connection:
        now = clock(connection)
        wished = Suppression(ADA, app.addresses.of(OLD), "marketing", "unsubscribed", "page", "a note")
        suppress(connection, wished, now)
        suppress(connection, Suppression(None, app.addresses.of(OLD), "*", "hard_bounce", "postmark", "Ada's"), now)
        suppress(connection, Suppression("ben", None, "marketing", "unsubscribed", "page"), now)
    forget(app, suppresses=False)
    old, new = app.addresses.of(OLD), app.addresses.of(NOW_AT)
    assert suppressions(app.engine) == {
        (None, old, "marketing", "unsubscribed", None),
        (None, new, "marketing", "unsubscribed", None),
        (None, old, "*", "hard_bounce", None),
        ("ben", None, "marketing", "unsubscribed", None),
    }


def test_who_comes_back_may_be_written_to_if_that_was_said(app: App, inbox: Inbox) -> None:
    her_story(app.engine, colleague=False)
    forget(app, suppresses=False)
    assert suppressions(app.engine) == set()
    her_story(app.engine, colleague=False)
    app.tick()
    app.deliver()
    assert NOW_AT.lower() in {message.to.lower() for message in inbox.messages}


def test_without_a_secret_no_address_can_be_kept_back(app: App) -> None:
    app.addresses = type(app.addresses)()
    her_story(app.engine)
    before = places_that_name(app.engine, *NAMES)
    with pytest.raises(NoSecretError):
        forget(app)
    assert places_that_name(app.engine, *NAMES) == before
    forget(app, suppresses=False)
    assert places_that_name(app.engine, *NAMES) == set()


def test_it_is_told_what_remains_and_why(app: App, tmp_path: Path) -> None:
    (tmp_path / "jan.rejects.jsonl").write_text(
        f'{{"userId": "{ADA}"}}\n{{"userId": "ben"}}\n{{"email": "ADA@old.example"}}\n'
    )
    (tmp_path / "feb.rejects.jsonl").write_text('{"userId": "ben"}\n')
    her_story(app.engine)
    act = forgetting(app)
    gone = act.find(ADA)
    assert isinstance(gone, Gone)
    said = "\n".join(remains(act.try_out(gone).counts, gone, tmp_path, suppresses=True))
    assert "jan.rejects.jsonl: 2 lines" in said
    assert "feb.rejects" not in said
    for what in ("Keyed hashes", "Events of accounts", "The accounts that the person was in (engines)", "Backups"):
        assert what in said


def test_a_tick_that_had_begun_is_waited_for(tmp_path: Path, postgres_engine: Engine, inbox: Inbox) -> None:
    """It sees her still, and would write her down again after she was erased. SQLite has one writer anyway."""
    app = an_app(tmp_path, postgres_engine, inbox)
    her_story(app.engine)
    app.tick()
    with read(app.engine) as reading:
        rule = select(tables.rule.c.id).limit(1).with_for_update()
        reading.execute(rule)
        with write(app.engine) as connection:
            connection.exec_driver_sql("SET LOCAL lock_timeout = '50ms'")
            with pytest.raises(Exception, match="lock timeout"):
                forgetting(app)._erase(connection, Gone(frozenset({ADA}), frozenset(), frozenset()))
