"""Resend's events, signed by the reference library of Standard Webhooks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given

from firstwin.outbox.bounces import Told
from firstwin.web.hooks.contract import Heard, Refused
from firstwin.web.hooks.resend import verify
from tests.web.hooks.arbitrary import ANYTHING, with_any
from tests.web.hooks.given import ANNA, OURS, RESEND, Hook, resend, resend_event


def heard(event: object) -> Heard | Refused:
    return verify(RESEND, resend(event).posted())


def test_a_bounce_is_read() -> None:
    told = Told(
        kind="hard_bounce",
        address=ANNA,
        event_id="msg_1",
        at=datetime(2026, 3, 2, 11, 59, 0, 126_000, UTC),
        message_ids=(f"<{OURS}>", "56761188-7520-42d8-8898-ff6fc54ce618"),
        detail="Permanent, General",
    )
    assert heard(resend_event()) == Heard((told,))


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        (resend_event(bounce={"type": "Transient"}), "soft_bounce"),
        (resend_event(bounce={"type": "Undetermined"}), "soft_bounce"),
        (resend_event(bounce={}), "hard_bounce"),
        (resend_event("email.complained"), "complaint"),
        (resend_event("email.suppressed"), "hard_bounce"),
        (resend_event("email.delivery_delayed"), "soft_bounce"),
        ({"type": "contact.updated", "data": {"email": ANNA, "unsubscribed": True}}, "unsubscribed"),
    ],
)
def test_each_kind(event: object, kind: str) -> None:
    found = heard(event)
    assert isinstance(found, Heard)
    assert [told.kind for told in found.told] == [kind]


@pytest.mark.parametrize(
    "event",
    [
        *(resend_event(f"email.{what}") for what in ("sent", "delivered", "opened", "clicked", "failed", "new")),
        {"type": "contact.updated", "data": {"email": ANNA, "unsubscribed": False}},
        resend_event(to=[ANNA, "ben@example.com"]),
        resend_event(to=["nobody"]),
    ],
)
def test_what_is_not_about_one_address_that_bounced_is_heard_and_nothing_more(event: object) -> None:
    assert heard(event) == Heard()


def test_another_body_or_signature_or_id_is_refused() -> None:
    hook = resend(resend_event())
    forged = resend(resend_event(), id_="msg_2").headers
    for changed in (
        Hook(hook.body + b" ", hook.headers),
        Hook(hook.body, {**hook.headers, "svix-id": "msg_2"}),
        Hook(hook.body, {**hook.headers, "svix-signature": forged["svix-signature"]}),
        Hook(b"\xff", hook.headers),
        *(Hook(hook.body, {**hook.headers, "svix-signature": s}) for s in ("v1", "v1,a", "v1,é", "v2,AAAA", "x,y,z")),
    ):
        assert verify(RESEND, changed.posted()) is Refused.BAD_SIGNATURE


@pytest.mark.parametrize("minutes", [-6, 6])
def test_one_that_is_played_again_later_is_refused(minutes: int) -> None:
    at = datetime.now(UTC) + timedelta(minutes=minutes)
    assert verify(RESEND, resend(resend_event(), at=at).posted()) is Refused.STALE


@pytest.mark.parametrize("odd", ["", "noon", "nan", "1e300"])
def test_a_time_that_is_none_is_refused(odd: str) -> None:
    hook = resend(resend_event())
    found = verify(RESEND, Hook(hook.body, {**hook.headers, "svix-timestamp": odd}).posted())
    assert found in {Refused.UNSIGNED, Refused.BAD_SIGNATURE}


@pytest.mark.parametrize("missing", ["svix-id", "svix-timestamp", "svix-signature"])
def test_a_missing_header_is_refused(missing: str) -> None:
    hook = resend(resend_event())
    headers = {name: value for name, value in hook.headers.items() if name != missing}
    assert verify(RESEND, Hook(hook.body, headers).posted()) is Refused.UNSIGNED


@given(ANYTHING | with_any(resend_event()))
def test_whatever_is_signed_is_heard_or_refused(event: Any) -> None:
    assert isinstance(heard(event), Heard | Refused)
