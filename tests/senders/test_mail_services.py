"""What each mail service is asked, and what its own words in an answer mean."""

from __future__ import annotations

import base64
import email
import email.policy
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from firstwin.messages.message import Message
from firstwin.senders.addressed import fingerprint
from firstwin.senders.contract import Accepted, Answer, Refused, Retry, Unknown
from firstwin.senders.load import load_senders
from tests.senders.http_faults import Answering, Request
from tests.senders.rigs import ALERT, MAIL, TOKEN, Sending, good_server

SERVICES = ("resend", "postmark", "sendgrid", "mailgun", "ses")
FULL = replace(
    MAIL,
    sender='"Ädam, Inc." <adam@acme.io>',
    reply_to="help@acme.io",
    headers={"List-Unsubscribe": "<https://acme.io/u/1>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
)
NAME = fingerprint(MAIL.key)
HEADERS = {"Message-ID": f"<{NAME}@acme.io>", "Auto-Submitted": "auto-generated", **FULL.headers}


def posted(kind: str, message: Message = FULL, **settings: object) -> Request:
    server = good_server(kind)
    assert isinstance(Sending(kind, server, message, settings).answer(), Accepted)
    (request,) = server.requests
    return request


def said(kind: str, message: Message = FULL, **settings: object) -> Any:
    return json.loads(posted(kind, message, **settings).body)


def answer_to(kind: str, status: int, body: object, **headers: str) -> Answer:
    return Sending(kind, Answering(status, json.dumps(body).encode(), headers), MAIL).answer()


# ---- what each is asked ---------------------------------------------------------------------------------------------


def test_resend() -> None:
    request = posted("resend")
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert request.headers["idempotency-key"] == NAME
    assert json.loads(request.body) == {
        "from": '"Ädam, Inc." <adam@acme.io>',
        "to": ["anna@example.com"],
        "reply_to": "help@acme.io",
        "subject": "Your first report",
        "html": "<p>Hello</p>",
        "text": "Hello",
        "headers": HEADERS,
        "tags": [{"name": "delivery", "value": NAME}],
    }


def test_postmark() -> None:
    request = posted("postmark", stream="broadcast")
    assert request.headers["x-postmark-server-token"] == TOKEN
    assert request.headers["accept"] == "application/json"
    body = json.loads(request.body)
    assert {part["Name"]: part["Value"] for part in body.pop("Headers")} == {**HEADERS, "X-PM-KeepID": "true"}
    assert body == {
        "From": '"Ädam, Inc." <adam@acme.io>',
        "To": "anna@example.com",
        "ReplyTo": "help@acme.io",
        "Subject": "Your first report",
        "HtmlBody": "<p>Hello</p>",
        "TextBody": "Hello",
        "MessageStream": "broadcast",
        "Metadata": {"delivery": NAME},
    }


def test_sendgrid() -> None:
    request = posted("sendgrid")
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert json.loads(request.body) == {
        "personalizations": [{"to": [{"email": "anna@example.com"}]}],
        "from": {"email": "adam@acme.io", "name": "Ädam, Inc."},
        "reply_to": {"email": "help@acme.io"},
        "subject": "Your first report",
        "content": [{"type": "text/plain", "value": "Hello"}, {"type": "text/html", "value": "<p>Hello</p>"}],
        "headers": HEADERS,
        "custom_args": {"delivery": NAME},
    }


def test_mailgun() -> None:
    request = posted("mailgun")
    assert base64.b64decode(request.headers["authorization"].removeprefix("Basic ")).decode() == f"api:{TOKEN}"
    assert {name: values for name, (*values,) in parse_qs(request.body.decode()).items()} == {
        "from": ['"Ädam, Inc." <adam@acme.io>'],
        "to": ["anna@example.com"],
        "subject": ["Your first report"],
        "text": ["Hello"],
        "html": ["<p>Hello</p>"],
        "v:delivery": [NAME],
        "h:Reply-To": ["help@acme.io"],
        **{f"h:{name}": [value] for name, value in HEADERS.items()},
    }


def test_ses_gets_the_whole_mail() -> None:
    body = said("ses", configuration_set="events")
    content = email.message_from_bytes(base64.b64decode(body["Content"]["Raw"]["Data"]), policy=email.policy.default)
    assert {name: content[name] for name in HEADERS} == HEADERS
    assert (content["To"], content["Reply-To"]) == ("anna@example.com", "help@acme.io")
    assert content["From"].addresses[0].display_name == "Ädam, Inc."
    assert body["Destination"] == {"ToAddresses": ["anna@example.com"]}
    assert body["EmailTags"] == [{"Name": "delivery", "Value": NAME}]
    assert body["ConfigurationSetName"] == "events"


def test_ses_gets_requests_signed_for_its_region() -> None:
    request = posted("ses")
    stated = request.headers["authorization"]
    assert stated.startswith("AWS4-HMAC-SHA256 Credential=AK1A/")
    assert (
        "/eu-west-1/ses/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-security-token, Signature="
        in stated
    )
    assert stated.rpartition("=")[2] == _signature(request)


def _signature(request: Request) -> str:
    """Worked out anew from what arrived."""
    signed = {name: request.headers[name] for name in ("content-type", "host", "x-amz-date", "x-amz-security-token")}
    again = AWSRequest("POST", f"http://{request.headers['host']}/send", headers=signed, data=request.body)
    again.context["timestamp"] = request.headers["x-amz-date"]
    signer = SigV4Auth(Credentials("AK1A", TOKEN), "ses", "eu-west-1")
    return str(signer.signature(signer.string_to_sign(again, signer.canonical_request(again)), again))


@pytest.mark.parametrize(
    ("kind", "settings", "url"),
    [
        ("resend", {"api_key": "k"}, "https://api.resend.com/emails"),
        ("postmark", {"token": "k"}, "https://api.postmarkapp.com/email"),
        ("sendgrid", {"api_key": "k"}, "https://api.sendgrid.com/v3/mail/send"),
        ("mailgun", {"api_key": "k", "domain": "acme.io"}, "https://api.mailgun.net/v3/acme.io/messages"),
        (
            "mailgun",
            {"api_key": "k", "domain": "acme.io", "region": "eu"},
            "https://api.eu.mailgun.net/v3/acme.io/messages",
        ),
        (
            "ses",
            {"region": "eu-west-1", "access_key_id": "a", "secret_access_key": "s"},
            "https://email.eu-west-1.amazonaws.com/v2/email/outbound-emails",
        ),
    ],
)
def test_the_address_is_the_services_own(kind: str, settings: Mapping[str, object], url: str) -> None:
    sender: Any = load_senders({"it": {"type": kind, **settings}})["it"]
    assert sender.url == url


@pytest.mark.parametrize("kind", SERVICES)
def test_an_alert_goes_to_the_team_or_says_that_there_is_none(kind: str) -> None:
    assert b"team@acme.io" in posted(kind, ALERT).body or "team%40acme.io" in posted(kind, ALERT).body.decode()
    answer = Sending(kind, good_server(kind), ALERT, {"to": ""}).answer()
    assert isinstance(answer, Refused)
    assert "Set `to`" in answer.detail


@pytest.mark.parametrize("kind", SERVICES)
@pytest.mark.parametrize(
    "wrong", [{"to": "a@b.c, d@e.f"}, {"subject": "a\r\nBcc: x@y.z"}, {"headers": {"Bcc": "x@y.z"}}, {"html": "\ud83d"}]
)
def test_a_mail_that_could_do_something_else_never_leaves(kind: str, wrong: Mapping[str, Any]) -> None:
    server = good_server(kind)
    answer = Sending(kind, server, replace(FULL, **wrong)).answer()
    assert isinstance(answer, Refused)
    assert answer.reason == "invalid"
    assert server.requests == []


# ---- what its words mean --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "provider_id"),
    [("resend", "re-1"), ("postmark", "pm-1"), ("sendgrid", "sg-1"), ("mailgun", "<mg-1@acme.io>"), ("ses", "ses-1")],
)
def test_the_services_name_for_the_mail_is_kept(kind: str, provider_id: str) -> None:
    answer = Sending(kind, good_server(kind), MAIL).answer()
    assert isinstance(answer, Accepted)
    assert answer.provider_id == provider_id


