"""The meanings that must hold, one test each, played as rule tests on both databases. More of each stands where it is made:
the matching against its referee, ticks, edits, feeds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent

import pytest
from sqlalchemy import Engine

from firstwin.tools.check import Checked, check
from firstwin.tools.ruletests.files import rule_tests
from firstwin.tools.ruletests.run import Bench, a_bench
from firstwin.tools.ruletests.world import World
from firstwin.tools.surroundings import environment
from tests.cli.given import make_project
from tests.servers.fresh import empty_postgres

Holds = Callable[[dict[str, str], str], None]


class OnPostgres(World):
    def begin_anew(self) -> None:
        empty_postgres(self.engine)


@pytest.fixture
def holds(dialect: str, request: pytest.FixtureRequest, tmp_path: Path) -> Holds:
    """That rules do what rule tests say of them."""

    def holds(rules: dict[str, str], tests: str) -> None:
        checked = project(tmp_path, rules, tests)
        found = rule_tests(tmp_path, checked)
        assert [str(problem) for problem in (*checked.errors, *found.problems)] == []
        assert found.tests
        with bench(checked, dialect, request) as run:
            results = [run(written) for written in found.tests]
        told = [line for result in results for failure in result.failures for line, _ in failure.lines()]
        assert "\n".join(told) == ""

    return holds


@contextmanager
def bench(checked: Checked, dialect: str, request: pytest.FixtureRequest) -> Iterator[Bench]:
    env = environment(checked)
    if dialect == "sqlite":
        with a_bench(checked, env) as run:
            yield run
        return
    engine: Engine = request.getfixturevalue("postgres_engine")
    with a_bench(checked, env, OnPostgres(engine)) as run:
        yield run


def project(folder: Path, rules: dict[str, str], tests: str) -> Checked:
    make_project(folder)
    for file in (folder / "rules").glob("*.yaml"):
        file.unlink()
    (folder / "templates/mail/note.md").write_text("---\nsubject: A note\n---\nHi {{ person | first_name }}.\n")
    (folder / "templates/alert/card.md").write_text("---\ntitle: A card\nnext_step: Call.\n---\nNow.\n")
    for name, text in rules.items():
        (folder / "rules" / f"{name}.yaml").write_text(dedent(text))
    (folder / "rules/tests").mkdir(exist_ok=True)
    (folder / "rules/tests/meaning.yaml").write_text(dedent(tests))
    return check(folder, {})


NUDGE = """\
    about: account
    when: signed_up
    after: 24 hours
    unless: logged_in
    then: {email: note, to: contact}
    again: never
