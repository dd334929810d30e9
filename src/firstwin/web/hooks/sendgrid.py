"""SendGrid: the signed event webhook, ECDSA (P-256, SHA-256) over the timestamp and the body."""

from __future__ import annotations

import base64
import functools
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from firstwin.outbox.bounces import Kind, Told
from firstwin.rules.bounces import SendGrid
from firstwin.web.hooks import reading
from firstwin.web.hooks.contract import Heard, Posted, Refused, is_fresh

SIGNATURE = "x-twilio-email-event-webhook-signature"
TIMESTAMP = "x-twilio-email-event-webhook-timestamp"
POINT = 65  # bytes at the end of a key of this curve; firstwin.yaml takes no other
GOOD_FOR = timedelta(hours=24)  # so long it sends again what was not taken, and it isn't said that it signs anew

KINDS: Mapping[str, Kind] = {
    "spamreport": "complaint",
    "unsubscribe": "unsubscribed",
    "group_unsubscribe": "unsubscribed",
    "deferred": "soft_bounce",
}
DROPPED: Mapping[str, Kind] = {  # it sent nothing, for what was told of the address before
    "bounced address": "hard_bounce",
    "invalid": "hard_bounce",
    "spam reporting address": "complaint",
    "unsubscribed address": "unsubscribed",
}
SERVER = re.compile(r"\.(?:filter|recvd)")


def verify(chosen: SendGrid, posted: Posted) -> Heard | Refused:
    signature, timestamp = posted.headers.get(SIGNATURE, ""), posted.headers.get(TIMESTAMP, "")
    if not signature or not timestamp:
        return Refused.UNSIGNED
    if not _is_signed(chosen.public_key, signature, timestamp.encode("latin-1", "replace") + posted.body):
        return Refused.BAD_SIGNATURE
    at = reading.seconds(timestamp)
    if at is None or not is_fresh(at, posted.now, GOOD_FOR):
        return Refused.STALE
    data = reading.read_json(posted.body)
    if not isinstance(data, list):
        return Refused.MALFORMED
    events = reading.parts({"": data}, "")
    return Heard(tuple(told for event in events for told in _told(event)))


def _is_signed(public_key: str, signature: str, signed: bytes) -> bool:
    try:
        _key(public_key).verify(base64.b64decode(signature, validate=True), signed, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, ValueError):  # ValueError: it is no base64, or the key is no point of the curve
        return False
    return True


@functools.lru_cache(maxsize=4)
def _key(public_key: str) -> ec.EllipticCurvePublicKey:
    point = base64.b64decode(public_key)[-POINT:]
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)


def _told(event: Mapping[str, object]) -> Iterator[Told]:
    kind, address = _kind(event), reading.address(reading.text(event, "email"))
    if kind and address:
        yield Told(
            kind=kind,
            address=address,
            event_id=reading.identity(reading.text(event, "sg_event_id") or reading.digest(event)),
            at=reading.moment(event.get("timestamp")),
            message_ids=reading.names(reading.text(event, "smtp-id"), *_own_names(event)),
            detail=reading.detail(
                reading.text(event, "event"),
                reading.text(event, "type"),
                reading.text(event, "bounce_classification"),
                reading.text(event, "status"),
            ),
        )


def _own_names(event: Mapping[str, object]) -> tuple[str, str]:
    """SendGrid's name for the message, and the first part of it, which its API answers: the rest says which server had it."""
    whole = reading.text(event, "sg_message_id")
    return whole, SERVER.split(whole)[0]


def _kind(event: Mapping[str, object]) -> Kind | None:
    what = reading.text(event, "event")
    if what == "bounce":  # "blocked" is about the message or the sender, and passes
        return "hard_bounce" if reading.text(event, "type") not in {"blocked", "expired"} else "soft_bounce"
    if what == "dropped":
        return DROPPED.get(reading.text(event, "reason").lower(), "soft_bounce")
    return KINDS.get(what)
