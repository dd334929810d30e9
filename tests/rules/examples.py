"""Rules as they stand in the description of the language, those whose words are there already."""

from __future__ import annotations

NO_LOGIN = """\
about: account
when: signed_up
after: 24 hours
unless: logged_in                 # since the start, up to the moment of sending
only_if: {none: [{account.plan: internal}]}     # an account without a plan passes
then: {email: first-login, to: contact}
again: never
"""
HIGH_VALUE = """\
about: account
when: signed_up
after: 48 hours
unless: activated                 # a milestone: ever
only_if: {account.mrr: {at_least: 1000}}
then: {alert: high-value-not-activated, to: csm}
again: never
"""
WELCOME = """\
about: account                    # a welcome series: steps share one start and one way out
when: signed_up
until: activated
steps:
  welcome:                        # no wait: at once
    then: {email: welcome, to: actor}
  connect:
    after: 2 days
    unless: data_connected
    then: {email: connect-data, to: actor}
  still-us:
    after: 14 days
    unless: logged_in
    then: {email: offer-help, to: contact}
again: never
"""
TRIAL = """\
about: account
when: {date: account.trial_ends_at}
until: {account.billing_state: paid}
steps:
  week:
    before: 7 days
    then: {email: trial-week, to: {role: owner}}
  ended:                          # no wait: on the date itself
    then: {email: trial-over, to: {role: owner}}
again: every time                 # a moved date is a new start; the old date's messages are dropped
"""
INVOICE = """\
about: account
when: {event: invoice_payment_failed, per: invoice_id}
until: {did: invoice_paid, same: invoice_id, since: start}
steps:
  now:
    then: {email: payment-failed, to: {role: billing}}
  remind:
    after: 3 days
    then: {email: payment-reminder, to: {role: billing}}
again: never                      # for the same invoice_id, because the start says per
"""
ACTIVATED = """\
about: account
when:
  becomes:
    all:
      - did: data_connected
        since: ever
      - did: report_sent
        at_least: 3
        since: ever
then: {record: activated}
again: never
"""
DEADLINE = """\
about: account
when: data_connected
after: 48 hours
only_if: {did_not: report_sent, within: 48 hours}
then: {alert: no-report, to: csm}
again: {after: 30 days}
"""
STATE = """\
about: account
when:
  becomes:
    all:
      - did: login
        at_most: 1
        in_last: 14 days
      - account.plan: {is_not: free}
after: 2 days                     # of the state lasting without a break
then: {alert: quiet, to: csm}
again: {after: 30 days}
"""
USAGE = """\
about: account
when:
  becomes:
    all:
      - usage_of: report_sent
        in_last: 7 days
        is_down: 50%
        versus_previous: 4 weeks
        from_at_least: 10
      - account.plan: {is_not: free}
after: 2 days
then: {alert: usage-halved, to: csm}
when_over: {alert: usage-recovered, to: csm}
again: {after: 30 days}
"""
CLOCK = """\
about: account
when: {every: monday, at: 09:00, zone: csm}
only_if: {segment: at-risk}
then: {digest: at-risk-list, to: csm, order_by: account.mrr, top: 10}
again: every time
"""
