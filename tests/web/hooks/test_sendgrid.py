"""SendGrid's signed events."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given

from firstwin.outbox.bounces import Told
from firstwin.rules.bounces import SendGrid
from firstwin.web.hooks.contract import Heard, Refused
from firstwin.web.hooks.sendgrid import SIGNATURE, TIMESTAMP, verify
from tests.web.hooks.arbitrary import ANYTHING, with_any
from tests.web.hooks.given import ANNA, NOW, OURS, Hook, sendgrid, sendgrid_event, sendgrid_settings

# What SendGrid itself signed, as its own library tests it
THEIRS = SendGrid(
    public_key="MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g=="
)
THEIR_EVENTS = [
    {
        "email": "hello@world.com",
        "event": "dropped",
        "reason": "Bounced Address",
        "sg_event_id": "ZHJvcC0xMDk5NDkxOS1MUnpYbF9OSFN0T0doUTRrb2ZTbV9BLTA",
        "sg_message_id": "LRzXl_NHStOGhQ4kofSm_A.filterdrecv-p3mdw1-756b745b58-kmzbl-18-5F5FC76C-9.0",
        "smtp-id": "<LRzXl_NHStOGhQ4kofSm_A@ismtpd0039p1iad1.sendgrid.net>",
        "timestamp": 1600112492,
    }
]
THEIR_HOOK = Hook(
    (json.dumps(THEIR_EVENTS, sort_keys=True, separators=(",", ":")) + "\r\n").encode(),
    {
        SIGNATURE: "MEUCIGHQVtGj+Y3LkG9fLcxf3qfI10QysgDWmMOVmxG0u6ZUAiEAyBiXDWzM+uOe5W0JuG+luQAbPIqHh89M15TluLtEZtM=",
        TIMESTAMP: "1600112502",
    },
)


def heard(events: object) -> Heard | Refused:
    return verify(sendgrid_settings(), sendgrid(events).posted())


def kinds(*events: object) -> list[str]:
    found = heard(list(events))
    assert isinstance(found, Heard)
    return [told.kind for told in found.told]


def test_what_sendgrid_itself_signed_is_believed() -> None:
    found = verify(THEIRS, THEIR_HOOK.posted(datetime.fromtimestamp(1600112502, UTC)))
    assert isinstance(found, Heard)
    assert [(told.kind, told.address) for told in found.told] == [("hard_bounce", "hello@world.com")]


def test_a_message_is_known_by_the_name_that_its_api_answered() -> None:
    found = verify(THEIRS, THEIR_HOOK.posted(datetime.fromtimestamp(1600112502, UTC)))
    assert isinstance(found, Heard)
    assert "LRzXl_NHStOGhQ4kofSm_A" in found.told[0].message_ids


def test_and_not_by_another_key_or_with_another_body() -> None:
    then = datetime.fromtimestamp(1600112502, UTC)
    assert verify(sendgrid_settings(), THEIR_HOOK.posted(then)) is Refused.BAD_SIGNATURE
    assert verify(THEIRS, Hook(THEIR_HOOK.body.strip(), THEIR_HOOK.headers).posted(then)) is Refused.BAD_SIGNATURE


def test_a_bounce_is_read() -> None:
    told = Told(
        kind="hard_bounce",
        address=ANNA,
        event_id="Ym91bmNlLTQtNTA0ODUxOTU",
        at=NOW,
        message_ids=(f"<{OURS}>", "euo2iKxdSayPF4YE4--I7A.recvd", "euo2iKxdSayPF4YE4--I7A"),
        detail="bounce, bounce, 5.1.1",
    )
    assert heard([sendgrid_event()]) == Heard((told,))


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        (sendgrid_event(type=None), "hard_bounce"),
        (sendgrid_event(type="blocked"), "soft_bounce"),
        (sendgrid_event(type="expired"), "soft_bounce"),
        (sendgrid_event("deferred"), "soft_bounce"),
        (sendgrid_event("dropped", reason="Bounced Address"), "hard_bounce"),
        (sendgrid_event("dropped", reason="Invalid"), "hard_bounce"),
        (sendgrid_event("dropped", reason="Spam Reporting Address"), "complaint"),
        (sendgrid_event("dropped", reason="Unsubscribed Address"), "unsubscribed"),
        (sendgrid_event("dropped", reason="Spam Content"), "soft_bounce"),
        (sendgrid_event("spamreport"), "complaint"),
        (sendgrid_event("unsubscribe"), "unsubscribed"),
        (sendgrid_event("group_unsubscribe"), "unsubscribed"),
    ],
)
def test_each_kind(event: object, kind: str) -> None:
    assert kinds(event) == [kind]


def test_what_is_not_about_bounces_is_left_out_of_a_batch() -> None:
    others = [sendgrid_event(what) for what in ("processed", "delivered", "open", "click", "group_resubscribe", "new")]
    assert kinds(*others, 5, None, [], sendgrid_event(email="nobody"), sendgrid_event("spamreport")) == ["complaint"]


def test_events_without_an_id_are_told_apart() -> None:
    events = [sendgrid_event(sg_event_id=None, email=f"{name}@example.com") for name in ("anna", "ben", "anna")]
    found = heard(events)
    assert isinstance(found, Heard)
    first, second, again = [told.event_id for told in found.told]
    assert first == again != second


@pytest.mark.parametrize("length", [{"hours": -25}, {"minutes": 6}, {"days": -400}])
def test_one_that_is_played_again_later_is_refused(length: dict[str, float]) -> None:
    hook = sendgrid([sendgrid_event()], at=NOW + timedelta(**length))
    assert verify(sendgrid_settings(), hook.posted()) is Refused.STALE


def test_one_that_sendgrid_sends_again_for_a_day_is_believed() -> None:
    hook = sendgrid([sendgrid_event()], at=NOW - timedelta(hours=24))
    assert isinstance(verify(sendgrid_settings(), hook.posted()), Heard)


def test_another_body_time_or_signature_is_refused() -> None:
    hook = sendgrid([sendgrid_event()])
    for changed in (
        Hook(hook.body.replace(b"anna", b"anne"), hook.headers),
        Hook(hook.body, {**hook.headers, TIMESTAMP.title(): str(int(NOW.timestamp()) + 1)}),
        *(Hook(hook.body, {**hook.headers, SIGNATURE.title(): odd}) for odd in ("AAAA", "no base64", "é", "MEUC")),
    ):
        assert verify(sendgrid_settings(), changed.posted()) is Refused.BAD_SIGNATURE


@pytest.mark.parametrize("missing", [SIGNATURE, TIMESTAMP])
def test_a_missing_header_is_refused(missing: str) -> None:
    hook = sendgrid([sendgrid_event()])
    headers = {name: value for name, value in hook.headers.items() if name.lower() != missing}
    assert verify(sendgrid_settings(), Hook(hook.body, headers).posted()) is Refused.UNSIGNED


def test_a_key_that_is_no_point_of_its_curve_believes_nobody() -> None:
    broken = sendgrid_settings().public_key[:-8] + "AAAAAA=="
    assert verify(SendGrid(public_key=broken), sendgrid([sendgrid_event()]).posted()) is Refused.BAD_SIGNATURE


def test_what_is_no_list_is_not_sendgrids() -> None:
    assert heard(sendgrid_event()) is Refused.MALFORMED


@given(ANYTHING | with_any([sendgrid_event()]))
def test_whatever_is_signed_is_heard_or_refused(events: Any) -> None:
    assert isinstance(heard(events), Heard | Refused)
