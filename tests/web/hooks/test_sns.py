"""Messages of Amazon SNS: nothing is fetched for one that could not be genuine."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given

from firstwin.web.hooks.contract import Refused
from firstwin.web.hooks.sns import AT_ONCE, MOST_KNOWN, Certificates, may_be_visited, signed
from tests.web.hooks.arbitrary import ANYTHING, with_any
from tests.web.hooks.given import (
    CERTIFICATE_URL,
    NOW,
    SNS,
    SUBSCRIBE_URL,
    TOPIC,
    Hook,
    Web,
    certificate,
    dumped,
    sign,
    sns,
    sns_message,
)


def asked(message: Mapping[str, Any] | bytes, web: Web, *, now: datetime = NOW) -> Mapping[str, str] | Refused:
    hook = Hook(message) if isinstance(message, bytes) else Hook(dumped(message))
    return asyncio.run(signed(hook.posted(now), TOPIC, Certificates(web.fetch)))


@pytest.mark.parametrize("version", ["1", "2"])
@pytest.mark.parametrize(
    "message",
    [
        sns_message(Message='{"a": "line\\nbreak é"}'),
        sns_message(Subject="Amazon SES Email Event Notification"),
        sns_message(UnsubscribeURL=f"{SNS}/?Action=Unsubscribe"),
        sns_message("SubscriptionConfirmation"),
        sns_message("UnsubscribeConfirmation"),
    ],
)
def test_a_genuine_message_is_believed(message: dict[str, Any], version: str) -> None:
    web = Web()
    found = asked(sign(message | {"SignatureVersion": version}), web)
    assert isinstance(found, Mapping)
    assert found["Message"] == message["Message"]
    assert web.fetched == [CERTIFICATE_URL]


@pytest.mark.parametrize(
    "url",
    [
        CERTIFICATE_URL.replace("us-east-1.amazonaws.com", "eu-central-1.amazonaws.com"),
        CERTIFICATE_URL.replace("us-east-1.amazonaws.com", "cn-north-1.amazonaws.com.cn"),
        CERTIFICATE_URL.replace("us-east-1.amazonaws.com", "us-gov-west-1.amazonaws.com"),
    ],
)
def test_a_certificate_may_lie_in_any_of_amazons_regions(url: str) -> None:
    web = Web({url: certificate()})
    assert isinstance(asked(sign(sns_message(SigningCertURL=url)), web), Mapping)


LOOK_ALIKES = [
    CERTIFICATE_URL.replace("amazonaws.com", "amazonaws.com.evil.example"),
    CERTIFICATE_URL.replace("https://sns.us-east-1.amazonaws.com", "https://evil.example/sns.us-east-1.amazonaws.com"),
    CERTIFICATE_URL.replace("https://", "https://evil.example/"),
    CERTIFICATE_URL.replace("https://", "http://"),
    CERTIFICATE_URL.replace("https://", "HTTPS://"),
    CERTIFICATE_URL.replace("https://", "//"),
    CERTIFICATE_URL.replace("https://sns", "https://user@sns"),
    CERTIFICATE_URL.replace("https://sns", "https://user:password@sns"),
    CERTIFICATE_URL.replace(".com/", ".com@evil.example/"),
    CERTIFICATE_URL.replace(".com/", ".com:443/"),
    CERTIFICATE_URL.replace(".com/", ".com:8443/"),
    CERTIFICATE_URL.replace(".com/", ".com./"),
    CERTIFICATE_URL.replace(".com/", ".com\\@evil.example/"),
    CERTIFICATE_URL.replace(".com/", ".com#@evil.example/"),
    CERTIFICATE_URL.replace(".com/", ".com%2f@evil.example/"),
    CERTIFICATE_URL.replace("sns.us-east-1", "sns.us-east-1.s3"),
    CERTIFICATE_URL.replace("sns.us-east-1", "s3.us-east-1"),
    CERTIFICATE_URL.replace("sns.us-east-1", "snsxus-east-1"),
    CERTIFICATE_URL.replace("sns.us-east-1.amazonaws.com", "sns.us-east-1.amazonawsxcom"),
    CERTIFICATE_URL.replace("sns.us-east-1.amazonaws.com", "sns.amazonaws.com"),
    CERTIFICATE_URL.replace("us-east-1", "s3-us-west-2"),  # anybody's bucket called sns
    CERTIFICATE_URL.replace("us-east-1", "s3-accelerate"),
    CERTIFICATE_URL.replace("us-east-1", "us-\u0435ast-1"),  # a Cyrillic letter
    CERTIFICATE_URL.replace("amazonaws.com", "amazonaws.com.evil"),
    CERTIFICATE_URL.replace(".com/", ".com/evil/"),
    CERTIFICATE_URL.replace(".com/", ".com/../"),
    CERTIFICATE_URL.replace("SimpleNotificationService", "Other"),
    CERTIFICATE_URL.replace(".pem", ".txt"),
    CERTIFICATE_URL + "?x=1",
    CERTIFICATE_URL + "#x",
    CERTIFICATE_URL + "\n",
    CERTIFICATE_URL + "\x00",
    " " + CERTIFICATE_URL,
    CERTIFICATE_URL.replace("7ff5", "../7ff5"),
    CERTIFICATE_URL.replace("7ff5", "zzzz"),
    "file:///etc/passwd",
    "https://169.254.169.254/SimpleNotificationService-7ff5318490ec183fbaddaa2a969abfda.pem",
]


@pytest.mark.parametrize("url", LOOK_ALIKES)
def test_a_certificate_anywhere_else_is_not_even_fetched(url: str) -> None:
    web = Web({url: certificate()})
    assert asked(sign(sns_message(SigningCertURL=url)), web) is Refused.FOREIGN_ADDRESS
    assert web.fetched == []


@pytest.mark.parametrize("topic", [TOPIC + "2", TOPIC.upper(), TOPIC.replace("123456789012", "210987654321"), "x"])
@pytest.mark.parametrize("kind", ["Notification", "SubscriptionConfirmation", "UnsubscribeConfirmation"])
def test_for_a_foreign_topic_nothing_is_fetched(kind: str, topic: str) -> None:
    web = Web()
    assert asked(sign(sns_message(kind, TopicArn=topic)), web) is Refused.FOREIGN_TOPIC
    assert web.fetched == []


@pytest.mark.parametrize("length", [{"hours": -1, "minutes": -6}, {"minutes": 6}, {"days": -365}])
def test_one_that_is_played_again_later_is_refused_and_nothing_fetched(length: dict[str, float]) -> None:
    web = Web()
    at = (NOW + timedelta(**length)).isoformat()
    assert asked(sign(sns_message(Timestamp=at)), web) is Refused.STALE
    assert web.fetched == []


def test_one_that_sns_sends_again_for_an_hour_is_believed() -> None:
    assert isinstance(asked(sign(sns_message(Timestamp=(NOW - timedelta(hours=1)).isoformat())), Web()), Mapping)


@pytest.mark.parametrize("odd", ["noon", "2026-03-02T11:59:45.000"])
def test_a_time_that_is_none_is_refused_and_nothing_fetched(odd: str) -> None:
    web = Web()
    assert asked(sign(sns_message(Timestamp=odd)), web) is Refused.STALE
    assert web.fetched == []


CHANGES = {
    "Message": "{ }",
    "MessageId": "another",
    "Subject": "Ho",
    "SubscribeURL": SUBSCRIBE_URL + "1",
    "Timestamp": "2026-03-02T11:59:46.000Z",
    "Token": "another",
    "SignatureVersion": "2",
}


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("message", [sns_message(Subject="Hi"), sns_message("SubscriptionConfirmation")])
def test_whatever_signed_field_is_changed_the_signature_does_not_fit(message: dict[str, Any], name: str) -> None:
    if name in message:
        assert asked(sign(message) | {name: CHANGES[name]}, Web()) is Refused.BAD_SIGNATURE


def test_a_subject_is_neither_taken_away_nor_added() -> None:
    with_one, without = sign(sns_message(Subject="Hi")), sign(sns_message())
    assert asked({name: value for name, value in with_one.items() if name != "Subject"}, Web()) is Refused.BAD_SIGNATURE
    assert asked(without | {"Subject": "Hi"}, Web()) is Refused.BAD_SIGNATURE


def test_one_kind_is_not_taken_for_another() -> None:
    """Both are signed by Amazon, and what is signed of them overlaps."""
    confirmation = sign(sns_message("SubscriptionConfirmation"))
    assert asked(confirmation | {"Type": "UnsubscribeConfirmation"}, Web()) is Refused.BAD_SIGNATURE
    assert asked(confirmation | {"Type": "Notification"}, Web()) is Refused.BAD_SIGNATURE


@pytest.mark.parametrize("odd", ["AAAA", "no base64", "é", "="])
def test_a_signature_that_is_none_is_refused(odd: str) -> None:
    assert asked(sns_message(Signature=odd), Web()) is Refused.BAD_SIGNATURE


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({"Type": "Other"}, Refused.MALFORMED),
        ({"Type": None}, Refused.MALFORMED),
        ({"MessageId": 5}, Refused.MALFORMED),
        ({"TopicArn": [TOPIC]}, Refused.MALFORMED),
        ({"Timestamp": 1772452800}, Refused.MALFORMED),
        ({"SignatureVersion": "3"}, Refused.MALFORMED),
        ({"SignatureVersion": 1}, Refused.MALFORMED),
        ({"Signature": None}, Refused.UNSIGNED),
        ({"Signature": ""}, Refused.UNSIGNED),
        ({"SigningCertURL": None}, Refused.UNSIGNED),
        ({"SigningCertURL": 5}, Refused.UNSIGNED),
    ],
)
def test_what_is_not_whole_is_refused_and_nothing_fetched(change: dict[str, Any], refused: Refused) -> None:
    web = Web()
    assert asked({**sign(sns_message()), **change}, web) is refused
    assert web.fetched == []


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"5", b"null", b"[" * 9000, b'{"a":' * 3000, b"\xff"])
def test_what_is_no_message_is_refused(body: bytes) -> None:
    assert asked(body, Web()) is Refused.MALFORMED


@pytest.mark.parametrize(
    ("page", "refused"),
    [
        (None, Refused.NO_CERTIFICATE),
        (b"", Refused.BAD_CERTIFICATE),
        (b"<html>", Refused.BAD_CERTIFICATE),
        (certificate()[:-100], Refused.BAD_CERTIFICATE),
        (certificate(curve=True), Refused.BAD_CERTIFICATE),
        (certificate(begins=datetime(2020, 1, 1, tzinfo=UTC), days=365), Refused.BAD_CERTIFICATE),
        (certificate(begins=NOW + timedelta(days=1)), Refused.BAD_CERTIFICATE),
    ],
)
def test_a_certificate_that_is_none_or_not_valid_now_proves_nothing(page: bytes | None, refused: Refused) -> None:
    assert asked(sign(sns_message()), Web({CERTIFICATE_URL: page} if page is not None else {})) is refused


def test_a_certificate_is_fetched_once_and_looked_at_each_time() -> None:
    web = Web()
    certificates = Certificates(web.fetch)
    hook, later = sns(sns_message()), datetime(2130, 1, 1, tzinfo=UTC)
    late = sns(sns_message(Timestamp=later.isoformat()))

    async def ask() -> list[object]:
        first = [await signed(hook.posted(), TOPIC, certificates) for _ in range(3)]
        return [*first, await signed(late.posted(later), TOPIC, certificates)]

    *first, expired = asyncio.run(ask())
    assert all(isinstance(found, Mapping) for found in first)
    assert expired is Refused.BAD_CERTIFICATE
    assert web.fetched == [CERTIFICATE_URL]


@pytest.mark.parametrize("several", [False, True])
def test_however_many_messages_come_at_once_few_certificates_are_fetched_at_once(several: bool) -> None:
    urls = [f"{SNS}/SimpleNotificationService-{number if several else 0:032x}.pem" for number in range(20)]
    web = Web(dict.fromkeys(urls, certificate()))
    certificates = Certificates(web.fetch)

    async def ask() -> list[object]:
        hooks = [sns(sns_message(SigningCertURL=url)) for url in urls]
        return list(await asyncio.gather(*(signed(hook.posted(), TOPIC, certificates) for hook in hooks)))

    assert all(isinstance(found, Mapping) for found in asyncio.run(ask()))
    assert web.most_at_once == AT_ONCE
    assert len(web.fetched) == (20 if several else AT_ONCE)


def test_what_could_not_be_fetched_is_tried_again() -> None:
    web = Web({})
    certificates = Certificates(web.fetch)
    hook = sns(sns_message())
    assert asyncio.run(signed(hook.posted(), TOPIC, certificates)) is Refused.NO_CERTIFICATE
    web.pages[CERTIFICATE_URL] = certificate()
    assert isinstance(asyncio.run(signed(hook.posted(), TOPIC, certificates)), Mapping)


def test_few_certificates_are_kept() -> None:
    urls = [f"{SNS}/SimpleNotificationService-{number:032x}.pem" for number in range(MOST_KNOWN + 5)]
    web = Web(dict.fromkeys(urls, certificate()))
    certificates = Certificates(web.fetch)

    async def ask() -> None:
        for url in [*urls, urls[-1], urls[0]]:
            await signed(sns(sns_message(SigningCertURL=url)).posted(), TOPIC, certificates)

    asyncio.run(ask())
    assert web.fetched == [*urls, urls[0]]


@pytest.mark.parametrize("url", [SUBSCRIBE_URL, SUBSCRIBE_URL.replace("us-east-1.amazonaws.com", "cn-north-1.amazonaws.com.cn")])  # fmt: skip
def test_what_confirms_a_subscription_lies_at_sns(url: str) -> None:
    assert may_be_visited(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        SNS,
        f"{SNS}/",
        CERTIFICATE_URL,
        SUBSCRIBE_URL + "#x",
        SUBSCRIBE_URL + "\n",
        SUBSCRIBE_URL + " x",
        SUBSCRIBE_URL + "é",
        SUBSCRIBE_URL.replace("https://", "http://"),
        SUBSCRIBE_URL.replace("https://sns", "https://user@sns"),
        SUBSCRIBE_URL.replace(".com/", ".com:443/"),
        SUBSCRIBE_URL.replace(".com/", ".com@evil.example/"),
        SUBSCRIBE_URL.replace(".com/", ".com.evil.example/"),
        SUBSCRIBE_URL.replace("https://", "https://evil.example/"),
        SUBSCRIBE_URL.replace(".com/?", ".com?"),
    ],
)
def test_nothing_else_is_visited(url: str) -> None:
    assert not may_be_visited(url)


@given(ANYTHING | with_any(sign(sns_message(Subject="Hi"))) | with_any(sign(sns_message("SubscriptionConfirmation"))))
def test_whatever_comes_is_believed_or_refused(data: Any) -> None:
    assert isinstance(asked(dumped(data), Web()), Mapping | Refused)
