from pathlib import Path

import pytest
from sqlalchemy import Engine, insert

from firstwin.app import App
from firstwin.db import tables as t
from firstwin.db.engine import look, write
from firstwin.decide.value import Reason
from firstwin.messages.message import AlertCard, Mail, Payload
from firstwin.settings import Settings
from firstwin.tools.explain.explain import question_about
from firstwin.tools.preview.answer import Preview
from firstwin.tools.preview.page import body_text, page
from firstwin.tools.preview.preview import preview
from firstwin.tools.whom import Several, whom
from tests.tick.bench_of_rules import DAY, HOUR, T0, World
from tests.tools.explain.given import PROJECT, a_person, rows, rules

SERIES = """\
about: account
when: signed_up
steps:
  hello: {then: {email: hello, to: contact}}
  tell: {after: 2 days, then: [{alert: look, to: csm}, {webhook: post, to: crm}, {record: told}]}
again: never
"""
FILES = {
    "firstwin.yaml": PROJECT.decode().replace("crm}", "cs}").replace(
        "senders:", 'senders:\n  cs: {type: inbox, url: "http://127.0.0.1:1/messages"}'
    ),
    "rules/series.yaml": SERIES,
    "templates/layouts/mail.html": "<html><body>{% block content %}{% endblock %}<p>{{ unsubscribe_link }}</p></body></html>",
    "templates/mail/hello.md": "---\nsubject: Hello {{ person | first_name }}\n---\nYour plan is {{ account.plan }}, from {{ start.source }}.\n",
    "templates/alert/look.md": "---\ntitle: Look at {{ account.id }}\nnext_step: Call them.\n---\nNo login.\n",
    "templates/webhook/post.json": '{"type": "account.nudged", "data": {"id": "{{ account.id }}", "plan": "{{ account.plan }}"}}',
}  # fmt: skip
SECRET = "a secret of thirty-two characters"


@pytest.fixture
def app(engine: Engine, tmp_path: Path) -> App:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    settings = Settings(_env_file=None, project=tmp_path, secret=SECRET, public_url="https://nudges.example.com")
    return App(settings, engine)


@pytest.fixture
def world(engine: Engine) -> World:
    world = World(engine, rules(series=SERIES))
    world.account("acme")
    a_person(world, "ada", email="ada@acme.example")
    world.fact("firstwin.account.plan", -DAY, props={"value": "pro"})
    return world


def shown(app: App, step: str | None = None) -> Preview:
    wired = app.wired()
    (rule,) = wired.env.rules
    with look(app.engine) as connection:
        who = whom(connection, rule, "acme", None, T0)
        assert not isinstance(who, Several)
        question = question_about(connection, wired.env, wired.project, rule, who, "live", None)
        return preview(question, wired.desk("live"), who, step)


def test_every_step_and_every_message_is_made_of_the_real_start(app: App, world: World) -> None:
    world.fact("signed_up", HOUR, person_id="ada", props={"source": "the fair"})
    world.tick(2 * HOUR)
    found = shown(app)
    assert (found.start, found.started_at, found.is_whole) == ("taken", T0 + HOUR, True)
    mail, alert, post = found.messages
    assert isinstance(mail.message, Mail)
    assert (mail.message.subject, mail.message.to) == ("Hello Ada", "ada@acme.example")
    assert "pro, from the fair" in mail.message.text
    assert "https://nudges.example.com/u/0." in mail.message.text
    assert isinstance(alert.message, AlertCard)
    assert (alert.message.title, alert.to) == ("Look at acme", "cs")
    assert isinstance(post.message, Payload)
    assert post.message.data == {"id": "acme", "plan": "pro"}
    assert [one.step for one in found.messages] == ["hello", "tell", "tell"]
    assert [note for note in found.notes if "told" in note]


def test_one_step_can_be_asked_for(app: App, world: World) -> None:
    world.fact("signed_up", HOUR)
    assert [one.step for one in shown(app, "tell").messages] == ["tell", "tell"]


