"""Reads what the messages of a few deliveries may tell: their starts, accounts and people."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from firstwin.db.bulk import one_of_ids
from firstwin.db.tables import nudge
from firstwin.db.tables import start as start_table
from firstwin.deliver.context import Background, Properties, Started, Told
from firstwin.facts.timeline import look, people_of, seen_by
from firstwin.match.value import Standing
from firstwin.outbox.claim import Leased
from firstwin.outbox.clocks import Clocks

Tell = Callable[[Leased, Started, Standing], Told]


def backgrounds(
    connection: Connection, at: Clocks, wanted: Sequence[Leased], standings: Mapping[int, Standing], tell: Tell
) -> dict[int, Background]:
    """By delivery."""
    starts = starts_of(connection, {each.nudge_id for each in wanted})
    accounts = look(connection, "account", {each.account_id for each in wanted if each.account_id}, at)
    contacts = _contacts(connection, accounts, at)
    who = {each.id: _person(each, starts[each.nudge_id]) for each in wanted}
    known = {*contacts.values(), *filter(None, who.values())}
    people = look(connection, "person", known, at) if known else {}
    return {
        each.id: Background(
            starts[each.nudge_id],
            tell(each, starts[each.nudge_id], standings[each.id]),
            at.now,
            account=accounts.get(each.account_id or "", {}),
            person=people.get(who[each.id] or "", {}),
            contact=people.get(contacts.get(each.account_id or "", ""), {}),
        )
        for each in wanted
    }


def _contacts(connection: Connection, accounts: Mapping[str, Properties], at: Clocks) -> dict[str, str]:
    """Whom the account names as its contact; without one, its oldest member with an address, as deciding has it."""
    named = {id_: account["contact"] for id_, account in accounts.items() if isinstance(account.get("contact"), str)}
    others = people_of(connection, accounts.keys() - named.keys(), at.now, seen_by(at))
    oldest = {id_: next((each.id for each in members if each.email), None) for id_, members in others.items()}
    return named | {id_: person for id_, person in oldest.items() if person is not None}


def starts_of(connection: Connection, nudges: Collection[int]) -> dict[int, Started]:
    """By nudge."""
    rows = connection.execute(_STARTS, {"ids": sorted(nudges)}).all()
    return {row.id: Started(row.subject_kind, row.subject, row.at, row.actor, _plain(row.props)) for row in rows}


_STARTS = (
    select(
        nudge.c.id, nudge.c.subject_kind, nudge.c.subject, start_table.c.at, start_table.c.actor, start_table.c.props
    )
    .join(start_table, start_table.c.id == nudge.c.start_id)
    .where(one_of_ids(nudge.c.id, "ids"))
)


def _plain(props: Any) -> Properties:  # noqa: ANN401 - JSON
    return props if isinstance(props, dict) else {}


def _person(leased: Leased, start: Started) -> str | None:
    """Whom the message speaks to; where it goes to no person, whom it is about."""
    return leased.person_id or (start.subject if start.kind == "person" else start.actor)
