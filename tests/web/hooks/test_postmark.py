"""Postmark's records, with the password that its webhook was given."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given

from firstwin.outbox.bounces import Told
from firstwin.web.hooks.contract import Heard, Refused
from firstwin.web.hooks.postmark import verify
from tests.web.hooks.arbitrary import ANYTHING, with_any
from tests.web.hooks.given import ANNA, POSTMARK, Hook, postmark, postmark_record

CHANGE = {
    "RecordType": "SubscriptionChange", "MessageID": None, "ChangedAt": "2026-03-02T11:59:00Z", "Recipient": ANNA,
    "Origin": "Recipient", "SuppressSending": True, "SuppressionReason": "ManualSuppression",
}  # fmt: skip


def heard(record: object) -> Heard | Refused:
    return verify(POSTMARK, postmark(record).posted())


def test_a_bounce_is_read() -> None:
    told = Told(
        kind="hard_bounce",
        address=ANNA,
        event_id="42",
        at=datetime(2026, 3, 2, 11, 59, 0, 907_025, UTC),
        message_ids=("00000000-0000-0000-0000-000000000000",),
        detail="HardBounce, Hard bounce",
    )
    assert heard(postmark_record()) == Heard((told,))


@pytest.mark.parametrize(
    ("record", "kind"),
    [
        (postmark_record(Type="BadEmailAddress"), "hard_bounce"),
        (postmark_record(Type="SoftBounce"), "soft_bounce"),
        (postmark_record(Type="Transient"), "soft_bounce"),
        (postmark_record(Type="Blocked"), "soft_bounce"),
        (postmark_record(Type="Unsubscribe"), "unsubscribed"),
        (postmark_record(Type="SpamComplaint"), "complaint"),
        (postmark_record("SpamComplaint"), "complaint"),
        (CHANGE, "unsubscribed"),
        (CHANGE | {"SuppressionReason": "HardBounce"}, "hard_bounce"),
        (CHANGE | {"SuppressionReason": "SpamComplaint"}, "complaint"),
    ],
)
def test_each_kind(record: object, kind: str) -> None:
    found = heard(record)
    assert isinstance(found, Heard)
    assert [told.kind for told in found.told] == [kind]


@pytest.mark.parametrize(
    "record",
    [
        *(postmark_record(what) for what in ("Open", "Click", "Delivery", "Inbound", "New")),
        *(postmark_record(Type=kind) for kind in ("AutoResponder", "Subscribe", "AddressChange", "New")),
        CHANGE | {"SuppressSending": False},
        postmark_record(Email="nobody"),
        {},
    ],
)
def test_what_is_not_about_bounces_is_heard_and_nothing_more(record: object) -> None:
    assert heard(record) == Heard()


def test_a_change_has_no_id_and_gets_one() -> None:
    ids = set()
    for record in (CHANGE, dict(CHANGE), CHANGE | {"ChangedAt": "2026-03-02T11:59:01Z"}):
        found = heard(record)
        assert isinstance(found, Heard)
        ids.add(found.told[0].event_id)
    assert len(ids) == 2


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Basic",
        "Basic é",
        "Basic " + base64.b64encode(b"firstwin").decode(),
        "Bearer " + base64.b64encode(b"firstwin:correct horse battery").decode(),
        "Basic " + base64.b64encode(b"firstwin:correct horse batter").decode(),
        "Basic " + base64.b64encode(b"firstwin:correct horse battery ").decode(),
        "Basic " + base64.b64encode(b"other:correct horse battery").decode(),
    ],
)
def test_without_the_password_nothing_is_believed(header: str) -> None:
    hook = postmark(postmark_record())
    assert verify(POSTMARK, Hook(hook.body, {"Authorization": header}).posted()) is Refused.NOT_LOGGED_IN
    assert verify(POSTMARK, Hook(hook.body).posted()) is Refused.NOT_LOGGED_IN


@pytest.mark.parametrize("record", [None, 5, "x", [], [postmark_record()]])
def test_what_is_no_record_is_not_postmarks(record: object) -> None:
    assert heard(record) is Refused.MALFORMED


@given(ANYTHING | with_any(postmark_record()) | with_any(CHANGE))
def test_whatever_comes_is_heard_or_refused(record: Any) -> None:
    assert isinstance(heard(record), Heard | Refused)
