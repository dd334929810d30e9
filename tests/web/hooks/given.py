"""Genuine events of each mail provider, made and signed here as the provider does it."""

from __future__ import annotations

import asyncio
import base64
import functools
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import standardwebhooks
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from firstwin.rules.bounces import Mailgun, Postmark, Resend, SendGrid, Ses
from firstwin.web.hooks.contract import Posted

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ANNA = "anna@example.com"
OURS = "0123456789abcdef0123456789abcdef01234567@acme.example"  # the Message-ID of a mail, without its brackets


def dumped(data: object) -> bytes:
    return json.dumps(data).encode()


@dataclass(frozen=True)
class Hook:
    """A request as it goes over the wire."""

    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    def posted(self, now: datetime = NOW) -> Posted:
        return Posted({name.lower(): value for name, value in self.headers.items()}, self.body, now)


# ---- Resend ---------------------------------------------------------------------------------------------------------

RESEND = Resend(secret="whsec_" + base64.b64encode(b"a secret of twenty-four by").decode())


def resend_event(what: str = "email.bounced", **data: Any) -> dict[str, Any]:
    bounce = {"message": f"<{ANNA}>: no such user", "subType": "General", "type": "Permanent"}
    about = {"email_id": "56761188-7520-42d8-8898-ff6fc54ce618", "from": "Acme <hello@acme.example>", "to": [ANNA],
             "message_id": f"<{OURS}>", "subject": "Hi"} | ({"bounce": bounce} if what == "email.bounced" else {})  # fmt: skip
    return {"type": what, "created_at": "2026-03-02T11:59:00.126Z", "data": about | data}


def resend(event: object, *, id_: str = "msg_1", at: datetime | None = None) -> Hook:
    """The library looks at the real clock."""
    moment, text = at or datetime.now(UTC), json.dumps(event)
    signature = standardwebhooks.Webhook(RESEND.secret).sign(id_, moment, text)
    headers = {"svix-id": id_, "svix-timestamp": str(int(moment.timestamp())), "svix-signature": signature}
    return Hook(text.encode(), headers)


# ---- SendGrid -------------------------------------------------------------------------------------------------------


@functools.cache
def sendgrid_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@functools.cache
def sendgrid_settings() -> SendGrid:
    der = sendgrid_key().public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return SendGrid(public_key=base64.b64encode(der).decode())


def sendgrid_event(what: str = "bounce", **more: Any) -> dict[str, Any]:
    return {
        "email": ANNA, "timestamp": int(NOW.timestamp()), "smtp-id": f"<{OURS}>", "event": what, "category": "cat facts",
        "sg_event_id": "Ym91bmNlLTQtNTA0ODUxOTU", "sg_message_id": "euo2iKxdSayPF4YE4--I7A.recvd",
        "reason": f"550 5.1.1 <{ANNA}> unknown", "status": "5.1.1",
    } | ({"type": "bounce"} if what == "bounce" else {}) | more  # fmt: skip


def sendgrid(events: object, *, at: datetime = NOW) -> Hook:
    body, timestamp = dumped(events) + b"\r\n", str(int(at.timestamp()))
    signature = sendgrid_key().sign(timestamp.encode() + body, ec.ECDSA(hashes.SHA256()))
    return Hook(
        body,
        {
            "X-Twilio-Email-Event-Webhook-Signature": base64.b64encode(signature).decode(),
            "X-Twilio-Email-Event-Webhook-Timestamp": timestamp,
        },
    )


# ---- Postmark -------------------------------------------------------------------------------------------------------

POSTMARK = Postmark(username="firstwin", password="correct horse battery")


def postmark_record(what: str = "Bounce", **more: Any) -> dict[str, Any]:
    return {
        "RecordType": what, "ID": 42, "Type": "HardBounce", "TypeCode": 1, "Name": "Hard bounce", "Email": ANNA,
        "MessageID": "00000000-0000-0000-0000-000000000000", "BouncedAt": "2026-03-02T11:59:00.9070259Z",
        "Details": f"smtp;550 5.1.1 {ANNA}", "Inactive": True,
    } | more  # fmt: skip


def postmark(record: object, *, username: str = "firstwin", password: str = "correct horse battery") -> Hook:
    shown = base64.b64encode(f"{username}:{password}".encode()).decode()
    return Hook(dumped(record), {"Authorization": f"Basic {shown}"})


# ---- Mailgun --------------------------------------------------------------------------------------------------------

MAILGUN = Mailgun(signing_key="key-0123456789abcdef")
TOKEN = "e0b5477167110d68991efc6b9f89f0a11066af27834600e123"


def mailgun_event(what: str = "failed", **more: Any) -> dict[str, Any]:
    failed = {"severity": "permanent", "reason": "bounce"} if what == "failed" else {}
    return {
        "event": what, "id": "G9Bn5sl1TC6nu79C8C0bwg", "timestamp": NOW.timestamp(), "recipient": ANNA,
        "delivery-status": {"code": 550, "message": f"<{ANNA}> unknown", "description": "No such user"},
        "message": {"headers": {"message-id": OURS, "to": ANNA}},
    } | failed | more  # fmt: skip


def mailgun(event: object, *, token: str = TOKEN, at: datetime = NOW, key: str = MAILGUN.signing_key) -> Hook:
    timestamp = str(int(at.timestamp()))
    signature = hmac.new(key.encode(), f"{timestamp}{token}".encode(), hashlib.sha256).hexdigest()
    return Hook(
        dumped({"signature": {"token": token, "timestamp": timestamp, "signature": signature}, "event-data": event})
    )


