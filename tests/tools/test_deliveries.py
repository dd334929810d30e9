from sqlalchemy import Engine

from firstwin.db.engine import read, write
from firstwin.outbox.bounces import Told, take
from firstwin.tools.deliveries import Wanted, find, find_one, find_replayable, why_none
from tests.outbox.given import ADDRESSES, NOON, REPLAY, answered, deliveries, sending


def test_the_newest_come_first_and_no_more_than_asked_for(engine: Engine) -> None:
    ids = deliveries(engine, 3)
    with read(engine) as connection:
        found = find(connection, Wanted(run=REPLAY), limit=2)
    assert [each["id"] for each in found] == ids[:0:-1]


def test_each_filter_narrows(engine: Engine) -> None:
    deliveries(engine, 2)
    deliveries(engine, 1, channels=("email",))
    for wanted, count in {
        Wanted(run=REPLAY, channel="email"): 1,
        Wanted(run=REPLAY, destination="crm"): 2,
        Wanted(run=REPLAY, account="acme-0002"): 1,
        Wanted(run=REPLAY, rule="other"): 0,
        Wanted(run=REPLAY, state="dead"): 0,
        Wanted(run=REPLAY, reason="expired"): 0,
        Wanted(): 0,
        Wanted(run=None): 3,
    }.items():
        with read(engine) as connection:
            assert len(find(connection, wanted)) == count, wanted


def test_where_none_is_found_it_is_told_what_to_do(engine: Engine) -> None:
    deliveries(engine, 1)
    for wanted, says in {
        Wanted(run=REPLAY, state="dead"): "leave out a filter",
        Wanted(): "`firstwin status`",
        Wanted(run="another"): "--send",
    }.items():
        with read(engine) as connection:
            assert says in why_none(connection, wanted)


def test_one_is_shown_with_its_nudge_and_its_attempts(engine: Engine) -> None:
    (leased,) = sending(engine)
    answered(engine, leased, "retry", reason="busy", detail="503")
    with read(engine) as connection:
        shown = find_one(connection, leased.id)
        assert find_one(connection, leased.id + 1) is None
    assert shown is not None
    assert shown["nudge"]["evidence"][0]["says"] == "did not log in"
    assert [(a["outcome"], a["detail"]) for a in shown["attempt_log"]] == [("retry", "503")]
    assert shown["replays"] == []


def test_one_is_shown_with_what_became_of_it(engine: Engine) -> None:
    (leased,) = sending(engine, channels=("email",))
    answered(engine, leased, "accepted", provider_id="<a@b.example>")
    told = Told("soft_bounce", "acme-0000@example.com", "e1", NOON, ("<a@b.example>",), "4.2.2")
    with write(engine) as connection:
        take(connection, ADDRESSES, "ses", [told])
    with read(engine) as connection:
        shown = find_one(connection, leased.id)
    assert shown is not None
    assert [(o["provider"], o["kind"], o["at"], o["detail"]) for o in shown["outcomes"]] == [
        ("ses", "soft_bounce", NOON, "4.2.2")
    ]


def test_only_what_ended_without_a_message_can_be_sent_again(engine: Engine) -> None:
    first, second = sending(engine, 2)
    answered(engine, first, "accepted")
    answered(engine, second, "refused", reason="no")
    deliveries(engine)
    with read(engine) as connection:
        assert find_replayable(connection, Wanted(run=REPLAY)) == [second.id]
