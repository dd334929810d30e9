"""Mailgun: HMAC-SHA256 over a timestamp and a token; not over the body, so that a token is good for one body alone."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from datetime import timedelta

from firstwin.outbox.bounces import Kind, Once, Told
from firstwin.rules.bounces import Mailgun
from firstwin.web.hooks import reading
from firstwin.web.hooks.contract import Heard, Posted, Refused, is_fresh

GOOD_FOR = timedelta(hours=12)  # it tries again for 8 hours, and it isn't said that it signs anew

FAILED: Mapping[str, Kind] = {  # `reason`, of a permanent failure
    "suppress-complaint": "complaint",
    "suppress-unsubscribe": "unsubscribed",
    "old": "soft_bounce",  # tried for too long
    "espblock": "soft_bounce",  # about the sender
    "greylisted": "soft_bounce",
}
KINDS: Mapping[str, Kind] = {"complained": "complaint", "unsubscribed": "unsubscribed"}


def verify(chosen: Mailgun, posted: Posted) -> Heard | Refused:
    data = reading.read_json(posted.body)
    signature = reading.part(data, "signature")
    timestamp, token, shown = (signature.get(name) for name in ("timestamp", "token", "signature"))
    if not isinstance(token, str) or not token or not isinstance(shown, str) or not timestamp:
        return Refused.UNSIGNED if isinstance(data, Mapping) else Refused.MALFORMED
    wanted = hmac.digest(chosen.signing_key.encode(), f"{timestamp}{token}".encode(errors="replace"), "sha256").hex()
    if not hmac.compare_digest(wanted.encode(), shown.encode(errors="replace")):
        return Refused.BAD_SIGNATURE
    at = reading.seconds(timestamp)
    if at is None or not is_fresh(at, posted.now, GOOD_FOR):
        return Refused.STALE
    event = reading.part(data, "event-data")
    once = Once(reading.identity(f"{timestamp}{token}"), hashlib.sha256(posted.body).hexdigest())
    return Heard(tuple(_told(event)), once)


def _told(event: Mapping[str, object]) -> Iterator[Told]:
    kind, address = _kind(event), reading.address(reading.text(event, "recipient"))
    if kind and address:
        at = reading.moment(event.get("timestamp"))
        yield Told(
            kind=kind,
            address=address,
            # an id is told to be unique within a day
            event_id=reading.identity(reading.text(event, "id") or reading.digest(event), at and at.date()),
            at=at,
            message_ids=reading.names(reading.text(event, "message", "headers", "message-id")),
            detail=reading.detail(
                reading.text(event, "event"),
                reading.text(event, "severity"),
                reading.text(event, "reason"),
                reading.part(event, "delivery-status").get("code"),
            ),
        )


def _kind(event: Mapping[str, object]) -> Kind | None:
    what = reading.text(event, "event")
    if what != "failed":
        return KINDS.get(what)
    if reading.text(event, "severity") != "permanent":
        return "soft_bounce"
    return FAILED.get(reading.text(event, "reason"), "hard_bounce")
