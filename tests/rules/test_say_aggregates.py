"""Counts of people and days, totals, lists, what is open and what is the latest, in words."""

from __future__ import annotations

import pytest

from firstwin.rules.say import say_term
from tests.rules.given import condition

SAID = {
    "{people_who_did: report_sent, at_least: 3, in_last: 7 days}": "report sent by at least 3 different people in the last 7 days",
    "{people_who_did: report_sent, at_least: 50%, of: account.seats, in_last: 7 days}": "report sent by people whose number is at least 50% of account.seats in the last 7 days",
    "{people_who_did: [report_sent, report_shared], at_most: 1, in_last: 7 days, where: {kind: weekly}}": "report sent or report shared (where kind is “weekly”) by at most 1 person in the last 7 days and created at least 7 days ago",
    "{people_who_did: report_sent, at_least: 20%, at_most: 50%, of: account.seats, since: ever}": "report sent by people whose number is 20% to 50% of account.seats at any time so far",
    "{people_who_did: report_sent, exactly: 1, since: ever, same: report_id}": "report sent for the same report_id by exactly 1 person at any time so far",
    "{days_with: crm_login_failed, at_least: 4, in_last: 5 days}": "crm login failed on at least 4 different days of its own time zone in the last 5 days",
    "{days_with: login, at_most: 1, this: week}": "login on at most 1 day of its own time zone this week and created before this week began",
    "{days_with: login, at_least: 2, at_most: 3, since: start}": "login on 2 to 3 different days of its own time zone since the start",
    "{total: invoice_paid.amount, at_least: 1000, in_last: 30 days}": "the total amount of invoice paid in the last 30 days is at least 1,000",
    "{total: units_used.units, at_least: 90%, of: account.quota, this: month}": "the total units of units used this month is at least 90% of account.quota",
    "{total: order.paid.sum, at_most: 0.5, between: [14 days ago, 7 days ago], where: {plan: pro}}": "the total sum of “order.paid” (where plan is “pro”) between 14 days ago and 7 days ago is at most 0.5 and created at least 14 days ago",
    "{done: [profile_set, data_connected, went_live], at_least: 1, at_most: 2}": "1 to 2 of these 3 at any time so far (profile set; data connected; went live)",
    "{done: [profile_set, activated], exactly: 1}": "exactly 1 of these 2 at any time so far (profile set; reached “activated”)",
    "{open: ticket_opened, closed_by: ticket_resolved, per: ticket_id}": "ticket opened and not ticket resolved since then, for at least 1 ticket_id",
    "{open: [ticket_opened, ticket_reopened], closed_by: ticket_resolved, per: ticket_id, at_least: 3}": "ticket opened or ticket reopened and not ticket resolved since then, for at least 3 different ticket_id",
    "{open: ticket_opened, closed_by: ticket_resolved, per: ticket_id, where: {kind: bug}, in_last: 90 days}": "ticket opened (where kind is “bug”) in the last 90 days and not ticket resolved since then, for at least 1 ticket_id",
    "{open: ticket_opened, closed_by: ticket_resolved, per: ticket_id, at_most: 2}": "ticket opened and not ticket resolved since then, for at most 2 different ticket_id",
    "{latest: plan_chosen, where: {plan: pro}}": "the latest plan chosen of all so far is one where plan is “pro”",
    "{latest: survey_answered, where: {score: {at_most: 7}}}": "the latest survey answered of all so far is one where score is at most 7",
}  # fmt: skip


@pytest.mark.parametrize("written", SAID)
def test_a_condition_is_said(written: str) -> None:
    assert say_term(condition(written)) == SAID[written]


def test_labels_say_how_events_read() -> None:
    labels = {"data_connected": "connected your data", "activated": "had the first win"}

    listed = say_term(condition("{done: [data_connected, activated], at_least: 1}"), labels)
    assert listed == "at least 1 of these 2 at any time so far (connected your data; had the first win)"
    counted = say_term(condition("{days_with: data_connected, at_least: 2, since: ever}"), labels)
    assert counted == "connected your data on at least 2 different days of its own time zone at any time so far"


def test_in_a_rule_about_a_person_whose_days_they_are_is_said() -> None:
    found = condition("{days_with: login, at_least: 2, since: ever, by: anyone}", about="person", then="{record: m}")

    assert (
        say_term(found)
        == "login by anyone in the account on at least 2 different days of its own time zone at any time so far"
    )
