"""An alert as a mail says all that the alert says."""

from __future__ import annotations

from firstwin.messages.message import AlertCard
from firstwin.senders.plain_mail import as_mail

CARD = AlertCard(
    key="k",
    title="Acme\nhas stalled",
    body="No report <b>yet</b>.",
    why="mrr is 5,000",
    since="Tuesday",
    next_step="Call Anna.",
    fields=(("Plan", "pro"), ("Seats", "12")),
    link="https://app.example.com/a1",
    possible_repeat=True,
)


def test_all_of_the_alert_is_in_the_mail() -> None:
    mail = as_mail(CARD, "team@acme.io")
    assert (mail.key, mail.to, mail.subject) == ("k", "team@acme.io", "Acme has stalled")
    for text in ("mrr is 5,000", "Tuesday", "Call Anna.", "Plan: pro", "Seats: 12", CARD.link, "Possibly a repeat"):
        assert text in mail.text
        assert text in mail.html


def test_the_html_part_shows_the_text_and_obeys_nothing_in_it() -> None:
    assert "&lt;b&gt;yet&lt;/b&gt;" in as_mail(CARD, "team@acme.io").html


def test_what_an_alert_does_not_say_leaves_no_empty_label() -> None:
    bare = AlertCard(key="k", title="T", body="", why="", since="", next_step="")
    assert as_mail(bare, "team@acme.io").text == "T\n"
