"""The demo's project: the shipped rules and templates, with every message going to the local inbox."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from firstwin.demo.inbox import Inbox
from firstwin.tools.new_project import new_project

CSMS = ("anna", "ben", "carla")
# A day passes in a second or less, so what is a generous time to be late in is generous here too.
FILE = """\
name: Acme Reports
link: https://app.example.com
account_link: https://app.example.com/accounts/{{account_id}}
postal_address: Acme Reports Ltd, 1 Example Street, Springfield
zone: UTC
mail: {{sender: mail, from: "Acme Reports <hello@acme.example>", reply_to: help@acme.example}}
senders:
  mail: {{type: smtp, host: 127.0.0.1, port: {smtp_port}, security: none}}
{csms}
csm:
  fallback: {fallback}
  by_name: {{{by_name}}}
expires_after: {{email: 7 days, alert: 7 days, webhook: 7 days}}
grace: 7 days
tick_every: {hours} hours
classes: {{marketing: Tips and offers, service: About your account}}
labels:
  signed_up: signed up
  logged_in: logged in
  setup_started: began to set up
  setup_completed: finished the setup
  data_connected: connected their data
  report_sent: sent a report
  teammate_invited: invited a teammate
  dashboard_created: built a dashboard
  onboarding_completed: finished the onboarding
  integration_fixed: fixed the integration
"""


def write_project(folder: Path, inbox: Inbox, tick_every: timedelta) -> None:
    """Everything in ``folder`` that Firstwin needs."""
    csms = "\n".join(
        f"  csm-{name}: {{type: slack, url: {inbox.url}/slack/csm-{name}, allow_private: true}}" for name in CSMS
    )
    text = FILE.format(
        smtp_port=inbox.smtp_port,
        csms=csms,
        fallback=f"csm-{CSMS[0]}",
        by_name=", ".join(f"{name}: csm-{name}" for name in CSMS),
        hours=max(1, round(tick_every / timedelta(hours=1))),
    )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "firstwin.yaml").write_text(text, encoding="utf-8")
    new_project(folder)
