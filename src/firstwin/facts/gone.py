"""A person to be forgotten: every name that they are known by here, and what is erased of the facts about them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson
from sqlalchemy import ColumnElement, Connection, Table, Text, and_, cast, delete, or_, select, update

from firstwin.db import tables
from firstwin.db.bulk import one_of, one_of_ids
from firstwin.facts.known import confirmed

event, person, member, alias, account = tables.event, tables.person, tables.member, tables.alias, tables.account
EMAIL: Final = "email"
OWN: Final = "firstwin."


@dataclass(frozen=True, repr=False)
class Gone:
    """``ids``: the person's own, and those that were found to mean the same person. ``addresses`` as they were spelled."""

    ids: frozenset[str]
    addresses: frozenset[str]
    accounts: frozenset[str]

    def is_named_in(self, text: str) -> bool:
        """Whether a text is one of the ids, or holds one of the addresses."""
        lower = text.lower()
        return text in self.ids or any(address.lower() in lower for address in self.addresses)

    def is_part_of(self, name: str) -> bool:
        """Whether a name that a program made was made of one of the ids or addresses: ``group-ada-3``, but not ``canada``."""
        words = "|".join(re.escape(one) for one in (*self.ids, *self.addresses))
        return re.search(rf"(?<![^\W_])(?:{words})(?![^\W_])", name, re.IGNORECASE) is not None

    def without(self, value: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
        """The value with nothing in it that names the person."""
        match value:
            case str():
                return None if self.is_named_in(value) else value
            case dict():
                return {key: self.without(inner) for key, inner in value.items()}
            case list():
                return [self.without(inner) for inner in value]
            case _:
                return value

    def may_be_in(self, column: ColumnElement[Any]) -> ColumnElement[bool]:
        """Whether a text or JSON could name the person, for a closer look at few rows."""
        text = cast(column, Text)
        ids = [text.contains(orjson.dumps(id_).decode()[1:-1], autoescape=True) for id_ in sorted(self.ids)]
        return or_(*ids, *(text.icontains(address, autoescape=True) for address in sorted(self.addresses)))


def find(connection: Connection, said: str) -> Gone | None:
    """The person with this id, or with this previous id; None if nothing is known of one."""
    own = connection.scalar(select(alias.c.person_id).where(alias.c.previous_id == said)) or said
    previous = connection.scalars(select(alias.c.previous_id).where(alias.c.person_id == own))
    ids = frozenset({own, said, *previous})
    addresses = frozenset(_addresses(connection, ids))
    accounts = frozenset(_accounts(connection, ids))
    found = Gone(ids, addresses, accounts)
    return found if addresses or accounts or _is_known(connection, found) else None


def _addresses(connection: Connection, ids: Iterable[str]) -> Iterable[str]:
    """Every one that they ever had, and those that were written to."""
    asked = {"ids": sorted(ids)}
    names = (f"{OWN}person.{EMAIL}", confirmed("person"))
    facts = select(event.c.props).where(one_of(event.c.person_id, "ids"), event.c.name.in_(names))
    for (props,) in connection.execute(facts, asked):
        yield from _texts(props.get("value"), props.get(EMAIL))
    for (traits,) in connection.execute(select(person.c.traits).where(one_of(person.c.id, "ids")), asked):
        yield from _texts(traits.get(EMAIL))
    delivery = tables.delivery.c
    sent_to = select(delivery.address).where(one_of(delivery.person_id, "ids"), delivery.address.is_not(None))
    yield from connection.scalars(sent_to.distinct(), asked)


def whose(connection: Connection, address: str) -> list[str]:
    """The ids of those who have or had this address, however it is spelled, in order."""
    spelled = address.strip().lower()
    names = (f"{OWN}person.{EMAIL}", confirmed("person"))
    told = select(event.c.person_id).where(event.c.name.in_(names), event.c.person_id.is_not(None))
    found: set[str] = set()
    for ids, column in ((told, event.c.props), (select(person.c.id), person.c.traits)):
        maybe = ids.where(cast(column, Text).icontains(spelled, autoescape=True))
        found.update(connection.scalars(maybe.distinct()))
    return sorted(one for one in found if spelled in map(str.lower, _addresses(connection, [one])))


def _texts(*values: object) -> Iterable[str]:
    """What could be an address: a text with an @ is looked for everywhere, so that no other will do."""
    return (value.strip() for value in values if isinstance(value, str) and "@" in value.strip())


def _accounts(connection: Connection, ids: Iterable[str]) -> Iterable[str]:
    asked = {"ids": sorted(ids)}
    yield from connection.scalars(select(member.c.account_id).where(one_of(member.c.person_id, "ids")), asked)
    seen_in = select(event.c.account_id).where(one_of(event.c.person_id, "ids"), event.c.account_id.is_not(None))
    yield from connection.scalars(seen_in.distinct(), asked)


def _is_known(connection: Connection, gone: Gone) -> bool:
    """By anything that names them, also what an earlier try left over."""
    places = (
        person.c.id,
        event.c.person_id,
        alias.c.previous_id,
        alias.c.person_id,
        tables.suppression.c.person_id,
        tables.delivery.c.person_id,
        tables.start.c.actor,
    )
    asked = {"ids": sorted(gone.ids)}
    return any(connection.execute(select(one).where(one_of(one, "ids")).limit(1), asked).first() for one in places)


def erase_facts(connection: Connection, gone: Gone) -> Mapping[str, int]:
    """How many rows of each kind were erased or made to name nobody. To be called with ``alone(connection, "fact")``."""
    asked = {"ids": sorted(gone.ids)}
    done = {"events that stay as the account's": _left_to_accounts(connection, gone)}
    done["events and properties"] = connection.execute(
        delete(event).where(one_of(event.c.person_id, "ids")), asked
    ).rowcount
    done["accounts' facts that named the person"] = _scrubbed_events(connection, gone) + _scrubbed_accounts(
        connection, gone
    )
    done["messages that were refused, made anonymous"] = _nameless_rejects(connection, gone)
    for name, whose in (
        ("person", person.c.id),
        ("memberships", member.c.person_id),
        ("other ids", alias.c.person_id),
    ):
        done[name] = connection.execute(delete(whose.table).where(one_of(whose, "ids")), asked).rowcount
    return done


def _left_to_accounts(connection: Connection, gone: Gone) -> int:
    """What somebody did in an account that has others stays as done by nobody: those others would be nudged for it."""
    others = select(member.c.account_id).where(
        one_of(member.c.account_id, "accounts"), ~one_of(member.c.person_id, "ids")
    )
    concerned = and_(
        one_of(event.c.person_id, "ids"), event.c.account_id.in_(others), ~event.c.name.startswith(OWN, autoescape=True)
    )
    asked = {"ids": sorted(gone.ids), "accounts": sorted(gone.accounts)}
    rows = connection.execute(select(event.c.seq, event.c.id, event.c.account_id).where(concerned), asked).all()
    for row in rows:
        _rekey(connection, row.account_id, row.id, f"seq:{row.seq}")
    connection.execute(update(event).where(concerned).values(person_id=None, id=None, props={}, source=None), asked)
    return len(rows)


def _rekey(connection: Connection, subject: str, old: str | None, new: str) -> None:
    """A start is known by its event's id, which is the sender's to make; without one it goes by the event's place."""
    if old is None:
        return
    for table, key in ((tables.start, "key"), (tables.nudge, "start_key"), (tables.skip, "start_key")):
        same = (table.c.subject == subject, table.c[key] == old)
        connection.execute(update(table).where(*same).values({key: new}))


def _scrubbed_events(connection: Connection, gone: Gone) -> int:
    """What others told of the person, and ids of messages that were made of the person's own."""
    whose = (one_of(event.c.account_id, "accounts"), or_(gone.may_be_in(event.c.props), gone.may_be_in(event.c.id)))
    columns = (event.c.seq, event.c.id, event.c.account_id, event.c.props)
    rows = connection.execute(select(*columns).where(*whose), {"accounts": sorted(gone.accounts)}).all()
    for row in rows:
        if row.id and gone.is_part_of(row.id):
            _rekey(connection, row.account_id, row.id, f"seq:{row.seq}")
            connection.execute(update(event).where(event.c.seq == row.seq).values(id=None))
    return sum(_scrubbed(connection, event, event.c.seq == row.seq, "props", row.props, gone) for row in rows)


def _nameless_rejects(connection: Connection, gone: Gone) -> int:
    reject = tables.reject.c
    rows = connection.execute(select(reject.id, reject.message_id).where(gone.may_be_in(reject.message_id))).all()
    named = [row.id for row in rows if gone.is_part_of(row.message_id)]
    nameless = update(tables.reject).where(one_of_ids(reject.id, "named")).values(message_id=None)
    return connection.execute(nameless, {"named": named}).rowcount if named else 0


def _scrubbed_accounts(connection: Connection, gone: Gone) -> int:
    whose = (one_of(account.c.id, "accounts"), gone.may_be_in(account.c.traits))
    rows = connection.execute(
        select(account.c.id, account.c.traits).where(*whose), {"accounts": sorted(gone.accounts)}
    ).all()
    return sum(_scrubbed(connection, account, account.c.id == row.id, "traits", row.traits, gone) for row in rows)


def _scrubbed(
    connection: Connection,
    table: Table,
    which: ColumnElement[bool],
    name: str,
    before: Any,  # noqa: ANN401 - JSON
    gone: Gone,
) -> bool:
    after = gone.without(before)
    if name == "traits":
        after = {key: value for key, value in after.items() if value is not None}
    if after != before:
        connection.execute(update(table).where(which).values({name: after}))
    return bool(after != before)
