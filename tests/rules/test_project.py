"""firstwin.yaml."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstwin.rules.project import Project, Sender, parse_project

FULL = """\
name: Acme
zone: Europe/Berlin
link: https://app.example.com
account_link: https://app.example.com/accounts/{account_id}
postal_address: Acme Inc, 1 Example Street
mail: {sender: mail, from: "Acme <hello@example.com>", reply_to: help@example.com}
senders:
  mail: {type: smtp, host: "${SMTP_HOST}", port: 1025}
  cs-team: {type: slack, url: "https://hooks.example/${SECRET}"}
csm: {fallback: cs-team, by_name: {"anna@example.com": cs-team}}
expires_after: {email: 2 days}
grace: 12 hours
tick_every: 5 minutes
daily_cap: 50
redirect_to: {email: staging@example.com, alert: cs-team}
classes: {marketing: Tips, service: Account}
labels: {data_connected: connected your data}
"""
ENVIRONMENT = {"SMTP_HOST": "mail.example.com", "SECRET": "T0P"}


def read(text: str, environment: Mapping[str, str] = ENVIRONMENT) -> Project:
    project, problems = parse_project(text.encode(), environment)
    assert problems == ()
    assert project is not None
    return project


def told(text: str, environment: Mapping[str, str] = ENVIRONMENT) -> list[str]:
    project, problems = parse_project(text.encode(), environment)
    assert project is None
    return [str(problem).removeprefix("firstwin.yaml:") for problem in problems]


def test_everything_that_is_written_is_read() -> None:
    project = read(FULL)

    assert (project.name, project.zone, project.timezone.key) == ("Acme", "Europe/Berlin", "Europe/Berlin")
    assert project.account_link == "https://app.example.com/accounts/{account_id}"
    assert project.mail is not None
    assert (project.mail.sender, project.mail.from_, project.mail.reply_to) == (
        "mail",
        "Acme <hello@example.com>",
        "help@example.com",
    )
    assert project.senders["mail"] == Sender(type="smtp", settings={"host": "mail.example.com", "port": 1025})
    assert (project.csm.fallback, project.csm.by_name) == ("cs-team", {"anna@example.com": "cs-team"})
    assert project.expires_after.email == timedelta(days=2)
    assert (project.grace, project.tick_every) == (timedelta(hours=12), timedelta(minutes=5))
    assert project.daily_cap == 50
    assert project.redirect_to is not None
    assert (project.redirect_to.email, project.redirect_to.webhook) == ("staging@example.com", None)
    assert project.labels == {"data_connected": "connected your data"}
    assert project.classes == {"marketing": "Tips", "service": "Account"}


def test_a_name_is_enough_and_the_rest_has_its_default() -> None:
    project = read("name: Acme\n")

    assert project == Project(name="Acme")
    assert (project.zone, project.daily_cap, project.redirect_to, project.mail) == ("UTC", 1000, None, None)
    assert (project.grace, project.tick_every) == (timedelta(hours=24), timedelta(minutes=1))
    assert (project.expires_after.email, project.expires_after.alert) == (timedelta(days=3), timedelta(days=1))


def test_a_key_without_a_value_is_left_out() -> None:
    assert read("name: Acme\nredirect_to: null\ncsm:\n  fallback:\nlabels:\n") == Project(name="Acme")


def test_a_missing_variable_is_named_at_its_place_and_all_are_told() -> None:
    assert told(FULL, {}) == [
        "8:28 The environment variable `SMTP_HOST` is not set. Set it, for example in a file `.env` beside firstwin.yaml: `SMTP_HOST=…`.",
        "9:31 The environment variable `SECRET` is not set. Set it, for example in a file `.env` beside firstwin.yaml: `SECRET=…`.",
    ]


def test_an_empty_variable_is_missing() -> None:
    assert "`SECRET` is not set" in told(FULL, {**ENVIRONMENT, "SECRET": ""})[0]


@pytest.mark.parametrize("written", ["$NAME", "${NAME", "${A-B}", "${}"])
def test_what_only_looks_like_a_placeholder_is_told(written: str) -> None:
    (problem,) = told(f'name: "{written}"\n')

    assert "is not a placeholder. Write `${NAME}`" in problem


def test_a_price_is_no_placeholder() -> None:
    assert read("name: Costs $5 or US$\n").name == "Costs $5 or US$"


def test_a_value_from_the_environment_may_be_a_number() -> None:
    assert read('name: Acme\ndaily_cap: "${CAP}"\n', {"CAP": "7"}).daily_cap == 7


@pytest.mark.parametrize("place", ["zone: ${S}", "daily_cap: ${S}", "mail: {sender: '${S}'}", "grace: ${S}", "account_link: ${S}",
                                   "csm: {fallback: '${S}'}", "senders: {mail: '${S}'}", "redirect_to: {alert: '${S}'}"])  # fmt: skip
def test_no_problem_shows_what_came_from_the_environment(place: str) -> None:
    problems = told(f"name: Acme\n{place}\n", {"S": "S3CRET value"})

    assert problems
    assert not any("s3cret" in problem.lower() for problem in problems)


def test_a_senders_settings_are_not_in_its_repr() -> None:
    assert "T0P" not in repr(read(FULL))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("zone: UTC\n", "1:1 `name:` is missing. Write the name of your product, as customers know it."),
        ("name: A\nzone: Berlin\n", "2:7 `Berlin` is not a time zone. Did you mean `Europe/Berlin`?"),
        ("name: A\nzones: UTC\n", "2:1 firstwin.yaml has no `zones`. Did you mean `zone`?"),
        ("name: A\ngrace: 24\n", "2:8 `24` of what? Write `24 minutes`, `24 hours` or `24 days`."),
        ("name: A\nmail: {sender: post}\n", "2:16 No sender is called `post`. Declare it: `senders: {post: {type: …}}`."),
        ("name: A\nsenders: {post: {host: x}}\n", "2:17 `type:` is missing. Write what kind it is: `type: smtp`, `slack` or `webhook`."),
        ("name: A\nsenders: {cs: {type: slack}}\ncsm: {fallback: cs-team}\n", "3:17 No sender is called `cs-team`. Declare it: `senders: {cs-team: {type: …}}`."),
        ("name: A\ndaily_cap: many\n", "2:12 `many` is not a number of messages. Write it like `1000`."),
        ("name: A\ncaps: {person: 3}\n", "2:16 A cap needs more than one value. Write `{at_most: 3, in_last: 7 days}`."),
        ("name: A\ncaps: {person: {at_most: 0, in_last: 7 days}}\n", "2:26 `0` is not a number of messages. Write it like `at_most: 3`."),
        ("name: A\ncaps: {person: {at_most: 3}}\n", "2:16 `in_last:` is missing. Write in how long: `in_last: 7 days`."),
        ("name: A\ncaps: {person: {at_most: 3, in_last: 7}}\n", "2:38 `7` of what? Write `7 minutes`, `7 hours` or `7 days`."),
        ("name: A\ncaps: {company: {at_most: 3, in_last: 7 days}}\n", "2:8 `caps` has no `company`. Did you mean `account`?"),
        ("name: A\ncaps: {account: {at_most: 3, per: 7 days}}\n", "2:30 A cap has no `per`. Did you mean `in_last`?"),
        ("name: A\ncaps: {csm: {at_most: 9, in_last: 1 day}}\n", "2:8 No alert goes to a CSM, as `csm:` names none. Say where their alerts go: `csm: {fallback: …, by_name: {anna: …}}`."),
        ("name: A\ncaps: {alerts: {at_most: 9, in_last: 1 day}}\n", "2:8 `caps` has no `alerts`. Did you mean `csm`?"),
        ("name: A\nquiet_hours: {from: 20:00}\n", "2:14 `until:` is missing. Write when it begins: `until: 08:00`."),
        ("name: A\nquiet_hours: {from: 20:00, until: 8am}\n", "2:35 `8am` is not a time of day. Write `08:00`."),
        ("name: A\nquiet_hours: {from: 08:00, until: 08:00}\n", "2:35 These hours begin when they end, so that no mail would ever go out, or all of them. Write another time: `until: 08:00`."),
        ("name: A\nquiet_hours: {until: 08:00}\n", "2:14 `from:` is missing. Write when the day ends: `from: 20:00`."),
        ("name: A\nquiet_hours: {from: 20:00, end: 08:00}\n", "2:28 `quiet_hours` has no `end`. Did you mean `until`?"),
        ("name: A\nquiet_hours: {from: 20:00, until: 08:00, weekends: often}\n", "2:52 `often` is neither true nor false. Write `true` or `false`."),
        ("name: A\nquiet_hours: 20:00-08:00\n", "2:14 `quiet_hours` needs more than one value. Write `quiet_hours: {from: 20:00, until: 08:00}`."),
        ("name: A\naccount_link: https://x.example/{id}\n", "2:15 Only `{account_id}` is filled in here. Write `https://app.example.com/accounts/{account_id}`."),
        ("name: A\naccount_link: app.example.com\n", "2:15 `app.example.com` is not a link. Write it like `https://app.example.com/accounts/{account_id}`."),
        ("- a\n", "1:1 firstwin.yaml needs more than one value. It begins with `name:`, then `senders:` and the rest, each in a line of its own."),
        ("name: A\ncsm: {zones: {ana: Europe/Berlin}}\n", "2:15 `by_name` has no CSM called `ana`. Name who it is: `by_name: {ana: …}`."),
        ("name: A\nsenders: {s: {type: slack}}\ncsm: {by_name: {anna: s}, zones: {ana: Europe/Berlin}}\n", "3:35 `by_name` has no CSM called `ana`. Did you mean `anna`?"),
        ("name: A\nsenders: {s: {type: slack}}\ncsm: {by_name: {anna: s}, zones: {anna: Europe/Berln}}\n", "3:41 `Europe/Berln` is not a time zone. Did you mean `Europe/Berlin`?"),
        ("name: A\ncsm: x\n", "2:6 `csm` needs more than one value. The words here are `fallback`, `by_name` and `zones`."),
        ("name: A\nlabels: 5\n", "2:9 `5` is not a set of `name: value` pairs. Write `{name: value}`."),
        ("name: 5\n", "1:7 `5` is not a text. Write a text; put a number in quotes."),
    ],
)  # fmt: skip
def test_a_mistake_is_told(text: str, problem: str) -> None:
    assert told(text) == [problem]


def test_all_mistakes_are_told_at_once() -> None:
    problems = told("nme: A\nzone: Mars\ngrace: 5\nsenders: {a: {}}\n")

    assert [problem.split(" ")[0] for problem in problems] == ["1:1", "2:7", "3:8", "4:14"]


@given(st.binary(max_size=200))
def test_whatever_bytes_come_in_nothing_is_raised(content: bytes) -> None:
    project, problems = parse_project(content, {})

    assert project is not None or problems


@pytest.mark.slow
@given(st.dictionaries(st.sampled_from(["name", "zone", "mail", "senders", "csm", "grace", "labels", "redirect_to", "daily_cap"]),
                       st.recursive(st.sampled_from(["a", 5, None, True, "${X}", "UTC"]),
                                    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["type", "a", "sender", "fallback", "email"]), inner, max_size=3),
                                    max_leaves=6)))  # fmt: skip
def test_whatever_stands_in_it_is_a_project_or_a_problem(data: dict[str, object]) -> None:
    project, problems = parse_project(json.dumps(data).encode(), {"X": "x"})

    assert (project is None) == any(problem.severity == "error" for problem in problems)
