"""The shipped templates: whole with much data and with next to none, and read as they are meant to."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from firstwin.messages.check import Use, check_templates
from firstwin.messages.message import AlertCard, Mail, Payload
from firstwin.messages.templates import Channel, Templates
from tests.messages.examples import SHIPPED, Project, minimal, rich

MANUAL = Path(__file__).parents[2] / "docs" / "templates.md"
TEMPLATES = Templates(SHIPPED, Project())
CHANNELS: tuple[Channel, ...] = ("email", "alert", "webhook")
MAILS = TEMPLATES.names("email")


def mail(name: str, context: dict[str, object]) -> Mail:
    message = TEMPLATES.render("email", name, context, key="k", to="lena@northwind.example")
    assert isinstance(message, Mail)
    return message


def card(name: str, context: dict[str, object]) -> AlertCard:
    message = TEMPLATES.render("alert", name, context, key="k")
    assert isinstance(message, AlertCard)
    return message


def test_all_that_were_promised_are_there() -> None:
    assert set(MAILS) == {
        "welcome", "connect-data", "still-us", "first-login", "setup-stalled", "integration-failed", "invite-teammates",
        "offer-help", "first-report", "win-back", "try-key-feature", "come-back",
    }  # fmt: skip
    assert set(TEMPLATES.names("alert")) == {"high-value-not-activated", "high-value-no-report", "integration-failed"}
    assert TEMPLATES.names("webhook") == ()


def test_check_finds_nothing_wrong_with_them() -> None:
    uses = [
        Use("r", channel, name, "service" if name == "integration-failed" else "marketing")
        for channel in CHANNELS
        for name in TEMPLATES.names(channel)
    ]
    assert check_templates(TEMPLATES, uses) == ()


@pytest.mark.parametrize(
    "context", [rich(), minimal(), minimal(person=None, contact=None)], ids=["much", "little", "nobody"]
)
@pytest.mark.parametrize("name", MAILS)
def test_a_mail_is_whole_whatever_is_known(name: str, context: dict[str, object]) -> None:
    made = mail(name, context)
    assert 10 <= len(made.subject) <= 80
    assert 20 <= len(made.preheader) <= 110
    for text in (made.subject, made.preheader, made.text):
        assert not re.search(
            r"[{}]|None|zq|  +\S| [,.]|\(\)|undefined", re.sub(r"^ +", "", text, flags=re.MULTILINE)
        ), text
    assert len(made.html) < 20_000
    assert made.text.count("\n\n\n") == 0


@pytest.mark.parametrize("name", MAILS)
def test_a_mail_asks_for_one_thing(name: str) -> None:
    assert mail(name, rich()).html.count('class="button-link"') <= 1


@pytest.mark.parametrize("name", MAILS)
def test_the_text_part_has_every_link_of_the_html_part(name: str) -> None:
    made = mail(name, rich())
    links = {link.replace("&amp;", "&") for link in re.findall(r'href="([^"]*)"', made.html)}
    assert "https://mail.example.com/u/abc?a=1&b=2" in links
    assert all(link in made.text for link in links)


@pytest.mark.parametrize("name", MAILS)
def test_the_foot_of_a_mail_has_the_address_and_the_way_out_only_where_there_are_some(name: str) -> None:
    with_both, without = mail(name, rich()), mail(name, minimal())
    assert "Acme, 1 Main Street" in with_both.text
    assert "unsubscribe" in with_both.text
    assert "unsubscribe" not in without.text + without.html


@pytest.mark.parametrize(
    "context", [rich(), minimal(), minimal(contact=None, person=None)], ids=["much", "little", "nobody"]
)
@pytest.mark.parametrize("name", TEMPLATES.names("alert"))
def test_an_alert_is_whole_whatever_is_known(name: str, context: dict[str, object]) -> None:
    made = card(name, context)
    for text in (made.title, made.body, made.next_step, made.link_label, *(value for _, value in made.fields)):
        assert text
        assert not re.search(r"[{}]|None|  | [,.]|\(\)", text), text


def test_how_a_mail_reads() -> None:
    made = mail("setup-stalled", rich())
    assert made.subject == "2 steps to go in your Acme setup"
    assert made.preheader == "What you did so far is saved. Here is what is still open."
    assert (
        made.text
        == """\
Acme

Hi Lena,

You began to set up Acme, and then something else came up. Everything you did is saved.

This is where you stand:

  ✓ Signed up
  ○ Connected your data
  ○ Sent a report

Go on with the setup: https://app.example.com

Is one of these steps in your way? Reply with its name, and we will go through it with you.

The Acme team

Acme, 1 Main Street

You can unsubscribe from these mails (https://mail.example.com/u/abc?a=1&b=2) at any time.
"""
    )


def test_how_a_mail_reads_that_knows_nothing() -> None:
    assert (
        mail("welcome", minimal()).text
        == """\
Acme

Hi there,

Good to have you with us.

Acme gets useful at one particular moment: when you see your own numbers in it instead of our examples. So begin there and leave the rest for later.

One source is enough to start with. Your first report can go out right after that.

Not sure which source to pick? Reply to this mail. A person reads it, and answers.

The Acme team
"""
    )


def test_how_an_alert_reads() -> None:
    assert card("high-value-not-activated", rich()) == AlertCard(
        key="k",
        title="Northwind has not activated",
        body="This account is worth a lot, and it has not come to its first win within two days. The first days decide:"
        " a short personal mail now does more than a campaign later.",
        why="Signed up 48 hours ago, and has not activated.",
        since="18 March 2026, 10:30 CET (2 days ago)",
        next_step="Write to lena@northwind.example today, ask what is in the way, and offer to do the first step together.",
        fields=(
            ("Value a month", "5,000"),
            ("Plan", "pro"),
            ("Signed up", "6 March 2026"),
            ("Contact", "Lena Ortiz"),
            ("Done", "signed up"),
            ("Not yet", "connected your data, sent a report"),
        ),
        link="https://app.example.com/accounts/a1",
        link_label="Open the account",
    )


def test_how_the_manuals_message_to_a_program_reads(tmp_path: Path) -> None:
    (tmp_path / "webhook").mkdir()
    example = re.search(r"```json\n(.+?)```", MANUAL.read_text(), flags=re.DOTALL)
    assert example
    (tmp_path / "webhook" / "nudge.json").write_text(example[1])
    message = Templates(tmp_path, Project()).render("webhook", "nudge", minimal(), key="k")
    assert message == Payload(
        "k",
        "account.nudged",
        {
            "rule": "r",
            "step": "",
            "subject": {"kind": "account", "id": "a1"},
            "account": {"id": "a1", "name": None, "link": None},
            "why": "",
            "since": None,
            "done": [],
            "missing": [],
            "at": "2026-03-20T09:30:00+00:00",
        },
    )
