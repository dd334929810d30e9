"""One action becomes messages, or reasons."""

from __future__ import annotations

from datetime import timedelta

import pytest

from firstwin.decide.reach import NOBODY, reach
from firstwin.decide.value import NotSent, Planned, Policy, Reason
from firstwin.rules.terms import Alert, Email, Recipient, Webhook
from tests.decide.cases import ACME, ANNA, BEN, DUE, NOW, TO_CONTACT, TO_CSM, case, rule


def test_a_mail_goes_by_the_projects_mail_sender_to_the_persons_address() -> None:
    of = rule(message_class="service")
    (planned,) = reach(case(of, policy=Policy(mail_sender="postmark")), TO_CONTACT)
    assert planned == Planned(
        TO_CONTACT, "email", "postmark", "service", DUE + timedelta(days=3), "anna", "anna@acme.example"
    )


def test_everyone_is_one_message_each_and_those_out_of_reach_are_told() -> None:
    silent = BEN._replace(suppressed=frozenset({"marketing"}))
    mute = BEN._replace(id="cleo", address=None)
    reached = reach(
        case(subject=ACME._replace(people=(ANNA, silent, mute))), everyone := Email("news", Recipient("everyone"))
    )
    assert isinstance(reached[0], Planned)
    assert reached[1:] == (
        NotSent(everyone, Reason.SUPPRESSED, "ben is not to be sent marketing mail"),
        NotSent(everyone, Reason.NO_ADDRESS, "cleo has no address"),
    )


@pytest.mark.parametrize("kind", list(NOBODY))
def test_nobody_is_a_reason_in_words(kind: str) -> None:
    nobody = ACME._replace(people=(), contact=None)
    (missed,) = reach(case(subject=nobody), Email("news", Recipient(kind, "start.x")))  # type: ignore[arg-type] # each kind
    assert isinstance(missed, NotSent)
    assert missed.reason is Reason.NO_ADDRESS
    assert missed.detail
    assert "{" not in missed.detail


@pytest.mark.parametrize("classes", [{"*"}, {"marketing"}])
def test_an_address_is_suppressed_whoever_it_belongs_to(classes: set[str]) -> None:
    addressed = Email("news", Recipient("address", "account.billing_email"))
    by_list = case(
        subject=ACME._replace(properties={"account.billing_email": "Pay@acme.example"}),
        policy=Policy(suppressed_addresses={"pay@acme.example": frozenset(classes)}),
    )
    by_person = case(
        subject=ACME._replace(
            properties={"account.billing_email": "BEN@acme.example"},
            people=(BEN._replace(suppressed=frozenset(classes)),),
        )
    )
    for found in (reach(by_list, addressed), reach(by_person, addressed)):
        assert [type(each) for each in found] == [NotSent]
        assert isinstance(found[0], NotSent)
        assert found[0].reason is Reason.SUPPRESSED


def test_another_class_is_not_suppressed() -> None:
    silent = ACME._replace(people=(ANNA._replace(suppressed=frozenset({"marketing"})),))
    (planned,) = reach(case(rule(message_class="service"), subject=silent), TO_CONTACT)
    assert isinstance(planned, Planned)


@pytest.mark.parametrize(
    ("csm", "fallback", "expected"),
    [("anna-slack", "cs-slack", "anna-slack"), (None, "cs-slack", "cs-slack"), (None, None, None)],
)
def test_csm_is_the_accounts_own_or_the_fallback(csm: str | None, fallback: str | None, expected: str | None) -> None:
    (reached,) = reach(case(subject=ACME._replace(csm=csm), policy=Policy(csm_fallback=fallback)), TO_CSM)
    assert (reached.destination if isinstance(reached, Planned) else None) == expected
    assert expected or (isinstance(reached, NotSent) and reached.reason is Reason.NO_ADDRESS)


def test_a_destination_has_its_own_address() -> None:
    (alert,) = reach(case(), Alert("stalled", "ops"))
    (webhook,) = reach(case(), Webhook("stalled", "crm"))
    assert isinstance(alert, Planned)
    assert isinstance(webhook, Planned)
    assert (alert.destination, alert.message_class, alert.address) == ("ops", "alert", None)
    assert (webhook.destination, webhook.message_class, webhook.address) == ("crm", "marketing", None)


def test_an_action_that_went_stale_is_left_out_while_another_still_goes() -> None:
    two_days_late = case(rule(TO_CSM, TO_CONTACT), now=NOW + timedelta(days=2))
    assert reach(two_days_late, TO_CSM) == (NotSent(TO_CSM, Reason.EXPIRED),)
    assert isinstance(reach(two_days_late, TO_CONTACT)[0], Planned)