"""


def test_meaning_1_gates_are_judged_at_the_moment_of_sending_and_the_start_once(holds: Holds) -> None:
    state = "    about: account\n    when: {becomes: {account.health: red}}\n    after: 2 days\n    then: {alert: card, to: csm}\n    again: every time\n"
    holds(
        {"nudge": NUDGE, "red": state},
        """\
        - test: whoever acts between being chosen and the send gets nothing, and the reason is kept
          rule: nudge
          events:
            - 2026-03-02 09:00 signed_up
            - 2026-03-03 10:30 logged_in
          sent_at: 2026-03-03 11:00
          expect: nothing
          because: logged in since the start
        - test: a state lives only as long as it holds
          rule: red
          given: {account: {id: a1}}
          events:
            - {at: 2026-03-02 09:00, group: {health: red}}
            - {at: 2026-03-03 09:00, group: {health: green}}
            - {at: 2026-03-05 09:00, group: {health: red}}
          expect:
            - {alert: card, at: 2026-03-07 09:00}
        """,
    )


def test_meaning_2_nothing_since_the_start_is_another_question_than_a_deadline(holds: Holds) -> None:
    deadline = "    about: account\n    when: signed_up\n    after: 48 hours\n    only_if: {did_not: activated_it, within: 48 hours}\n    then: {alert: card, to: csm}\n    again: never\n"
    holds(
        {"nudge": NUDGE.replace("24 hours", "48 hours").replace("logged_in", "activated_it"), "deadline": deadline},
        """\
        - test: the nudge looks up to the moment of sending, the alert up to the deadline
          rule: [nudge, deadline]
          events:
            - 2026-03-02 09:00 signed_up
            - 2026-03-04 09:30 activated_it
          sent_at: 2026-03-04 10:00
          expect:
            - {rule: deadline, alert: card, at: 2026-03-04 10:00}
        """,
    )


def test_meaning_3_absence_is_asked_of_every_account_also_of_one_without_any_event(holds: Holds) -> None:
    rare = "    about: account\n    when: {becomes: {did: logged_in, at_most: 1, in_last: 14 days}}\n    then: {alert: card, to: csm}\n    again: never\n"
    holds(
        {"rare": rare},
        """\
        - test: an account that never did anything has at most one login
          rule: rare
          rule_since: 2026-03-01 00:00
          given: {account: {id: a1, created_at: 2026-03-02T09:00:00Z}}
          until: 2026-03-20 00:00
          expect:
            - {alert: card, at: 2026-03-16 09:00}
        """,
    )


def test_meaning_4_a_missing_property_makes_every_comparison_false(holds: Holds) -> None:
    def rule(gate: str) -> str:
        return f"    about: account\n    when: signed_up\n    {gate}\n    then: {{email: note, to: contact}}\n    again: never\n"

    holds(
        {
            "not-free": rule("only_if: {account.plan: {is_not: free}}"),
            "none-free": rule("only_if: {none: [{account.plan: free}]}"),
            "missing": rule("only_if: {account.plan: {exists: false}}"),
            "unless-done": rule("unless: {account.onboarded: true}"),
        },
        """\
        - test: is_not leaves out whoever has no plan; none, exists and unless do not
          rule: [not-free, none-free, missing, unless-done]
          events: [2026-03-02 09:00 signed_up]
          expect:
            - {rule: none-free, email: note, at: 2026-03-02 09:00}
            - {rule: missing, email: note, at: 2026-03-02 09:00}
            - {rule: unless-done, email: note, at: 2026-03-02 09:00}
        """,
    )


def test_meaning_5_a_silence_needs_somebody_who_was_there_for_all_of_it(holds: Holds) -> None:
    silent = "    about: account\n    when: signed_up\n    after: 2 days\n    only_if: {did_not: logged_in, in_last: 7 days}\n    then: {email: note, to: contact}\n    again: never\n"
    holds(
        {
            "silent": silent,
            "never": silent.replace("{did_not: logged_in, in_last: 7 days}", "{none: [{did: logged_in, since: ever}]}"),
        },
        """\
        - test: an account of two days has not been silent for seven, and yet did nothing
          rule: [silent, never]
          given: {account: {id: a1, created_at: 2026-03-02T09:00:00Z}}
          events: [2026-03-02 09:00 signed_up]
          expect:
            - {rule: never, email: note, at: 2026-03-04 09:00}
        - test: one of a year has
          rule: silent
          given: {account: {id: a1, created_at: 2025-03-02T09:00:00Z}}
          events: [2026-03-02 09:00 signed_up]
          expect:
            - {email: note, at: 2026-03-04 09:00}
        """,
    )


def test_meaning_6_a_window_is_so_many_times_24_hours_and_leaves_its_beginning_out(holds: Holds) -> None:
    seen = "    about: account\n    when: asked\n    only_if: {did: logged_in, in_last: 1 day}\n    then: {email: note, to: contact}\n    again: every time\n"
    holds(
        {"seen": seen},
        """\
        - test: a login exactly a day ago is over, also where the clocks were put forward in between
          rule: seen
          given: {account: {id: a1, timezone: Europe/Berlin}}
          events:
            - 2026-03-28 12:00 logged_in
            - 2026-03-29 11:59 asked
            - 2026-03-29 12:00 asked
          expect:
            - {email: note, at: 2026-03-29 11:59}
        """,
    )


def test_meaning_7_again_looks_at_nudges_and_not_at_starts(holds: Holds) -> None:
    holds(
        {"nudge": NUDGE},
        """\
        - test: a start that sent nothing does not count
          rule: nudge
          events:
            - 2026-03-02 09:00 signed_up
            - 2026-03-02 10:00 logged_in
            - 2026-03-10 09:00 signed_up
            - 2026-03-20 09:00 signed_up
          expect:
            - {email: note, at: 2026-03-11 09:00}
            - {sends: nothing, at: 2026-03-21 09:00, because: again}
        """,
    )


def test_meaning_7_a_rule_that_does_not_say_again_is_refused(tmp_path: Path) -> None:
    checked = project(tmp_path, {"nudge": NUDGE.replace("    again: never\n", "")}, "")
    assert [problem.message for problem in checked.errors] == ["`again:` is missing."]


def test_meaning_11_a_start_is_found_late_and_kept_by_when_it_happened_up_to_the_grace(holds: Holds) -> None:
    holds(
        {"nudge": NUDGE},
        """\
        - test: a signup that comes in late counts from when it happened
          rule: nudge
          events:
            - {at: 2026-03-02 09:00, event: signed_up, arrives: 2026-03-04 08:00}
          expect:
            - {email: note, at: 2026-03-04 08:00}
        - test: more than a day past the time of its step it is skipped
          rule: nudge
          events:
            - {at: 2026-03-02 09:00, event: signed_up, arrives: 2026-03-04 10:00}
          expect: nothing
          because: too_late
        """,
    )
