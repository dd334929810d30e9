"""What is forgotten of a person's starts and episodes. A start that nudged stays, as that of nobody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Connection, Text, and_, cast, delete, literal, select, update

from firstwin.db import tables
from firstwin.db.bulk import one_of
from firstwin.facts.gone import Gone
from firstwin.match.running import end_starts
from firstwin.rules.documents import read_document

start, episode, nudge = tables.start, tables.episode, tables.nudge
FORGOTTEN: Final = "forgotten"


def rules_about_people(connection: Connection) -> frozenset[str]:
    """Every rule whose subjects are people, also those whose files are gone: their texts are kept."""
    rows = connection.execute(select(tables.rule_version.c.rule, tables.rule_version.c.source))
    return frozenset(row.rule for row in rows if _is_about_people(row.source))


def _is_about_people(source: str) -> bool:
    document, _ = read_document("", source.encode())
    return document is not None and isinstance(document.data, dict) and document.data.get("about") == "person"


def nobody(start_id: Any) -> Any:  # noqa: ANN401 - SQL
    """The subject of a start, and of its nudges, whose person is forgotten."""
    return literal(f"{FORGOTTEN}.", Text()).concat(cast(start_id, Text))


def erase_starts(connection: Connection, gone: Gone, rules: frozenset[str]) -> Mapping[str, int]:
    """``rules`` are those about people. Others keep their starts, without whose deed it was and what it carried."""
    ids = {"ids": sorted(gone.ids)}
    s, e = start.c, episode.c
    own = and_(s.rule.in_(sorted(rules)), one_of(s.subject, "ids"))
    nudged = select(nudge.c.id).where(nudge.c.start_id == s.id).exists()
    end_starts(connection, list(connection.scalars(select(s.id).where(own, s.state == "open"), ids)), "subject_gone")
    blank: dict[str, Any] = {"actor": None, "props": {}, "per": ""}
    anonymous = update(start).where(own, nudged)
    kept = connection.execute(
        anonymous.values(blank | {"subject": nobody(s.id), "key": FORGOTTEN, "again_key": None}), ids
    )
    erased = connection.execute(delete(start).where(own), ids)
    acted = connection.execute(update(start).where(one_of(s.actor, "ids")).values(actor=None, props={}), ids)
    told = _scrubbed(connection, gone)
    episodes = connection.execute(delete(episode).where(e.rule.in_(sorted(rules)), one_of(e.subject, "ids")), ids)
    return {"starts": kept.rowcount + erased.rowcount + acted.rowcount + told, "episodes": episodes.rowcount}


def _scrubbed(connection: Connection, gone: Gone) -> int:
    """What a colleague's deed told of the person."""
    whose = (one_of(start.c.subject, "accounts"), gone.may_be_in(start.c.props))
    rows = connection.execute(
        select(start.c.id, start.c.props).where(*whose), {"accounts": sorted(gone.accounts)}
    ).all()
    for row in rows:
        connection.execute(update(start).where(start.c.id == row.id).values(props=gone.without(row.props)))
    return len(rows)
