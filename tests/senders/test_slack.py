"""Slack says in the body what a status does not."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from firstwin.senders.contract import Accepted, Answer, Refused, Retry, Unknown
from firstwin.senders.load import check_settings
from tests.senders.http_faults import Answering, drip_the_body
from tests.senders.rigs import ALERT, TOKEN, Sending


def answer_to(status: int, body: str, **headers: str) -> Answer:
    return Sending("slack", Answering(status, body.encode(), headers)).answer()


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (404, "no_service"),
        (404, "channel_not_found"),
        (404, "an unknown word"),
        (410, "channel_is_archived"),
        (410, ""),
        (403, "action_prohibited"),
        (403, "invalid_token"),
        (403, "team_disabled"),
        (400, "user_not_found"),
        (200, "no_service"),
        (200, '{"ok": false, "error": "channel_is_archived"}'),
    ],
)
def test_a_channel_that_is_gone_disables_the_destination(status: int, body: str) -> None:
    answer = answer_to(status, body)
    assert isinstance(answer, Refused)
    assert answer.disable


@pytest.mark.parametrize(("status", "body"), [(400, "invalid_payload"), (400, "invalid_blocks"), (403, "why not")])
def test_a_message_that_slack_cannot_read_is_refused_alone(status: int, body: str) -> None:
    answer = answer_to(status, body)
    assert isinstance(answer, Refused)
    assert not answer.disable


@pytest.mark.parametrize(("status", "body"), [(429, "rate_limited"), (200, '{"ok":false,"error":"ratelimited"}')])
def test_too_many_messages_cost_no_attempt(status: int, body: str) -> None:
    answer = answer_to(status, body, **{"Retry-After": "30"})
    assert isinstance(answer, Retry)
    assert (answer.free, answer.after) == (True, timedelta(seconds=30))


@pytest.mark.parametrize("body", ["ok", " ok\n", '{"ok": true}'])
def test_only_ok_is_accepted(body: str) -> None:
    assert isinstance(answer_to(200, body), Accepted)


@pytest.mark.parametrize(
    "body", ["", "<html>Log in to the guest network</html>", '{"ok": false}', "[]", "null", "okay"]
)
def test_any_other_body_with_200_is_tried_again(body: str) -> None:
    answer = answer_to(200, body)
    assert isinstance(answer, Retry)
    assert answer.reason == "unexpected_answer"


def test_a_body_that_never_ends_is_not_taken_for_ok() -> None:
    assert isinstance(Sending("slack", drip_the_body, settings={"deadline": 0.3}).answer(), Retry | Unknown)


def test_what_slack_gets() -> None:
    server = Answering()
    Sending("slack", server).answer()
    (request,) = server.requests
    assert request.line == f"POST /services/T000/B000/{TOKEN} HTTP/1.1"
    assert json.loads(request.body)["blocks"][0]["text"]["text"] == ALERT.title


def test_an_address_without_encryption_is_refused() -> None:
    (problem,) = check_settings({"cs": {"type": "slack", "url": f"http://hooks.slack.com/{TOKEN}"}})
    assert problem.startswith("senders.cs")
    assert "use https://" in problem
    assert TOKEN not in problem
