"""Who carries a message and to whom; on a staging system nothing reaches the people that it is meant for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine

from firstwin.deliver.routes import Route, Routes
from firstwin.messages.message import AlertCard, Mail, Payload
from firstwin.outbox.claim import Leased
from firstwin.outbox.states import State
from firstwin.rules.project import RedirectTo
from tests.deliver.given import LEASED, Retried, Scripted, a_deliverer, companies
from tests.outbox.given import deliveries, row_of

MAIL, SLACK, CRM, STAGING = Scripted(), Retried(), Scripted(), Scripted()
SENDERS = {"mail": MAIL, "cs-slack": SLACK, "crm": CRM, "staging": STAGING}
ALERT = replace(LEASED, channel="alert", destination="cs-slack", address=None)
WEBHOOK = replace(LEASED, channel="webhook", destination="crm", address=None)
ELSEWHERE = RedirectTo(email="staging@example.com", alert="staging", webhook="staging")


def test_without_a_redirect_a_message_goes_where_it_was_decided() -> None:
    routes = Routes(SENDERS, None)
    assert routes.of(LEASED) == Route("mail", MAIL, "anna@example.com")
    assert routes.of(ALERT) == Route("cs-slack", SLACK)
    assert routes.on_unknown() == {"mail": "park", "cs-slack": "retry", "crm": "park", "staging": "park"}


def test_with_one_everything_goes_to_one_place() -> None:
    routes = Routes(SENDERS, ELSEWHERE)
    assert routes.of(LEASED) == Route("mail", MAIL, "staging@example.com", "anna@example.com")
    assert routes.of(ALERT) == Route("staging", STAGING, instead_of="cs-slack")
    assert routes.of(WEBHOOK) == Route("staging", STAGING, instead_of="crm")


@pytest.mark.parametrize("leased", [LEASED, ALERT, WEBHOOK], ids=["email", "alert", "webhook"])
def test_a_channel_that_a_redirect_leaves_out_stays_in_the_house(leased: Leased) -> None:
    assert Routes(SENDERS, RedirectTo()).of(leased) is None


def test_a_redirected_message_says_whom_it_was_meant_for() -> None:
    route = Route("staging", STAGING, instead_of="anna@example.com")
    mail = Mail("k", "staging@example.com", "Hello", "<p>", "text")
    card = AlertCard("k", "Acme stalled", "", "why", "since", "next")
    payload = Payload("k", "account.stalled", {"account": "acme"})
    assert route.marked(mail) == replace(mail, subject="[for anna@example.com] Hello")
    assert route.marked(card) == replace(card, title="[for anna@example.com] Acme stalled")
    assert route.marked(payload) == replace(payload, data={"account": "acme", "redirected_from": "anna@example.com"})
    assert Route("mail", MAIL, "anna@example.com").marked(mail) is mail


def test_a_staging_system_sends_to_nobody_else(engine: Engine, tmp_path: Path) -> None:
    senders = {name: Scripted() for name in SENDERS}
    project = {
        "senders": {"staging": {"type": "inbox"}},
        "redirect_to": {"email": "staging@example.com", "alert": "staging"},
    }
    mail, alert, webhook = deliveries(engine, channels=("email", "alert", "webhook"))
    companies(engine, [0])
    a_deliverer(engine, tmp_path, {**senders}, project=project).run()
    (sent,), (card,) = senders["mail"].sent, senders["staging"].sent
    assert isinstance(sent, Mail)
    assert (sent.to, sent.subject) == (
        "staging@example.com",
        "[for acme-0000@example.com] Your first login, Acme 0",
    )
    assert isinstance(card, AlertCard)
    assert card.title == "[for cs-slack] Acme 0 stalled"
    assert senders["cs-slack"].sent == senders["crm"].sent == []
    assert [row_of(engine, id_).state for id_ in (mail, alert)] == [State.DELIVERED, State.DELIVERED]
    assert (row_of(engine, webhook).state, row_of(engine, webhook).reason) == ("cancelled", "not_sent")