# ---- Amazon SES -----------------------------------------------------------------------------------------------------

TOPIC = "arn:aws:sns:us-east-1:123456789012:bounces"
SES = Ses(topic=TOPIC)
SNS = "https://sns.us-east-1.amazonaws.com"
CERTIFICATE_URL = f"{SNS}/SimpleNotificationService-7ff5318490ec183fbaddaa2a969abfda.pem"
SUBSCRIBE_URL = f"{SNS}/?Action=ConfirmSubscription&TopicArn={TOPIC}&Token=2336412f37fb687f"


@functools.cache
def sns_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@functools.cache
def certificate(
    *, begins: datetime = datetime(2020, 1, 1, tzinfo=UTC), days: int = 36_500, curve: bool = False
) -> bytes:
    """Of the key that signs here."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    builder = x509.CertificateBuilder(
        name, name, None, x509.random_serial_number(), begins, begins + timedelta(days=days)
    )
    if curve:
        return (
            builder.public_key(sendgrid_key().public_key())
            .sign(sendgrid_key(), hashes.SHA256())
            .public_bytes(Encoding.PEM)
        )
    return builder.public_key(sns_key().public_key()).sign(sns_key(), hashes.SHA256()).public_bytes(Encoding.PEM)


@dataclass
class Web:
    """What can be fetched, and what was."""

    pages: dict[str, bytes] = field(default_factory=lambda: {CERTIFICATE_URL: certificate(), SUBSCRIBE_URL: b"<ok/>"})
    fetched: list[str] = field(default_factory=list)
    most_at_once: int = 0
    _at_once: int = 0

    async def fetch(self, url: str) -> bytes | None:
        self.fetched.append(url)
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        await asyncio.sleep(0)
        self._at_once -= 1
        return self.pages.get(url)


def ses_bounce(kind: str = "Permanent", sub: str = "General", *people: str, **more: Any) -> dict[str, Any]:
    recipients = [
        {
            "emailAddress": each,
            "status": "5.1.1",
            "action": "failed",
            "diagnosticCode": f"smtp; 550 5.1.1 <{each}>... User",
        }
        for each in people or (ANNA,)
    ]
    bounce = {"bounceType": kind, "bounceSubType": sub, "bouncedRecipients": recipients,
              "timestamp": "2026-03-02T11:59:38.237Z", "feedbackId": "00000138111222aa-33322211-000000"}  # fmt: skip
    return {"notificationType": "Bounce", "bounce": bounce, "mail": ses_mail()} | more


def ses_complaint(**about: Any) -> dict[str, Any]:
    complaint = {"complainedRecipients": [{"emailAddress": ANNA}], "complaintFeedbackType": "abuse",
                 "timestamp": "2026-03-02T11:59:38.237Z", "feedbackId": "000001378603177f-000000"} | about  # fmt: skip
    return {"notificationType": "Complaint", "complaint": complaint, "mail": ses_mail()}


def ses_mail() -> dict[str, Any]:
    return {
        "messageId": "00000138111222aa-33322211-cccc-000000", "destination": [ANNA], "headersTruncated": False,
        "headers": [{"name": "Message-ID", "value": f"<{OURS}>"}], "commonHeaders": {"messageId": f"<{OURS}>"},
    }  # fmt: skip


def sns_message(kind: str = "Notification", **fields: Any) -> dict[str, Any]:
    message = {
        "Type": kind, "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324", "TopicArn": TOPIC,
        "Message": "{}", "Timestamp": "2026-03-02T11:59:45.000Z", "SignatureVersion": "1",
        "SigningCertURL": CERTIFICATE_URL,
    }  # fmt: skip
    if kind != "Notification":
        message |= {"Token": "2336412f37fb687f", "SubscribeURL": SUBSCRIBE_URL}
    return message | fields


def sign(message: Mapping[str, Any]) -> dict[str, Any]:
    """As Amazon's documentation says: names and values in the order of the alphabet, each with a line end."""
    if message["Type"] == "Notification":
        names = ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"]
    else:
        names = ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]
    text = "".join(name + "\n" + str(message[name]) + "\n" for name in names if name in message)
    algorithm = hashes.SHA1() if message["SignatureVersion"] == "1" else hashes.SHA256()  # noqa: S303
    signature = sns_key().sign(text.encode(), padding.PKCS1v15(), algorithm)
    return {**message, "Signature": base64.b64encode(signature).decode()}


def ses(notification: object, **fields: Any) -> Hook:
    return sns(sns_message(Message=json.dumps(notification), **fields))


def sns(message: Mapping[str, Any]) -> Hook:
    return Hook(dumped(sign(message)), {"x-amz-sns-message-type": str(message["Type"])})


def confirmation(**fields: Any) -> Hook:
    return sns(sns_message("SubscriptionConfirmation", Message="You have chosen to subscribe", **fields))


def bounces(**instead: Any) -> str:
    """For firstwin.yaml: every provider, but for those that are None instead."""
    chosen = {
        "ses": {"topic": TOPIC},
        "sendgrid": {"public_key": sendgrid_settings().public_key},
        "postmark": {"username": POSTMARK.username, "password": POSTMARK.password},
        "mailgun": {"signing_key": MAILGUN.signing_key},
        "resend": {"secret": RESEND.secret},
    } | instead
    return "bounces: " + json.dumps({name: part for name, part in chosen.items() if part is not None})
