"""Resend: signed as Svix does it, which is Standard Webhooks 1.0 under other names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import standardwebhooks

from firstwin.outbox.bounces import Kind, Told
from firstwin.rules.bounces import Resend
from firstwin.web.hooks import reading
from firstwin.web.hooks.contract import Heard, Posted, Refused

SIGNED = ("id", "timestamp", "signature")

# resend.com/docs/webhooks: what is neither here nor below is not about whether mail arrives
KINDS: Mapping[str, Kind] = {
    "email.complained": "complaint",
    "email.delivery_delayed": "soft_bounce",
    "email.suppressed": "hard_bounce",  # it bounced, or complained, before
}


def verify(chosen: Resend, posted: Posted) -> Heard | Refused:
    headers = {f"webhook-{name}": posted.headers.get(f"svix-{name}", "") for name in SIGNED}
    if not all(headers.values()):
        return Refused.UNSIGNED
    try:
        standardwebhooks.Webhook(chosen.secret).verify(posted.body, headers, json_parse=False)
    except standardwebhooks.WebhookVerificationError as error:
        return Refused.STALE if "timestamp" in str(error) else Refused.BAD_SIGNATURE
    except ValueError:  # what should be base64 is none, say
        return Refused.BAD_SIGNATURE
    event = reading.read_json(posted.body)
    if not isinstance(event, Mapping):
        return Refused.MALFORMED
    return Heard(tuple(_told(event, headers["webhook-id"])))


def _told(event: object, event_id: str) -> Iterator[Told]:
    kind, addresses = _kind(event), reading.texts(event, "data", "to") or reading.texts(event, "data", "email")
    if kind is None or len(addresses) != 1:  # which of several it was is not said; ours have one
        return
    if address := reading.address(addresses[0]):
        yield Told(
            kind=kind,
            address=address,
            event_id=reading.identity(event_id),
            at=reading.moment(reading.text(event, "created_at")),
            message_ids=reading.names(
                reading.text(event, "data", "message_id"), reading.text(event, "data", "email_id")
            ),
            detail=reading.detail(
                reading.text(event, "data", "bounce", "type"), reading.text(event, "data", "bounce", "subType")
            ),
        )


def _kind(event: object) -> Kind | None:
    what = reading.text(event, "type")
    if what == "email.bounced":
        for_now = reading.text(event, "data", "bounce", "type") in {"Transient", "Undetermined"}
        return "soft_bounce" if for_now else "hard_bounce"
    if what == "contact.updated":
        return "unsubscribed" if reading.part(event, "data").get("unsubscribed") is True else None
    return KINDS.get(what)
