"""The part of firstwin.yaml that says which mail providers may tell of bounces, and how each of them proves itself."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field, PlainValidator, WithJsonSchema

from firstwin.rules.word import Word, refusal, shown

TOPIC = re.compile(r"arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}")
P256 = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")  # how a key of that curve begins
P256_LENGTH = 91
FRAME = re.compile(r"-----(BEGIN|END) PUBLIC KEY-----|\s")
SHORTEST_PASSWORD = 12  # characters


def _topic(value: object) -> str:
    if not isinstance(value, str) or not TOPIC.fullmatch(value):
        advice = "Copy its ARN from Amazon SNS: `arn:aws:sns:us-east-1:123456789012:bounces`."
        raise refusal(f"{shown(value)} is not a topic.", advice)
    return value


def _public_key(value: object) -> str:
    """Without the frame that some tools put around it."""
    text = FRAME.sub("", value) if isinstance(value, str) else ""
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not key.startswith(P256) or len(key) != P256_LENGTH:
        raise refusal("This is not SendGrid's verification key.", "Copy it from SendGrid; it begins with `MFkw`.")
    return text


def _secret(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise refusal("This is not a secret.", "Copy it from your mail provider, best into .env.")
    return value.strip()


def _svix_secret(value: object) -> str:
    text = _secret(value)
    try:
        key = base64.b64decode(text.removeprefix("whsec_") + "==", validate=False)
    except (binascii.Error, ValueError):
        key = b""
    if not text.startswith("whsec_") or not key:
        raise refusal("This is not Resend's signing secret.", "Copy it from Resend; it begins with `whsec_`.")
    return text


def _username(value: object) -> str:
    if not isinstance(value, str) or not value or ":" in value:
        raise refusal("This is not a username.", "Write a name without a colon.")
    return value


def _password(value: object) -> str:
    text = _secret(value)
    if len(text) < SHORTEST_PASSWORD:
        advice = f"Write {SHORTEST_PASSWORD} characters or more: nothing else keeps others from telling of bounces."
        raise refusal("The password is too short.", advice)
    return text


TEXT = WithJsonSchema({"type": "string"})
Topic = Annotated[str, PlainValidator(_topic), TEXT]
PublicKey = Annotated[str, PlainValidator(_public_key), TEXT]
Secret = Annotated[str, PlainValidator(_secret), TEXT]
SvixSecret = Annotated[str, PlainValidator(_svix_secret), TEXT]
Username = Annotated[str, PlainValidator(_username), TEXT]
Password = Annotated[str, PlainValidator(_password), TEXT]


class _Part(Word):
    empty_is_left_out: ClassVar[bool] = True


class Ses(_Part):
    """Amazon SES, by way of one topic of Amazon SNS."""

    topic: Topic

    called: ClassVar[str] = "`ses`"
    needed: ClassVar[Mapping[str, str]] = {"topic": "Write the ARN of the SNS topic that SES tells of bounces."}


class SendGrid(_Part):
    public_key: PublicKey

    called: ClassVar[str] = "`sendgrid`"
    needed: ClassVar[Mapping[str, str]] = {"public_key": "Write the verification key of the signed event webhook."}


class Postmark(_Part):
    """Postmark signs nothing: it shows the password that its webhook was given."""

    username: Username
    password: Password = Field(repr=False)

    called: ClassVar[str] = "`postmark`"
    needed: ClassVar[Mapping[str, str]] = {
        "username": "Write the name that the webhook's basic auth shows.",
        "password": "Write the password that the webhook's basic auth shows: `${POSTMARK_HOOK_PASSWORD}`.",
    }


class Mailgun(_Part):
    signing_key: Secret = Field(repr=False)

    called: ClassVar[str] = "`mailgun`"
    needed: ClassVar[Mapping[str, str]] = {"signing_key": "Write the HTTP webhook signing key of your account."}


class Resend(_Part):
    secret: SvixSecret = Field(repr=False)

    called: ClassVar[str] = "`resend`"
    needed: ClassVar[Mapping[str, str]] = {"secret": "Write the webhook's signing secret: `${RESEND_HOOK_SECRET}`."}


class Bounces(_Part):
    """Who is listened to at ``/hooks/…``. Who is not named here is not."""

    ses: Ses | None = None
    sendgrid: SendGrid | None = None
    postmark: Postmark | None = None
    mailgun: Mailgun | None = None
    resend: Resend | None = None

    called: ClassVar[str] = "`bounces`"
