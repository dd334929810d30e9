"""Decides a nudge once more, from the version of its rule and the facts as they were known then."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from firstwin.db import tables as t
from firstwin.decide.value import Decision, Nudge, Skip
from firstwin.match.evidence import evidence_of
from firstwin.match.gone import FORGOTTEN
from firstwin.match.plan import Asked, Moment
from firstwin.match.seen import Seen
from firstwin.match.value import Clause
from firstwin.rules.terms import Rule
from firstwin.tick.decisions import decided_of_due
from firstwin.tick.environment import Environment
from firstwin.tools.as_of import as_of
from firstwin.tools.explain.question import LOOK_BACK
from firstwin.tools.reasons import in_words
from firstwin.tools.rebuild import Rebuilt, rebuilt
from firstwin.tools.supposing import supposed

Shown = Mapping[str, Any]
ERASED = "the person's facts were erased by `firstwin forget`"
FEWER = "facts that it saw are not there any more: they were erased, or moved to another account"
MORE = "facts were added to the past since: an import of history, or one that arrived while it was decided"
VERSION = "the rule could not be read as it was"


@dataclass(frozen=True)
class ClauseAgain:
    """A clause as it was kept with the nudge, and as it stands when it is asked again. ``why`` says what differs."""

    says: str
    then: Shown | None
    again: Shown | None
    same: bool
    why: str = ""


@dataclass(frozen=True)
class Redecided:
    """``same``: the same answer came, and each clause holds as it did. ``decision`` is what came, in words."""

    nudge: int
    run: str
    rule: str
    version: str
    step: str
    subject: str
    decided_at: datetime
    same: bool
    decision: str
    clauses: tuple[ClauseAgain, ...]
    notes: tuple[str, ...] = ()


def redecide(connection: Connection, env: Environment, files: Mapping[str, bytes], nudge_id: int) -> Redecided | None:
    """None where there is no such nudge. ``files`` are the rules of today."""
    n = t.nudge
    row = connection.execute(select(n).where(n.c.id == nudge_id)).one_or_none()
    if row is None:
        return None
    found = rebuilt(connection, row.rule, row.rule_version, row.decided_at, files)
    decision, clauses = _again(connection, env, found, row)
    compared = tuple(_compared(row.evidence, clauses, _why_erased(row), exact=found.exact))
    same = isinstance(decision, Nudge) and all(one.same for one in compared)
    return Redecided(
        row.id, row.run, row.rule, row.rule_version, row.step, row.subject, row.decided_at, same,
        _in_words(decision), compared, tuple(_notes(found, decision, _why_erased(row))),
    )  # fmt: skip


# ---- asking again ---------------------------------------------------------------------------------------------------


def _again(
    connection: Connection, env: Environment, found: Rebuilt, nudge: Row[Any]
) -> tuple[Decision | None, Sequence[Clause]]:
    step = next((one for one in found.rule.all_steps if one.name == nudge.step), None) if found.rule else None
    start = dict(connection.execute(select(t.start).where(t.start.c.id == nudge.start_id)).mappings().one())
    if found.rule is None or step is None:
        return None, ()
    env = replace(env, rules=found.library.rules, _asked={})
    asked = env.asked(found.rule, _seen(connection, nudge))
    moment = Moment(
        nudge.run, nudge.decided_at, previous=nudge.decided_at - LOOK_BACK, zone=env.zone, csm_zones=env.csm_zones
    )
    with supposed(connection, _as_it_stood(connection, nudge, start, found.rule)):
        began = _active_from(connection, nudge)
        decided = decided_of_due(connection, env, asked, moment, began)
        return (decided[0] if decided else None), _evidence(connection, asked, moment, nudge, step)


def _evidence(connection: Connection, asked: Asked, moment: Moment, nudge: Row[Any], step: Any) -> Sequence[Clause]:  # noqa: ANN401 - a step
    return evidence_of(connection, asked, moment, step, [nudge.start_id]).get(nudge.start_id, ())


def _seen(connection: Connection, nudge: Row[Any]) -> Seen:
    """Live, a tick sees what is there when it runs, a little after its slot; a replay what was known at the slot."""
    if nudge.run != t.LIVE:
        return Seen("known")
    k = t.tick.c
    query = select(k.done_at).where(k.run == nudge.run, k.rule == nudge.rule, k.slot == nudge.decided_at)
    done_at = connection.execute(query).scalar_one_or_none()
    return as_of(max(done_at or nudge.decided_at, nudge.decided_at))


def _active_from(connection: Connection, nudge: Row[Any]) -> datetime:
    query = select(t.rule.c.active_from).where(t.rule.c.run == nudge.run, t.rule.c.id == nudge.rule)
    found: datetime | None = connection.execute(query).scalar_one_or_none()
    return found or nudge.decided_at


def _as_it_stood(
    connection: Connection, nudge: Row[Any], start: Mapping[str, Any], rule: Rule
) -> Mapping[Any, Sequence[Mapping[str, Any]]]:
    """The start with this step waiting, and the nudges before it. Nothing was paused, and it reached somebody."""
    n = t.nudge.c
    before = select(t.nudge).where(
        n.run == nudge.run, n.rule == nudge.rule, n.subject == nudge.subject, n.id < nudge.id
    )
    waiting = {
        "start_id": nudge.start_id, "step": nudge.step, "run": nudge.run, "rule": rule.id,
        "due_at": nudge.due_at, "state": "waiting",
    }  # fmt: skip
    return {
        t.start: [{**start, "rule": rule.id, "state": "open", "reason": None}],
        t.step_due: [waiting],
        t.nudge: [dict(row) for row in connection.execute(before).mappings()],
        t.pause: [],
        t.suppression: [],
    }


# ---- comparing ------------------------------------------------------------------------------------------------------


def _compared(kept: Sequence[Shown], again: Sequence[Clause], erased: str, *, exact: bool) -> Iterator[ClauseAgain]:
    """Clauses stand in the order of the rule; of another version they are told apart by their words."""
    by_words = {clause.says: clause for clause in again}
    for then in kept:
        clause = by_words.pop(then["says"], None)
        if clause is None:
            yield ClauseAgain(then["says"], then, None, False, VERSION)
        else:
            shown = _shown(clause)
            yield ClauseAgain(
                then["says"], then, shown, then["holds"] == clause.holds, _why(then, shown, erased, exact=exact)
            )
    for clause in by_words.values():
        yield ClauseAgain(clause.says, None, _shown(clause), False, VERSION)


def _shown(clause: Clause) -> Shown:
    last_at = clause.last_at.isoformat() if clause.last_at else None
    return {
        "says": clause.says,
        "holds": clause.holds,
        "count": clause.count,
        "last_at": last_at,
        "value": clause.value,
    }


def _why(then: Shown, again: Shown, erased: str, *, exact: bool) -> str:
    if all(then.get(name) == again.get(name) for name in ("holds", "count", "last_at", "value")):
        return ""
    if erased:
        return erased
    if not exact:
        return VERSION
    return MORE if _is_more(then, again) else FEWER


def _is_more(then: Shown, again: Shown) -> bool:
    if then.get("count") is not None and again.get("count") is not None:
        return bool(again["count"] > then["count"])
    return again.get("value") is not None or again.get("last_at") is not None


def _why_erased(nudge: Row[Any]) -> str:
    return ERASED if nudge.subject.startswith(f"{FORGOTTEN}.") else ""


def _in_words(decision: Decision | None) -> str:
    match decision:
        case None:
            return "nothing: the step is not in the rule"
        case Nudge():
            return "nudge"
        case Skip(reason=reason, detail=detail):
            return f"skip, {reason}: {in_words(reason)}" + (f" ({detail})" if detail else "")
        case _:
            return f"hold, {decision.reason}: {in_words(decision.reason)}"


def _notes(found: Rebuilt, decision: Decision | None, erased: str) -> Iterator[str]:
    if not found.exact:
        yield f"The rule is not quite the one that decided: {found.why}."
    if erased and not isinstance(decision, Nudge):
        yield f"{erased[0].upper()}{erased[1:]}."
