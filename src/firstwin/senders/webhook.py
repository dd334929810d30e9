"""Posts JSON to an address, signed as Standard Webhooks 1.0 says (standardwebhooks.com)."""

from __future__ import annotations

import base64
import binascii
import time
from typing import Annotated, ClassVar

import standardwebhooks
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr

from firstwin.messages.message import AlertCard, Mail, Message, Payload
from firstwin.outbox.outcome import Policy
from firstwin.senders.contract import Refused
from firstwin.senders.encode import as_json
from firstwin.senders.posting import AS_JSON, Clock, Posting, Request
from firstwin.senders.redact import secrets_of_url
from firstwin.senders.settings import Secret, WebSettings

PREFIX = "whsec_"
OWN_HEADERS = {"host", "content-length", "content-type", "transfer-encoding", "connection", "accept-encoding"}


def _signing(secret: SecretStr) -> SecretStr:
    try:
        key = base64.b64decode(secret.get_secret_value().removeprefix(PREFIX) + "==")
    except (binascii.Error, ValueError):
        key = b""
    if not key:
        raise ValueError("is not base64; make one with: openssl rand -base64 32")
    return secret


def _listed(given: object) -> object:
    if given == []:
        raise ValueError("is an empty list; give one secret, or two while one replaces the other")
    return given if isinstance(given, list) else [given]


def _header(name: str) -> str:
    if not name.replace("-", "").replace("_", "").isalnum() or not name.isascii():
        raise ValueError("is not a header's name")
    if name.lower() in OWN_HEADERS or name.lower().startswith("webhook-"):
        raise ValueError("is set by firstwin itself")
    return name


def _header_value(value: SecretStr) -> SecretStr:
    if not value.get_secret_value().isascii() or not value.get_secret_value().isprintable():
        raise ValueError("holds a character that may not stand in a header")
    return value


SigningSecret = Annotated[Secret, AfterValidator(_signing)]
MaxInFlight = Annotated[int, Field(strict=False, ge=1, le=256)]
HeaderName = Annotated[str, AfterValidator(_header)]
HeaderValue = Annotated[Secret, AfterValidator(_header_value)]


class Webhook(Posting):
    takes: ClassVar[frozenset[type]] = frozenset({Payload, AlertCard})
    on_unknown: Policy = "retry"  # the receiver knows a repeat by webhook-id

    class Settings(WebSettings):
        """``secret``: one, or a list while one replaces another. ``headers``: further ones, an API's token say.

        ``max_in_flight``: how many requests one process has under way at most.
        """

        secret: Annotated[list[SigningSecret], BeforeValidator(_listed)]
        headers: dict[HeaderName, HeaderValue] = Field(default_factory=dict)
        max_in_flight: MaxInFlight = 64

    def __init__(self, name: str, settings: Settings, *, clock: Clock = time.time) -> None:
        secrets = [secret.get_secret_value() for secret in settings.secret]
        self._signers = [standardwebhooks.Webhook(secret) for secret in secrets]
        self._headers = {name: value.get_secret_value() for name, value in settings.headers.items()}
        words = [word for value in self._headers.values() for word in value.split()]  # "Bearer" and the token
        keys = [secret.removeprefix(PREFIX) for secret in secrets]
        known = {*secrets_of_url(settings.url.get_secret_value()), *secrets, *keys, *words}
        self.slots = settings.max_in_flight
        self.group = max(1, settings.max_in_flight // 2)  # one half goes to the wire while the other is out
        super().__init__(name, settings, secrets=known, clock=clock)

    def request(self, message: Message) -> Request | Refused:
        assert not isinstance(message, Mail)  # noqa: S101 - it takes none
        content = body(message)
        if isinstance(content, Refused):
            return content
        return Request(content, {**self._headers, **AS_JSON, **self._signed(message.key, content)})

    def _signed(self, key: str, content: bytes) -> dict[str, str]:
        text, now = content.decode(), self.now()
        return {
            "Webhook-Id": key,
            "Webhook-Timestamp": str(int(now.timestamp())),
            "Webhook-Signature": " ".join(signer.sign(key, now, text) for signer in self._signers),
        }


def body(message: Payload | AlertCard) -> bytes | Refused:
    """The same bytes at every attempt; so an alert's body doesn't tell that it may be a repeat, webhook-id does."""
    if isinstance(message, Payload):
        return as_json({"type": message.type, "data": message.data})
    card = {name: value for name, value in vars(message).items() if name not in {"key", "possible_repeat"}}
    return as_json({"type": "alert", "data": card | {"fields": dict(message.fields)}})
