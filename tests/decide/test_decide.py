"""From a match to a decision."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from firstwin.decide.decide import decide
from firstwin.decide.value import Decision, History, Hold, Nudge, Person, Policy, Reason, Skip, Subject
from firstwin.match.value import Match
from firstwin.rules.terms import Action, Again, Alert, Email, Recipient, Record, Webhook
from tests.decide.cases import ACME, ANNA, BEN, NOW, TO_CONTACT, TO_CSM, match, rule


def decided(
    found: Match, subject: Subject = ACME, history: History | None = None, policy: Policy | None = None
) -> Decision:
    return decide(found, subject, history or History(), policy or Policy(), NOW)


def test_a_nudge_holds_what_goes_out_and_for_whom() -> None:
    nudge = decided(match(rule(TO_CONTACT, TO_CSM, Record("nudged_once"))))
    assert isinstance(nudge, Nudge)
    assert [(each.channel, each.destination, each.address) for each in nudge.planned] == [
        ("email", "mail", "anna@acme.example"),
        ("alert", "cs-slack", None),
    ]
    assert nudge.records == (Record("nudged_once"),)
    assert (nudge.mode, nudge.account_id, nudge.not_sent) == ("live", "acme", ())


def test_a_rule_in_shadow_decides_the_same_and_says_so() -> None:
    nudge = decided(match(rule(mode="shadow")))
    assert isinstance(nudge, Nudge)
    assert nudge.mode == "shadow"
    assert len(nudge.planned) == 1


def test_a_nudge_that_reaches_nobody_is_a_skip_with_the_first_reason() -> None:
    nobody = ACME._replace(people=(ANNA._replace(suppressed=frozenset({"*"})),), csm=None)
    skip = decided(match(rule(TO_CONTACT, TO_CSM)), nobody)
    assert isinstance(skip, Skip)
    assert (skip.reason, skip.ends_start) == (Reason.SUPPRESSED, False)
    assert "anna" in skip.detail
    assert "CSM" in skip.detail


def test_a_record_is_made_even_when_nobody_can_be_reached() -> None:
    nudge = decided(match(rule(TO_CONTACT, Record("activated"))), ACME._replace(people=()))
    assert isinstance(nudge, Nudge)
    assert nudge.planned == ()
    assert [each.reason for each in nudge.not_sent] == [Reason.NO_ADDRESS]


def test_two_people_with_one_address_get_one_mail() -> None:
    twins = ACME._replace(people=(ANNA, BEN._replace(address="Anna@acme.example")))
    nudge = decided(match(rule(Email("news", Recipient("everyone")))), twins)
    assert isinstance(nudge, Nudge)
    assert [each.person_id for each in nudge.planned] == ["anna"]


def test_two_templates_for_one_place_are_two_messages() -> None:
    nudge = decided(match(rule(Alert("stalled", "ops"), Alert("summary", "ops"))))
    assert isinstance(nudge, Nudge)
    assert len(nudge.planned) == 2


def test_a_pause_holds() -> None:
    hold = decided(match(), policy=Policy(paused=True))
    assert isinstance(hold, Hold)
    assert hold.until == NOW


ADDRESSES = ["anna@a.example", "Anna@A.example", "ben@a.example", "not an address", "", None]
CLASSES = st.frozensets(st.sampled_from(["*", "marketing", "service"]), max_size=2)
people = st.lists(
    st.builds(
        Person,
        id=st.sampled_from(["anna", "ben", "cleo", "dan"]),
        address=st.sampled_from(ADDRESSES),
        role=st.sampled_from([None, "billing"]),
        suppressed=CLASSES,
    ),
    unique_by=lambda person: person.id,
    max_size=4,
).map(tuple)
subjects = st.builds(
    lambda subject, **changes: subject._replace(**changes),
    st.just(ACME),
    people=people,
    exists=st.sampled_from([True, True, True, False]),
    contact=st.sampled_from([None, "anna", "ben", "gone"]),
    csm=st.sampled_from([None, "cs-slack"]),
    properties=st.fixed_dictionaries({"account.billing_email": st.sampled_from(ADDRESSES)}),
)
recipients = st.sampled_from(
    [
        *(Recipient(kind) for kind in ("person", "actor", "contact", "everyone")),
        Recipient("role", "billing"),
        Recipient("address", "account.billing_email"),
    ]
)
actions = st.one_of(
    st.builds(Email, st.sampled_from(["one", "two"]), recipients),
    st.builds(Alert, st.just("stalled"), st.sampled_from(["csm", "ops"])),
    st.builds(Webhook, st.just("hook"), st.just("crm")),
    st.just(Record("activated")),
)
policies = st.builds(
    Policy,
    paused=st.sampled_from([False, False, False, True]),
    suppressed_addresses=st.dictionaries(st.sampled_from(["anna@a.example", "ben@a.example"]), CLASSES),
)


@given(
    steps=st.lists(actions, min_size=1, max_size=4),
    subject=subjects,
    policy=policies,
    message_class=st.sampled_from(["marketing", "service"]),
    late=st.timedeltas(timedelta(0), timedelta(days=5)),
    earlier=st.sampled_from([None, NOW - timedelta(days=9)]),
    gates=st.fixed_dictionaries({"goal": st.booleans(), "unless": st.booleans(), "only_if": st.booleans()}),
)
def test_whatever_is_known_nobody_is_written_to_who_must_not_be(
    steps: list[Action],
    subject: Subject,
    policy: Policy,
    message_class: str,
    late: timedelta,
    earlier: object,
    gates: dict[str, bool],
) -> None:
    found = match(rule(*steps, message_class=message_class), **gates)
    history = History(last_other=earlier)  # type: ignore[arg-type] # a time or None
    decision = decide(found, subject, history, policy, NOW + late)
    if not isinstance(decision, Nudge):
        assert decision.reason
        return
    assert subject.exists
    assert not policy.paused
    assert earlier is None
    assert gates == {"goal": False, "unless": False, "only_if": True}
    assert decision.planned or decision.records
    _only_willing_and_fresh(decision, subject, policy, NOW + late)
    _accounts_for_every_action(decision, steps)


def _only_willing_and_fresh(nudge: Nudge, subject: Subject, policy: Policy, now: object) -> None:
    silent = {
        (person.address or "").lower(): person.suppressed | policy.suppressed_addresses.get("", frozenset())
        for person in subject.people
        if {"*", nudge.match.rule.message_class} & person.suppressed
    }
    silent |= {
        address: classes
        for address, classes in policy.suppressed_addresses.items()
        if {"*", nudge.match.rule.message_class} & classes
    }
    for planned in nudge.planned:
        assert planned.expires_at >= now  # type: ignore[operator] # a moment
        assert (planned.address or "").lower() not in silent or planned.address is None
        assert (planned.address is None) == (planned.channel != "email")
    places = [(each.channel, (each.address or "").lower(), each.destination, each.action) for each in nudge.planned]
    assert len(places) == len(set(places))


def _accounts_for_every_action(nudge: Nudge, steps: list[Action]) -> None:
    told = {each.action for each in nudge.planned} | {each.action for each in nudge.not_sent} | set(nudge.records)
    same_template_and_place = {(type(a), getattr(a, "template", a)) for a in told}
    assert {(type(a), getattr(a, "template", a)) for a in steps} == same_template_and_place


def test_again_after_a_while_lets_the_next_start_through() -> None:
    of = rule(again=Again("after", timedelta(days=30)))
    recent = History(last_other=NOW - timedelta(days=29))
    old = History(last_other=NOW - timedelta(days=31))
    assert isinstance(decided(match(of), history=recent), Skip)
    assert isinstance(decided(match(of), history=old), Nudge)
