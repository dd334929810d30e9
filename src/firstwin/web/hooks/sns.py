"""Messages of Amazon SNS: whether Amazon signed them, which is asked of nobody but Amazon.

docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from firstwin.web.hooks import reading
from firstwin.web.hooks.contract import Fetch, Posted, Refused, is_fresh

GOOD_FOR = timedelta(hours=1)  # SNS gives a message up after an hour
CONFIRMATIONS = frozenset({"SubscriptionConfirmation", "UnsubscribeConfirmation"})
ALGORITHMS: Mapping[str, hashes.HashAlgorithm] = {"1": hashes.SHA1(), "2": hashes.SHA256()}  # noqa: S303 - version 1 is SNS's default
# The whole address is looked at, not the parts that one reader or another may see in it.
HOST = r"https://sns\.[a-z]{2,4}(?:-[a-z]{2,12}){1,3}-[0-9]{1,2}\.amazonaws\.com(?:\.cn)?"  # a region: s3-us-west-2 is none, and holds what anybody likes
CERTIFICATE = re.compile(HOST + r"/SimpleNotificationService-[0-9a-fA-F]{8,64}\.pem", re.ASCII)
VISITED = re.compile(HOST + r"/\?[!\"$-~]{1,2000}", re.ASCII)
MOST_KNOWN = 8
AT_ONCE = 4


class Certificates:
    """Those that SNS signs with, fetched once each. Any number may be asked for; few are fetched at once, few are kept."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._known: dict[str, x509.Certificate] = {}
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def at(self, url: str) -> x509.Certificate | Refused:
        if url in self._known:
            return self._known[url]
        async with self._turns:
            found = self._known.get(url) or _read(await self._fetch(url))
        if isinstance(found, x509.Certificate):
            self._known = dict([*self._known.items(), (url, found)][-MOST_KNOWN:])
        return found


def _read(pem: bytes | None) -> x509.Certificate | Refused:
    if pem is None:
        return Refused.NO_CERTIFICATE
    try:
        return x509.load_pem_x509_certificate(pem)
    except (ValueError, UnsupportedAlgorithm):
        return Refused.BAD_CERTIFICATE


async def signed(posted: Posted, topic: str, certificates: Certificates) -> Mapping[str, str] | Refused:
    """The message's fields. Nothing is fetched for one that is not of this topic, not fresh or not whole."""
    message = _fields(reading.read_json(posted.body))
    if isinstance(message, Refused):
        return message
    if message["TopicArn"] != topic:
        return Refused.FOREIGN_TOPIC
    at = reading.moment(message["Timestamp"])
    if at is None or not is_fresh(at, posted.now, GOOD_FOR):
        return Refused.STALE
    if not CERTIFICATE.fullmatch(message["SigningCertURL"]):
        return Refused.FOREIGN_ADDRESS
    certificate = await certificates.at(message["SigningCertURL"])
    return certificate if isinstance(certificate, Refused) else _checked(message, certificate, posted.now)


def may_be_visited(url: str) -> bool:
    """Whether it lies at SNS, as the address that confirms a subscription does."""
    return bool(VISITED.fullmatch(url))


def _fields(data: object) -> Mapping[str, str] | Refused:
    """Those that are signed or say how; any other is left out."""
    kind = reading.text(data, "Type")
    if kind not in CONFIRMATIONS | {"Notification"}:
        return Refused.MALFORMED
    names = _signed_names(kind, with_subject=bool(reading.text(data, "Subject")))
    message = {name: reading.text(data, name) for name in (*names, "Signature", "SignatureVersion", "SigningCertURL")}
    if not message["Signature"] or not message["SigningCertURL"]:
        return Refused.UNSIGNED
    if message["SignatureVersion"] not in ALGORITHMS or not all(message[n] for n in names if n != "Message"):
        return Refused.MALFORMED
    return message


def _signed_names(kind: str, *, with_subject: bool) -> tuple[str, ...]:
    if kind in CONFIRMATIONS:
        return ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
    subject = ("Subject",) if with_subject else ()
    return ("Message", "MessageId", *subject, "Timestamp", "TopicArn", "Type")


def _checked(message: Mapping[str, str], certificate: x509.Certificate, now: datetime) -> Mapping[str, str] | Refused:
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        return Refused.BAD_CERTIFICATE
    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return Refused.BAD_CERTIFICATE
    if not isinstance(key, rsa.RSAPublicKey):
        return Refused.BAD_CERTIFICATE
    names = _signed_names(message["Type"], with_subject="Subject" in message)
    text = "".join(f"{name}\n{message[name]}\n" for name in names)
    try:
        signature = base64.b64decode(message["Signature"], validate=True)
        key.verify(signature, text.encode(), padding.PKCS1v15(), ALGORITHMS[message["SignatureVersion"]])
    except (InvalidSignature, binascii.Error, ValueError):
        return Refused.BAD_SIGNATURE
    return message
