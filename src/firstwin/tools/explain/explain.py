"""Why a rule did, does or will nudge somebody, or not: its conditions, its starts, and what came of each step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import Connection, select

from firstwin.db import tables as t
from firstwin.db.engine import clock
from firstwin.db.runs import find_run
from firstwin.match.starts.found import Found
from firstwin.outbox.peace import Peace
from firstwin.rules.project import Project
from firstwin.rules.say import say, say_in_short, say_start
from firstwin.rules.terms import BecomesStart, Rule
from firstwin.tick.environment import Environment
from firstwin.tools.explain.ahead import ahead
from firstwin.tools.explain.answer import Condition, Explained, StartSeen
from firstwin.tools.explain.clauses import conditions
from firstwin.tools.explain.found import Untaken, made_row, untaken
from firstwin.tools.explain.kept import Row, as_it_was, kept
from firstwin.tools.explain.question import Question
from firstwin.tools.explain.seen import not_taken, taken
from firstwin.tools.explain.would import expected, outcomes
from firstwin.tools.pauses import pauses_of
from firstwin.tools.whom import Whom


def explain(
    connection: Connection, env: Environment, project: Project, rule: Rule, who: Whom, *, run: str, at: datetime | None
) -> Explained:
    """``at`` is a moment that has passed: what the rule says with what was known then. Without it: now, in the run."""
    question = question_about(connection, env, project, rule, who, run, at)
    found, older = untaken(question)
    starts = [*_not_taken(question, found), *_taken(question)]
    stand_in = _stand_in(question, found)
    judged = _judged(question, stand_in)
    is_true = next((one.passes for one in judged if one.role == "becomes"), None)
    starts.sort(key=lambda start: start.at, reverse=True)
    return Explained(
        rule=rule.id,
        version=rule.version,
        says=say(rule, project),
        in_short=say_in_short(rule, project.labels),
        about=rule.about,
        subject=who.id,
        name=who.name,
        account=who.account,
        run=run,
        at=question.now,
        is_past=question.is_past,
        begins=say_start(rule.when, project.labels),
        judged_for=stand_in.row["at"] if stand_in.reason != MADE_UP else None,
        conditions=judged,
        starts=tuple(starts),
        older_starts=older + question.kept.older,
        why_no_start="" if starts else _why_none(question, is_true),
        next=ahead(question, starts, stand_in, is_true),
        notes=tuple(_notes(question)),
    )


MADE_UP = "made up"


def question_about(
    connection: Connection, env: Environment, project: Project, rule: Rule, who: Whom, run: str, at: datetime | None
) -> Question:
    """With everything that the database remembers of the rule and the subject."""
    now = at or now_in(connection, run)
    remembered = kept(connection, run, rule.id, who.id)
    row = t.rule.c
    query = select(row.active_from).where(row.run == run, row.id == rule.id)
    active_from = connection.execute(query).scalar_one_or_none()
    return Question(
        connection, env, rule, who.id, run, now, at is not None,
        remembered if at is None else as_it_was(remembered, at), active_from, project.labels,
        Peace(project.quiet_hours, project.zone),
    )  # fmt: skip


def now_in(connection: Connection, run: str) -> datetime:
    """What time it is in the run."""
    found, real = find_run(connection, run), clock(connection)
    return found.at(real) if found else real


# ---- the starts -----------------------------------------------------------------------------------------------------


def _taken(question: Question) -> Iterator[StartSeen]:
    for row in question.kept.starts:
        waiting = [step for step in question.kept.steps_of(row["id"]) if step["state"] == "waiting"]
        would = outcomes(question, row, waiting) if row["state"] == "open" and waiting else {}
        yield taken(question.rule, question.kept, row, would)


def _not_taken(question: Question, found: Sequence[Untaken]) -> Iterator[StartSeen]:
    for one in found:
        steps = expected(question, one.row) if one.goes else []
        yield not_taken(question.rule, one, steps, outcomes(question, one.row, steps) if steps else {})


def _stand_in(question: Question, found: Sequence[Untaken]) -> Untaken:
    """The start that the conditions are shown for: one that runs, else the newest, else one that is made up."""
    rows: list[Row] = [*(one.row for one in found if one.goes), *question.kept.starts, *(one.row for one in found)]
    rows.sort(key=lambda row: row["state"] != "open")
    if rows:
        return Untaken(rows[0], False, None, "")
    made_up = Found(question.subject, "", question.now)
    return Untaken(made_row(question, made_up, 0), False, MADE_UP, "")


def _judged(question: Question, stand_in: Untaken) -> tuple[Condition, ...]:
    with question.supposing([stand_in.row]):
        return conditions(question.connection, question.asked, question.moment(), stand_in.row["id"], question.labels)


# ---- why there is none ----------------------------------------------------------------------------------------------


def _why_none(question: Question, is_true: bool | None) -> str:
    begins = say_start(question.rule.when, question.labels)
    if not isinstance(question.rule.when, BecomesStart):
        return f"It never began: it begins {begins}, and nothing of the kind is known of this {question.rule.about}."
    if not is_true:
        return "The state is not true, so that it has not begun."
    if any(row["noted"] and row["until"] is None for row in question.kept.episodes):
        return "The state was true already when the rule began: it was noted, and nudges nobody until it ends and begins anew."
    return "The state is true, and no tick has seen it yet." if not question.is_past else "The state was true then."


def _notes(question: Question) -> Iterator[str]:
    if not question.is_past:  # nobody knows what was paused then
        yield from (f"{pause}." for pause in pauses_of(question.connection, question.rule.id))
    yield from _of_the_rule(question)


def _of_the_rule(question: Question) -> Iterator[str]:
    row = t.rule.c
    query = select(row.version, row.error, row.last_slot).where(row.run == question.run, row.id == question.rule.id)
    known = question.connection.execute(query).one_or_none()
    if known is None:
        yield "No worker has taken up this rule yet."
        return
    if known.version != question.rule.version:
        yield "The file was changed, and no worker has taken up the change yet."
    if known.error:
        yield f"The rule stopped: {known.error}"
    if known.last_slot is None:
        yield "No tick has matched this rule yet."
    for why in dict.fromkeys(question.silent().values()):
        yield f"It {'held its nudges then' if question.is_past else 'holds its nudges'}: {why}."
