"""What Amazon SES tells in messages of SNS."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given

from firstwin.outbox.bounces import Told
from firstwin.web.hooks.contract import Heard, Refused
from firstwin.web.hooks.ses import verify
from firstwin.web.hooks.sns import Certificates
from tests.web.hooks.arbitrary import ANYTHING, with_any
from tests.web.hooks.given import (
    ANNA,
    OURS,
    SES,
    SUBSCRIBE_URL,
    TOPIC,
    Hook,
    Web,
    confirmation,
    ses,
    ses_bounce,
    ses_complaint,
    ses_mail,
    sns,
    sns_message,
)

DELAY = {
    "eventType": "DeliveryDelay",
    "deliveryDelay": {"delayType": "MailboxFull", "delayedRecipients": [{"emailAddress": ANNA, "status": "4.2.2"}]},
    "mail": ses_mail(),
}


def asked(hook: Hook, web: Web | None = None) -> Heard | Refused:
    return asyncio.run(verify(SES, hook.posted(), Certificates((web or Web()).fetch)))


def told(notification: object) -> tuple[Told, ...]:
    found = asked(ses(notification))
    assert isinstance(found, Heard)
    return found.told


def test_a_bounce_is_read() -> None:
    assert told(ses_bounce()) == (
        Told(
            kind="hard_bounce",
            address=ANNA,
            event_id="00000138111222aa-33322211-000000/0",
            at=datetime(2026, 3, 2, 11, 59, 38, 237_000, UTC),
            message_ids=(f"<{OURS}>", f"<{OURS}>", "00000138111222aa-33322211-cccc-000000"),
            detail="Permanent, General, 5.1.1",
        ),
    )


@pytest.mark.parametrize(
    ("notification", "kind"),
    [
        (ses_bounce("Permanent", "NoEmail"), "hard_bounce"),
        (ses_bounce("Permanent", "OnAccountSuppressionList"), "hard_bounce"),
        (ses_bounce("Permanent", "UnsubscribedRecipient"), "unsubscribed"),
        (ses_bounce("Transient", "MailboxFull"), "soft_bounce"),
        (ses_bounce("Undetermined", "Undetermined"), "soft_bounce"),
        (ses_bounce(notificationType=None, eventType="Bounce"), "hard_bounce"),
        (ses_complaint(), "complaint"),
        (ses_complaint(complaintFeedbackType=None), "complaint"),
        (ses_complaint(complaintFeedbackType=None, complaintSubType="OnAccountSuppressionList"), "complaint"),
        (DELAY, "soft_bounce"),
    ],
)
def test_each_kind(notification: object, kind: str) -> None:
    assert [each.kind for each in told(notification)] == [kind]


@pytest.mark.parametrize(
    "notification",
    [
        ses_complaint(complaintFeedbackType="not-spam"),
        *({"notificationType": what, "mail": ses_mail()} for what in ("Delivery", "Send", "Open", "Received", "New")),
        "Successfully validated SNS topic for Amazon SES event publishing.",
        ses_bounce("Permanent", "General", "nobody"),
    ],
)
def test_what_is_not_about_bounces_is_heard_and_nothing_more(notification: object) -> None:
    assert told(notification) == ()


def test_each_of_several_people_is_told_of() -> None:
    found = told(ses_bounce("Permanent", "General", ANNA, "Ben <ben@example.com>"))
    assert [each.address for each in found] == [ANNA, "ben@example.com"]
    assert len({each.event_id for each in found}) == 2


def test_without_an_id_of_its_own_it_has_that_of_the_message() -> None:
    assert [each.event_id for each in told(DELAY)] == ["22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324/0"]


def test_a_subscription_is_to_be_confirmed_where_amazon_says() -> None:
    found = asked(confirmation())
    assert isinstance(found, Heard)
    assert found.confirm == SUBSCRIBE_URL
    assert found.once is not None


@pytest.mark.parametrize(
    "url", ["https://evil.example/?Action=ConfirmSubscription", "http://sns.us-east-1.amazonaws.com/?x"]
)
def test_and_nowhere_else(url: str) -> None:
    assert asked(confirmation(SubscribeURL=url)) is Refused.FOREIGN_ADDRESS


def test_a_cancelled_subscription_asks_for_nothing() -> None:
    assert asked(sns(sns_message("UnsubscribeConfirmation"))) == Heard()


def test_another_topic_is_refused() -> None:
    web = Web()
    assert asked(ses(ses_bounce(), TopicArn=TOPIC + "-of-somebody-else"), web) is Refused.FOREIGN_TOPIC
    assert web.fetched == []


@given(ANYTHING | with_any(ses_bounce()) | with_any(ses_complaint()) | with_any(DELAY))
def test_whatever_is_signed_is_heard(notification: Any) -> None:
    assert isinstance(asked(ses(notification)), Heard)


@given(ANYTHING)
def test_whatever_the_message_holds_besides_a_text_is_refused_or_heard(message: Any) -> None:
    body = json.loads(ses(ses_bounce()).body) | {"Message": message}
    assert isinstance(asked(Hook(json.dumps(body).encode())), Heard | Refused)
