"""Amazon SES: bounces and complaints by way of a topic of Amazon SNS."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping

from firstwin.outbox.bounces import Kind, Once, Told
from firstwin.rules.bounces import Ses
from firstwin.web.hooks import reading, sns
from firstwin.web.hooks.contract import Heard, Posted, Refused

# Where each kind of notification (docs.aws.amazon.com/ses/latest/dg/notification-contents.html) has what it tells
PLACES: Mapping[str, tuple[str, str]] = {
    "Bounce": ("bounce", "bouncedRecipients"),
    "Complaint": ("complaint", "complainedRecipients"),
    "DeliveryDelay": ("deliveryDelay", "delayedRecipients"),
}


async def verify(chosen: Ses, posted: Posted, certificates: sns.Certificates) -> Heard | Refused:
    message = await sns.signed(posted, chosen.topic, certificates)
    if isinstance(message, Refused):
        return message
    match message["Type"]:
        case "SubscriptionConfirmation" if sns.may_be_visited(message["SubscribeURL"]):
            once = Once(reading.identity(message["MessageId"]), hashlib.sha256(posted.body).hexdigest())
            return Heard(once=once, confirm=message["SubscribeURL"])
        case "SubscriptionConfirmation":
            return Refused.FOREIGN_ADDRESS
        case "Notification":
            return Heard(tuple(_told(reading.read_json(message["Message"]), message["MessageId"])))
        case _:
            return Heard()


def _told(notification: object, message_id: str) -> Iterator[Told]:
    name = reading.text(notification, "notificationType") or reading.text(notification, "eventType")
    place, list_name = PLACES.get(name, ("", ""))
    about = reading.part(notification, place)
    kind = _kind(place, about)
    told_of = reading.text(about, "feedbackId") or message_id
    for number, recipient in enumerate(reading.parts(about, list_name)):
        if kind and (address := reading.address(reading.text(recipient, "emailAddress"))):
            yield Told(
                kind=kind,
                address=address,
                event_id=reading.identity(told_of, number),
                at=reading.moment(reading.text(about, "timestamp")),
                message_ids=_message_ids(reading.part(notification, "mail")),
                detail=_detail(about, recipient),
            )


def _kind(place: str, about: Mapping[str, object]) -> Kind | None:
    match place:
        case "bounce" if reading.text(about, "bounceType") == "Permanent":
            left = reading.text(about, "bounceSubType") == "UnsubscribedRecipient"
            return "unsubscribed" if left else "hard_bounce"
        case "bounce" | "deliveryDelay":
            return "soft_bounce"
        case "complaint":  # somebody may also say that a message was no spam
            return None if reading.text(about, "complaintFeedbackType") == "not-spam" else "complaint"
        case _:
            return None


def _message_ids(mail: Mapping[str, object]) -> tuple[str, ...]:
    """SES gives messages an id of its own; ours is told where the notification includes the original headers."""
    headers = reading.parts(mail, "headers")
    ours = [reading.text(h, "value") for h in headers if reading.text(h, "name").lower() == "message-id"]
    return reading.names(reading.text(mail, "commonHeaders", "messageId"), *ours, reading.text(mail, "messageId"))


def _detail(about: Mapping[str, object], recipient: Mapping[str, object]) -> str:
    names = ("bounceType", "bounceSubType", "complaintFeedbackType", "complaintSubType", "delayType")
    return reading.detail(*(reading.text(about, name) for name in names), reading.text(recipient, "status"))
