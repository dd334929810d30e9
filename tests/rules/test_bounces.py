"""The mail providers that firstwin.yaml names."""

from __future__ import annotations

import base64
import re
from textwrap import dedent

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from firstwin.rules.bounces import Bounces, Mailgun, Postmark, Resend, SendGrid, Ses
from tests.house.sources import PACKAGE, ROOT
from tests.rules.test_project import read, told

KEY = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g=="
ALL = f"""\
name: Acme
bounces:
  ses: {{topic: "arn:aws:sns:us-east-1:123456789012:bounces"}}
  sendgrid: {{public_key: {KEY}}}
  postmark: {{username: firstwin, password: "${{PASSWORD}}"}}
  mailgun: {{signing_key: "${{KEY}}"}}
  resend: {{secret: "${{SECRET}}"}}
"""
SECRETS = {"PASSWORD": "correct horse battery", "KEY": "key-0123456789", "SECRET": "whsec_c2VjcmV0"}


def test_every_provider_is_read_with_what_it_proves_itself_with() -> None:
    assert read(ALL, SECRETS).bounces == Bounces(
        ses=Ses(topic="arn:aws:sns:us-east-1:123456789012:bounces"),
        sendgrid=SendGrid(public_key=KEY),
        postmark=Postmark(username="firstwin", password="correct horse battery"),
        mailgun=Mailgun(signing_key="key-0123456789"),
        resend=Resend(secret="whsec_c2VjcmV0"),
    )


def test_nobody_is_listened_to_who_is_not_named() -> None:
    assert read("name: Acme\n").bounces == Bounces()
    assert read("name: Acme\nbounces:\n").bounces == Bounces()
    assert read("name: Acme\nbounces:\n  mailgun:\n").bounces == Bounces()


def test_no_secret_is_in_a_repr() -> None:
    assert not [secret for secret in SECRETS.values() if secret in repr(read(ALL, SECRETS))]


@pytest.mark.parametrize("topic", ["arn:aws-cn:sns:cn-north-1:123456789012:a", "arn:aws-us-gov:sns:us-gov-west-1:123456789012:A_b-1"])  # fmt: skip
def test_a_topic_may_lie_in_any_of_amazons_partitions(topic: str) -> None:
    assert read(f"name: A\nbounces: {{ses: {{topic: '{topic}'}}}}\n").bounces.ses == Ses(topic=topic)


def test_a_key_may_be_pasted_with_its_frame() -> None:
    framed = f"-----BEGIN PUBLIC KEY-----\n{KEY[:64]}\n{KEY[64:]}\n-----END PUBLIC KEY-----\n"
    assert SendGrid(public_key=framed).public_key == KEY


def a_key_of_another_curve() -> str:
    key = ec.generate_private_key(ec.SECP384R1()).public_key()
    return base64.b64encode(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("ses: {topic: bounces}", "`bounces` is not a topic."),
        ("ses: {topic: 5}", "`5` is not a topic."),
        ("ses: {}", "`topic:` is missing."),
        ("sendgrid: {public_key: abc}", "This is not SendGrid's verification key."),
        (f"sendgrid: {{public_key: {a_key_of_another_curve()}}}", "This is not SendGrid's verification key."),
        (f"sendgrid: {{public_key: {KEY[:-8]}}}", "This is not SendGrid's verification key."),
        ("postmark: {username: me}", "`password:` is missing."),
        ("postmark: {username: 'a:b', password: correct horse}", "This is not a username."),
        ("postmark: {username: me, password: short}", "The password is too short."),
        ("mailgun: {signing_key: ' '}", "This is not a secret."),
        ("mailgun: {signing_key: 5}", "This is not a secret."),
        ("resend: {secret: c2VjcmV0}", "This is not Resend's signing secret."),
        ("resend: {secret: whsec_}", "This is not Resend's signing secret."),
        ("resend: {secret: whsec_a}", "This is not Resend's signing secret."),
        ("brevo: {secret: x}", "`bounces` has no `brevo`."),
    ],
)
def test_a_mistake_is_told_without_what_was_written_as_a_secret(written: str, says: str) -> None:
    (problem,) = told(f"name: Acme\nbounces:\n  {written}\n")
    assert says in problem
    assert "c2VjcmV0" not in problem
    assert "short`" not in problem


def in_files() -> list[str]:
    """The examples of the docs and of the file that `init` writes."""
    docs = (ROOT / "docs" / "bounces.md").read_text()
    examples = re.findall(r"```yaml\n(.*?)\n *```", docs, re.DOTALL)
    starter = (PACKAGE / "tools" / "starter" / "firstwin.yaml").read_text()
    (commented,) = re.findall(r"(?:^# .*\n)*^# bounces:\n(?:^#   .*\n)+", starter, re.MULTILINE)
    return [*(dedent(example) for example in examples), "\n".join(line[2:] for line in commented.splitlines())]


@pytest.mark.parametrize("example", in_files())
def test_the_examples_are_right(example: str) -> None:
    names = {"SENDGRID_HOOK_KEY": KEY, "POSTMARK_HOOK_PASSWORD": "correct horse battery", "MAILGUN_SIGNING_KEY": "key-01",
             "RESEND_HOOK_SECRET": "whsec_c2VjcmV0"}  # fmt: skip
    assert read(f"name: Acme\n{example}\n", names).bounces != Bounces()