@pytest.mark.parametrize("kind", SERVICES)
@pytest.mark.parametrize("body", [{}, [], "<html>Log in to the guest network</html>", {"id": 7, "MessageID": None}])
def test_a_success_without_that_name_is_unknown(kind: str, body: object) -> None:
    assert answer_to(kind, 200, body) == Unknown("unexpected_answer", json.dumps(body))


@pytest.mark.parametrize(
    ("kind", "status", "body", "reason"),
    [
        ("postmark", 422, {"ErrorCode": 406, "Message": "inactive recipient"}, "postmark_406"),
        ("postmark", 401, {"ErrorCode": 10, "Message": "bad token"}, "postmark_10"),
        ("resend", 422, {"name": "validation_error", "message": "…"}, "resend_validation_error"),
        ("resend", 403, {"name": "invalid_api_key"}, "resend_invalid_api_key"),
        ("resend", 400, {"name": "no name <b>"}, "http_400"),
        ("sendgrid", 400, {"errors": [{"message": "bad", "field": "from"}]}, "http_400"),
        ("mailgun", 400, {"message": "'from' parameter is not a valid address"}, "http_400"),
    ],
)
def test_a_mail_that_the_service_does_not_want_is_refused(kind: str, status: int, body: object, reason: str) -> None:
    answer = answer_to(kind, status, body)
    assert isinstance(answer, Refused)
    assert (answer.reason, answer.disable) == (reason, False)


@pytest.mark.parametrize(
    ("kind", "status", "body", "headers"),
    [
        ("postmark", 422, {"ErrorCode": 405, "Message": "out of credits"}, {}),
        ("postmark", 422, {"ErrorCode": 412}, {}),
        ("resend", 409, {"name": "concurrent_idempotent_requests"}, {}),
        ("ses", 400, {"message": "…"}, {"X-Amzn-ErrorType": "SendingPausedException:http://internal"}),
        ("ses", 400, {"message": "…"}, {"X-Amzn-ErrorType": "LimitExceededException"}),
    ],
)
def test_trouble_with_the_account_is_no_fault_of_the_mail(
    kind: str, status: int, body: object, headers: Mapping[str, str]
) -> None:
    answer = answer_to(kind, status, body, **headers, **{"Retry-After": "90"})
    assert isinstance(answer, Retry)
    assert answer.after == timedelta(seconds=90)


def test_an_error_of_ses_is_known_by_its_name() -> None:
    answer = answer_to("ses", 400, {"message": "not verified"}, **{"X-Amzn-ErrorType": "MessageRejected"})
    assert answer == Refused("ses_MessageRejected", detail='{"message": "not verified"}')


def test_resend_knows_a_mail_that_came_before_with_other_contents() -> None:
    """It was written anew for this attempt; the first one has arrived."""
    assert isinstance(answer_to("resend", 409, {"name": "invalid_idempotent_request"}), Accepted)
