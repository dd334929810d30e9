"""Mailgun's events, whose signature does not cover them."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given

from firstwin.outbox.bounces import Told
from firstwin.web.hooks.contract import Heard, Refused
from firstwin.web.hooks.mailgun import verify
from tests.web.hooks.arbitrary import ANYTHING, with_any
from tests.web.hooks.given import ANNA, MAILGUN, NOW, OURS, TOKEN, Hook, dumped, mailgun, mailgun_event


def heard(event: object, **how: Any) -> Heard | Refused:
    return verify(MAILGUN, mailgun(event, **how).posted())


def told(event: object) -> list[Told]:
    found = heard(event)
    assert isinstance(found, Heard)
    return list(found.told)


def test_a_bounce_is_read() -> None:
    assert told(mailgun_event()) == [
        Told(
            kind="hard_bounce",
            address=ANNA,
            event_id="G9Bn5sl1TC6nu79C8C0bwg/2026-03-02",
            at=NOW,
            message_ids=(OURS,),
            detail="failed, permanent, bounce, 550",
        )
    ]


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        (mailgun_event(reason="suppress-bounce"), "hard_bounce"),
        (mailgun_event(reason="generic"), "hard_bounce"),
        (mailgun_event(reason="suppress-complaint"), "complaint"),
        (mailgun_event(reason="suppress-unsubscribe"), "unsubscribed"),
        (mailgun_event(reason="old"), "soft_bounce"),
        (mailgun_event(reason="espblock"), "soft_bounce"),
        (mailgun_event(severity="temporary"), "soft_bounce"),
        (mailgun_event(severity=None), "soft_bounce"),
        (mailgun_event("complained"), "complaint"),
        (mailgun_event("unsubscribed"), "unsubscribed"),
    ],
)
def test_each_kind(event: object, kind: str) -> None:
    assert [each.kind for each in told(event)] == [kind]


@pytest.mark.parametrize("what", ["accepted", "delivered", "opened", "clicked", "rejected", "new"])
def test_what_is_not_about_bounces_uses_its_token_up_too(what: str) -> None:
    """Whoever sees it could else put a bounce in its place."""
    found = heard(mailgun_event(what))
    assert isinstance(found, Heard)
    assert found.told == ()
    assert found.once is not None


def test_a_token_is_bound_to_the_body() -> None:
    first, again, other = (
        heard(event) for event in (mailgun_event(), mailgun_event(), mailgun_event(recipient="b@c.example"))
    )
    assert isinstance(first, Heard)
    assert isinstance(other, Heard)
    assert first == again
    assert first.once is not None
    assert other.once is not None
    assert first.once.token == other.once.token
    assert first.once.body != other.once.body


def test_an_id_is_one_for_a_day_and_an_event_without_one_is_told_apart() -> None:
    later = NOW + timedelta(days=1)
    assert told(mailgun_event())[0].event_id != told(mailgun_event(timestamp=later.timestamp()))[0].event_id
    nameless = [told(mailgun_event(id=None, recipient=f"{name}@example.com"))[0].event_id for name in ("anna", "ben")]
    assert nameless[0] != nameless[1]


def test_another_key_token_or_time_is_refused() -> None:
    assert heard(mailgun_event(), key="key-of-somebody-else") is Refused.BAD_SIGNATURE
    genuine = json.loads(mailgun(mailgun_event()).body)
    timestamp = genuine["signature"]["timestamp"]
    for change in (
        {"token": TOKEN[:-1]},
        {"timestamp": str(int(timestamp) + 1)},
        {"signature": ""},
        {"signature": "é"},
        {"signature": genuine["signature"]["signature"].upper()},
    ):
        hook = Hook(dumped({**genuine, "signature": {**genuine["signature"], **change}}))
        assert verify(MAILGUN, hook.posted()) is Refused.BAD_SIGNATURE, change


def test_digits_may_not_wander_between_the_time_and_the_token() -> None:
    """The signature covers both without a mark between them."""
    genuine = json.loads(mailgun(mailgun_event(), token="5" + TOKEN).body)
    signature = genuine["signature"]
    moved = {**signature, "timestamp": signature["timestamp"] + "5", "token": TOKEN}
    assert verify(MAILGUN, Hook(dumped({**genuine, "signature": moved})).posted()) is Refused.STALE
    back = {**signature, "timestamp": signature["timestamp"][:-1], "token": signature["timestamp"][-1] + "5" + TOKEN}
    assert verify(MAILGUN, Hook(dumped({**genuine, "signature": back})).posted()) is Refused.STALE


@pytest.mark.parametrize("length", [{"hours": -13}, {"minutes": 6}])
def test_one_that_is_played_again_later_is_refused(length: dict[str, float]) -> None:
    assert heard(mailgun_event(), at=NOW + timedelta(**length)) is Refused.STALE


def test_one_that_mailgun_tries_again_for_hours_is_believed() -> None:
    assert isinstance(heard(mailgun_event(), at=NOW - timedelta(hours=9)), Heard)


def test_a_time_may_be_a_number() -> None:
    genuine = json.loads(mailgun(mailgun_event()).body)
    signature = {**genuine["signature"], "timestamp": int(genuine["signature"]["timestamp"])}
    assert isinstance(verify(MAILGUN, Hook(dumped({**genuine, "signature": signature})).posted()), Heard)


@pytest.mark.parametrize(
    ("body", "refused"),
    [
        (b"", Refused.MALFORMED),
        (b"token=x&signature=y", Refused.MALFORMED),
        (b"[]", Refused.MALFORMED),
        (b"{}", Refused.UNSIGNED),
        (b'{"signature": 5, "event-data": {}}', Refused.UNSIGNED),
        (b'{"signature": {"token": "", "timestamp": "1", "signature": "x"}}', Refused.UNSIGNED),
        (b'{"signature": {"token": ["x"], "timestamp": "1", "signature": "x"}}', Refused.UNSIGNED),
        (b'{"signature": {"token": "x", "signature": "x"}}', Refused.UNSIGNED),
    ],
)
def test_what_is_not_signed_is_refused(body: bytes, refused: Refused) -> None:
    assert verify(MAILGUN, Hook(body).posted()) is refused


@given(ANYTHING | with_any(mailgun_event()))
def test_whatever_is_signed_is_heard_or_refused(event: Any) -> None:
    assert isinstance(heard(event), Heard | Refused)


@given(with_any(json.loads(mailgun(mailgun_event()).body)))
def test_whatever_stands_in_the_place_of_the_signature(data: Any) -> None:
    assert isinstance(verify(MAILGUN, Hook(dumped(data)).posted()), Heard | Refused)
