"""The messages of a rule for a real account, made as delivery makes them. Nothing is sent, nothing is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from firstwin.db.engine import clock
from firstwin.db.runs import Run, find_run
from firstwin.decide.case import Case, channel_of
from firstwin.decide.reach import reach
from firstwin.decide.value import History, NotSent, Planned
from firstwin.deliver.background import backgrounds
from firstwin.deliver.context import Background
from firstwin.deliver.desk import Desk
from firstwin.deliver.routes import Route, Routes
from firstwin.match import gates
from firstwin.match.starts.found import Found
from firstwin.match.value import Match, Standing, Start
from firstwin.outbox.claim import Leased
from firstwin.outbox.clocks import Clocks
from firstwin.rules.say import say_action, say_start
from firstwin.rules.terms import Step
from firstwin.tick.policy import policy_at, with_addresses
from firstwin.tick.subjects import addresses_in_data, subjects_for
from firstwin.tools.explain.found import made_row, untaken
from firstwin.tools.explain.kept import Row
from firstwin.tools.explain.question import Question
from firstwin.tools.preview.acts import Act, acts_of
from firstwin.tools.preview.answer import Preview, Previewed
from firstwin.tools.preview.digest import on_digest
from firstwin.tools.preview.rendering import made
from firstwin.tools.preview.stops import stops
from firstwin.tools.reasons import in_words
from firstwin.tools.whom import Whom

KEY = "fw_preview"
NOBODY = -1  # the id of what is in no table
REDIRECTED_NOWHERE = "`redirect_to` in firstwin.yaml names no place for it, so that it goes nowhere."


def preview(question: Question, desk: Desk, who: Whom, step: str | None) -> Preview:
    """Of every step, or of one of them."""
    row, kind = _start(question)
    steps = [one for one in question.rule.all_steps if step is None or one.name == step]
    maker = _Maker(question, desk, row, is_made_up=kind == "made up")
    return Preview(
        question.rule.id,
        who.id,
        who.name,
        kind,
        row["at"],
        tuple(_notes(question, kind, row["at"], steps)),
        tuple(each for one in steps for each in maker.messages(one)),
    )


def _start(question: Question) -> tuple[Row, Literal["taken", "found", "made up"]]:
    """A start that runs or ran, else the newest event that would begin one, else one that begins now."""
    ran = [row for row in question.kept.starts if row["state"] != "noted"]
    if ran:
        return min(ran, key=lambda row: (row["state"] != "open", -row["id"])), "taken"
    found, _ = untaken(question)
    shown = [*(one.row for one in found), *question.kept.starts]
    if shown:
        return max(shown, key=lambda row: row["at"]), "found"
    return made_row(question, Found(question.subject, "", question.now), NOBODY), "made up"


def _notes(question: Question, kind: str, at: datetime, steps: list[Step]) -> Iterator[str]:
    begins = say_start(question.rule.when, question.labels)
    if kind == "made up":
        yield f"The rule never began here ({begins}): a start at this moment was made up, which carries no data of its own."
    elif kind == "found":
        yield f"No tick took a start here: these messages speak of what happened at {at:%Y-%m-%d %H:%M} UTC."
    for step in steps:
        for action in step.actions:
            if not list(acts_of(replace(step, actions=(action,)))):
                name = f" (step “{step.name}”)" if step.name else ""
                yield f"It would also {say_action(action)}{name}: that is no message."


@dataclass(frozen=True)
class _Maker:
    question: Question
    desk: Desk
    row: Row
    is_made_up: bool

    def messages(self, step: Step) -> Iterator[Previewed]:
        stopped = tuple(stops(self.question, self.row, step, made_up=self.is_made_up))
        for act in acts_of(step):
            case = self._case(step)
            for each in reach(case, act.action):
                shown = self._message(case, act, each)
                yield replace(shown, would_not=(*stopped, *shown.would_not))

    def _case(self, step: Step) -> Case:
        """As if the step were due now, with a start that was taken just now: nothing is too late."""
        q, row = self.question, self.row
        start = Start(
            row["id"], q.rule.id, q.subject, row["key"], row["per"], row["at"], q.now, row["actor"], row["props"]
        )
        due = [(Match(q.rule, step, start, q.now), True)]
        subjects = subjects_for(q.connection, q.env, q.asked, q.moment(), due)
        policy = policy_at(q.connection, q.env)
        policy = with_addresses(q.connection, q.env, policy, addresses_in_data(q.rule, due, subjects))
        return Case(due[0][0], subjects[row["id"]], History(), policy, q.now)

    def _message(self, case: Case, act: Act, reached: Planned | NotSent) -> Previewed:
        leased = _leased(case, act.action, reached)
        would_not = (f"{in_words(reached.reason)}: {reached.detail}",) if isinstance(reached, NotSent) else ()
        shown = Previewed(
            case.match.step.name,
            act.variant,
            say_action(act.action),
            leased.channel,
            leased.address or ("nobody" if leased.channel == "email" else leased.destination),
            "",
            None,
            would_not=would_not,
        )
        if isinstance(reached, Planned) and reached.channel == "digest":
            return self._digest(shown, leased, reached)
        return self._made(shown, leased, self._backgrounds(leased)[leased.id])

    def _digest(self, shown: Previewed, leased: Leased, planned: Planned) -> Previewed:
        """All that stand on it are told, whoever was asked about."""
        found = on_digest(self.question, self.desk, leased, planned)
        when = f"{found.at:%Y-%m-%d %H:%M} UTC"
        if found.known is None:
            return replace(shown, error=f"At {when} nobody would be on it, so that none goes out.")
        if found.why_not:
            who = self.question.subject
            shown = replace(shown, would_not=(*shown.would_not, f"{who} would not be on it at {when}: {found.why_not}"))
        return self._made(shown, leased, found.known)

    def _made(self, shown: Previewed, leased: Leased, known: Background) -> Previewed:
        route = self._route(leased)
        if route is None:
            shown = replace(shown, would_not=(*shown.would_not, REDIRECTED_NOWHERE))
            route = self._as_written(leased)
        done = made(self.desk, leased, known, route)
        mail = self.desk.project.mail
        return replace(
            shown,
            to=route.to or (shown.to if leased.channel == "email" else route.name),
            sender=mail.from_ if mail and leased.channel == "email" else route.name,
            message=done.message,
            missing=done.missing,
            would_not=(*shown.would_not, *done.would_not),
            error=done.error,
        )

    def _route(self, leased: Leased) -> Route | None:
        """None where a staging system sends nothing of the kind."""
        if leased.destination not in self.desk.senders:
            return self._as_written(leased)
        return Routes(self.desk.senders, self.desk.project.redirect_to).of(leased)

    def _as_written(self, leased: Leased) -> Route:
        """To whom it says; where that is nobody, any sender does, since none is asked to send."""
        some = next(iter(self.desk.senders.values()))
        return Route(leased.destination, self.desk.senders.get(leased.destination, some), leased.address or "")

    def _backgrounds(self, leased: Leased) -> Mapping[int, Any]:
        q = self.question
        step = next(one for one in q.rule.all_steps if one.name == leased.step)
        nudge = {"id": NOBODY, "subject_kind": q.rule.about, "subject": q.subject, "start_id": self.row["id"]}
        with q.supposing([{**self.row, "state": "open", "reason": None}], (), [nudge]):
            found = gates.standing(q.connection, q.asked, q.moment(), step, [self.row["id"]], evidence=True)
            standing = {leased.id: found.get(self.row["id"], Standing())}
            return backgrounds(q.connection, self._clocks(), [leased], standing, self.desk.tell)

    def _clocks(self) -> Clocks:
        q = self.question
        real = clock(q.connection)
        return Clocks(find_run(q.connection, q.run) or Run(q.run, real, real, 1, sends=True), real)


def _leased(case: Case, action: Any, reached: Planned | NotSent) -> Leased:  # noqa: ANN401 - any action with a template
    """As a claim would hand it to a worker."""
    planned = reached if isinstance(reached, Planned) else None
    destination = planned.destination if planned else _destination(case, action)
    return Leased(
        id=0, fence=0, key=KEY, nudge_id=NOBODY, rule=case.match.rule.id, step=case.match.step.name,
        start_id=case.match.start.id, account_id=case.subject.account_id,
        person_id=planned.person_id if planned else None, channel=channel_of(action), template=action.template,
        message_class=planned.message_class if planned else case.match.rule.message_class, destination=destination,
        address=planned.address if planned else None, possible_repeat=False, suspect=False,
    )  # fmt: skip


def _destination(case: Case, action: Any) -> str:  # noqa: ANN401 - any action with a template
    named = action.to if isinstance(action.to, str) else case.policy.mail_sender
    return case.policy.mail_sender if channel_of(action) == "email" else str(named)
