from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import Engine

from firstwin.db.engine import clock, write
from firstwin.facts.ingest import ingest
from firstwin.facts.segment import Message, parse
from firstwin.rules.problems import Problem
from firstwin.tools.against_data import against_data
from firstwin.tools.check import check
from tests.cli.given import make_project

Told = Callable[..., list[str]]
PLANS = ["pro", "pro", "starter", None]  # one account has none


def group(number: int, **traits: Any) -> dict[str, Any]:
    return {"type": "group", "userId": f"p{number}", "groupId": f"a{number}", "traits": traits}


def track(number: int, event: str, **properties: Any) -> dict[str, Any]:
    return {"type": "track", "userId": f"p{number}", "event": event, "properties": properties}


ACCOUNTS = [
    group(number, seats=str(number), year=2020 + number, **({"plan": plan} if plan else {}))
    for number, plan in enumerate(PLANS)
]
EVENTS = [track(0, "signed_up", source="ads"), track(1, "signed_up", source="friend"), track(1, "logged_in")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_project(tmp_path)


@pytest.fixture
def told(engine: Engine, folder: Path) -> Told:
    """What `check` says of the first rule, with another condition in it, once the messages have come in."""

    def told(
        gate: str = "unless: logged_in", *, when: str = "signed_up", messages: Any = (*ACCOUNTS, *EVENTS)
    ) -> list[str]:
        arrive(engine, messages)
        rule = folder / "rules/first-login.yaml"
        text = rule.read_text().replace("feed: sparse\n", "")
        rule.write_text(text.replace("unless: logged_in", gate).replace("when: signed_up", f"when: {when}"))
        found = against_data(engine.url.render_as_string(hide_password=False), check(folder, {}))
        return [str(problem).removeprefix("rules/first-login.yaml:") for problem in found]

    return told


def arrive(engine: Engine, messages: Any) -> None:
    lines = [
        orjson.dumps({"messageId": f"m{number}", "timestamp": "2026-03-02T12:00:00Z", **message})
        for number, message in enumerate(messages)
    ]
    found = [parse(line, None) for line in lines]
    with write(engine) as connection:
        ingest(connection, [one for one in found if isinstance(one, Message)], received_at=clock(connection))


def test_what_has_come_in_as_the_files_say_is_not_spoken_of(told: Told) -> None:
    assert told("only_if: {account.plan: [pro, starter]}") == []


def test_before_anything_has_come_nothing_is_missing(told: Told) -> None:
    assert told("only_if: {account.plann: Pro}", messages=()) == []


def test_without_tables_there_is_nothing_to_compare_with(folder: Path) -> None:
    checked = check(folder, {})
    assert against_data(f"sqlite:///{folder}/none.db", checked) == list(checked.problems)
    told = Problem("rules/x.yaml", 1, 1, "Only until something comes in.")
    assert against_data(f"sqlite:///{folder}/none.db", checked, [told]) == [*checked.problems, told]
    assert not (folder / "none.db").exists()


def test_an_event_that_never_came_is_told_once_with_all_who_ask_for_it(told: Told, folder: Path) -> None:
    text = (folder / "rules/first-login.yaml").read_text().replace("feed: sparse\n", "")
    (folder / "rules/second.yaml").write_text(text.replace("24", "48"))
    holds = "1:1 warning: The rule holds its nudges until `logged_in` comes in for the first time. If that is rare, and its silence means nothing, write `feed: sparse`."
    assert told(messages=(*ACCOUNTS, track(0, "signed_up"), track(0, "login"))) == [
        holds,
        "4:9 warning: No event `logged_in` has ever come in (rules/second.yaml asks for it too). Did you mean `login`?",
        f"rules/second.yaml:{holds}",
    ]


def test_a_property_that_nobody_has(told: Told) -> None:
    assert told("only_if: {account.plann: pro}") == [
        "4:11 warning: No account has ever had `account.plann`. Did you mean `account.plan`?"
    ]


def test_is_not_says_how_many_it_leaves_out(told: Told) -> None:
    assert told("only_if: {account.plan: {is_not: free}}") == [
        "4:11 warning: 1 of 4 accounts (25%) have no `account.plan`, and `is_not` leaves them out. If they are meant too, write `none: [{account.plan: free}]`."
    ]


@pytest.mark.parametrize(
    ("condition", "warning"),
    [
        ("account.plan: Pro", "`account.plan` has never been `Pro`. Did you mean `pro`?"),
        (
            "account.plan: {is_not: Pro}",
            "`account.plan` has never been `Pro`, so this leaves nobody out. Did you mean `pro`?",
        ),
        ("account.plan: gold", "`account.plan` has never been `gold`. It is `pro` or `starter`."),
        (
            'account.year: "2021"',
            "`account.year` holds numbers only, and `2021` in quotes is a text: this is never true. Write `2021` without quotes.",
        ),
        (
            "account.seats: 1",
            '`account.seats` holds texts only, and 1 is a number: this is never true. Write "1" in quotes.',
        ),
        (
            "account.seats: {at_least: 1}",
            "`account.seats` holds texts only, so it is never more or less than a number. Have it sent as a number.",
        ),
    ],
)
def test_a_value_that_never_was(told: Told, condition: str, warning: str) -> None:
    assert told(f"only_if: {{{condition}}}") == [f"4:11 warning: {warning}"]


@pytest.mark.parametrize(
    ("where", "warning"),
    [
        ("{source: Ads}", "`source` has never been `Ads`. Did you mean `ads`?"),
        ("{origin: ads}", "The newest 2 `signed_up` have no `origin`. Is it sent under another name, or not yet?"),
    ],
)
def test_a_property_of_an_event(told: Told, where: str, warning: str) -> None:
    (told_,) = told(when=f"{{event: signed_up, where: {where}}}")
    assert told_.partition(" ")[2] == f"warning: {warning}"


def test_a_value_that_a_message_needs_is_told_with_those_who_lack_it(told: Told, folder: Path) -> None:
    mail = folder / "templates/mail/first-login.md"
    mail.write_text(mail.read_text() + "Your plan: {{ account.plan }}, your seats: {{ account.seats }}.\n")
    assert told() == [
        'templates/mail/first-login.md:5:15 warning: “account.plan” is missing for 1 of 4 accounts (25%): this message is not sent to them. Give a word for that case: {{ account.plan | default("…") }}.'
    ]