def test_without_a_start_the_newest_event_stands_in(app: App, world: World) -> None:
    for at, source in ((-5 * DAY, "old"), (-4 * DAY, "new")):
        world.fact("signed_up", at, props={"source": source})
    found = shown(app)
    assert (found.start, found.started_at) == ("found", T0 - 4 * DAY)
    assert "from new" in body_text(found.messages[0])
    assert "No tick took a start" in found.notes[0]


def test_without_any_event_what_was_made_up_is_said_and_what_is_missing_is_seen(app: App, world: World) -> None:
    assert world.rules[0].id == "series"
    found = shown(app)
    assert found.start == "made up"
    assert "made up" in found.notes[0]
    assert (found.messages[0].missing, found.is_whole) == (("start.source",), False)
    assert "from ⟦start.source is missing⟧" in body_text(found.messages[0])


def test_a_template_that_breaks_is_told_with_its_line(app: App, world: World) -> None:
    path = app.settings.project / "templates/mail/hello.md"
    path.write_text("---\nsubject: Hello\n---\n{{ account.plan | round }}\n")
    world.fact("signed_up", HOUR)
    mail = shown(app).messages[0]
    assert mail.message is None
    assert "hello.md:4" in mail.error


def test_a_receiver_who_cannot_be_written_to_is_told_and_the_mail_is_shown(app: App, world: World) -> None:
    world.fact("signed_up", HOUR, props={"source": "the fair"})
    with write(app.engine) as connection:
        connection.execute(
            insert(t.suppression).values(
                {"person_id": "ada", "class": "*", "reason": "by_hand", "since": T0, "who": "me"}
            )
        )
    mail = shown(app).messages[0]
    assert isinstance(mail.message, Mail)
    assert "wants no such mail" in mail.would_not[0]


def test_where_nobody_is_there_that_is_told(app: App, engine: Engine) -> None:
    world = World(engine, rules(series=SERIES))
    world.account("acme")
    world.fact("signed_up", HOUR)
    mail = shown(app).messages[0]
    assert mail.to == "nobody"
    assert Reason.NO_ADDRESS not in mail.would_not
    assert "nobody to send it to" in mail.would_not[0]


def test_without_a_way_out_the_mail_is_shown_and_that_is_told(app: App, world: World, tmp_path: Path) -> None:
    world.fact("signed_up", HOUR, props={"source": "the fair"})
    settings = Settings(_env_file=None, project=tmp_path)
    mail = shown(App(settings, app.engine)).messages[0]
    assert mail.message is not None
    assert "FIRSTWIN_SECRET" in mail.would_not[0]


def test_a_staging_system_shows_where_its_messages_go(app: App, world: World) -> None:
    world.fact("signed_up", HOUR, props={"source": "the fair"})
    file = app.settings.project / "firstwin.yaml"
    file.write_text(file.read_text() + "redirect_to: {email: qa@acme.example}\n")
    mail, alert, _ = shown(app).messages
    assert isinstance(mail.message, Mail)
    assert (mail.to, mail.message.subject) == ("qa@acme.example", "[for ada@acme.example] Hello Ada")
    assert "redirect_to" in alert.would_not[0]


def test_nothing_is_written(app: App, world: World) -> None:
    world.fact("signed_up", HOUR)
    before = {table.name: rows(app.engine, table) for table in t.metadata.sorted_tables}
    shown(app)
    assert {table.name: rows(app.engine, table) for table in t.metadata.sorted_tables} == before


def test_the_page_shows_each_message_and_nothing_in_it_can_act(app: App, world: World) -> None:
    world.fact("firstwin.account.plan", HOUR, props={"value": '</iframe><script>alert("1")</script>'})
    world.fact("signed_up", HOUR, props={"source": '"><img src=x onerror=alert(1)>'})
    text = page(shown(app))
    assert "<script" not in text
    assert "<img" not in text
    assert text.count("<iframe sandbox title") == 1
    for part in ("Look at acme", "account.nudged", "ada@acme.example", "Hello Ada"):
        assert part in text
