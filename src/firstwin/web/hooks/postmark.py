"""Postmark: it signs nothing, so that a username and a password (HTTP Basic, RFC 7617) must do."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Mapping

from firstwin.outbox.bounces import Kind, Told
from firstwin.rules.bounces import Postmark
from firstwin.web.hooks import reading
from firstwin.web.hooks.contract import Heard, Posted, Refused

# postmarkapp.com/developer/api/bounce-api#bounce-types; what is not here is an automatic answer, or not about the address
BOUNCES: Mapping[str, Kind] = {
    "HardBounce": "hard_bounce",
    "BadEmailAddress": "hard_bounce",
    "SpamComplaint": "complaint",
    "Unsubscribe": "unsubscribed",
    **dict.fromkeys(
        (
            "Transient", "SoftBounce", "DnsError", "Blocked", "SpamNotification", "VirusNotification", "DMARCPolicy",
            "Unknown", "Undeliverable",
        ),
        "soft_bounce",
    ),
}  # fmt: skip
SUPPRESSED: Mapping[str, Kind] = {
    "HardBounce": "hard_bounce",
    "SpamComplaint": "complaint",
    "ManualSuppression": "unsubscribed",
}


def verify(chosen: Postmark, posted: Posted) -> Heard | Refused:
    if not _logged_in(chosen, posted.headers.get("authorization", "")):
        return Refused.NOT_LOGGED_IN
    record = reading.read_json(posted.body)
    if not isinstance(record, Mapping):
        return Refused.MALFORMED
    kind = _kind(record)
    address = reading.address(reading.text(record, "Email") or reading.text(record, "Recipient"))
    return Heard((_told(record, kind, address, posted.body),)) if kind and address else Heard()


def _logged_in(chosen: Postmark, header: str) -> bool:
    scheme, _, credentials = header.partition(" ")
    try:
        shown = base64.b64decode(credentials, validate=True)
    except (binascii.Error, ValueError):
        shown = b""
    wanted = f"{chosen.username}:{chosen.password}".encode()
    return hmac.compare_digest(shown, wanted) and scheme.lower() == "basic"


def _kind(record: Mapping[str, object]) -> Kind | None:
    match record.get("RecordType"):
        case "Bounce":
            return BOUNCES.get(reading.text(record, "Type"))
        case "SpamComplaint":
            return "complaint"
        case "SubscriptionChange" if record.get("SuppressSending") is True:
            return SUPPRESSED.get(reading.text(record, "SuppressionReason"))
        case _:
            return None


def _told(record: Mapping[str, object], kind: Kind, address: str, body: bytes) -> Told:
    number = record.get("ID")
    return Told(
        kind=kind,
        address=address,
        event_id=reading.identity(number if isinstance(number, int) else reading.digest(body)),
        at=reading.moment(record.get("BouncedAt") or record.get("ChangedAt")),
        message_ids=reading.names(reading.text(record, "MessageID")),
        detail=reading.detail(record.get("Type"), record.get("SuppressionReason"), record.get("Name")),
    )
