"""What is forgotten of a person's deliveries, nudges and suppressions. Counts stay, and what keeps an address from being written to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, and_, delete, insert, or_, select, update

from firstwin.db import tables
from firstwin.db.bulk import one_of, one_of_ids
from firstwin.db.engine import clock
from firstwin.db.runs import all_runs
from firstwin.decide.value import Reason
from firstwin.facts.gone import Gone
from firstwin.match.gone import FORGOTTEN, nobody
from firstwin.outbox.clocks import Clocks
from firstwin.outbox.rows import WORKED_WITH, Change, change
from firstwin.outbox.states import WAITING, By, State
from firstwin.outbox.suppressions import AddressHash

delivery, attempt, outcome, nudge, skip, suppression = (
    tables.delivery, tables.attempt, tables.outcome, tables.nudge, tables.skip, tables.suppression,
)  # fmt: skip
STOPPABLE: Final = (*WAITING, State.LEASED)


class OnTheWireError(Exception):
    """A message to the person is being sent at this moment; ``count`` of them."""

    def __init__(self, count: int) -> None:
        super().__init__(f"{count} on the wire")
        self.count = count


def erase_deliveries(connection: Connection, gone: Gone) -> Mapping[str, int]:
    """Those that wait are cancelled; all of them name nobody afterwards. Raises OnTheWireError while one is being sent."""
    rows = _deliveries(connection, gone)
    on_the_wire = sum(row.state == State.SENDING for row in rows)
    if on_the_wire:
        raise OnTheWireError(on_the_wire)
    ids = {"ids": [row.id for row in rows]}
    cancelled = _cancel(connection, rows)
    connection.execute(
        update(delivery).where(one_of_ids(delivery.c.id, "ids")).values(person_id=None, address=None), ids
    )
    for table in (attempt, outcome):  # what the other side said may repeat the address
        of_others = select(delivery.c.id).where(one_of(delivery.c.account_id, "accounts"))
        named = and_(table.c.delivery_id.in_(of_others), gone.may_be_in(table.c.detail))
        whose = or_(one_of_ids(table.c.delivery_id, "ids"), named)
        connection.execute(update(table).where(whose).values(detail=None), ids | {"accounts": sorted(gone.accounts)})
    return {"messages that were to go out, cancelled": cancelled, "deliveries, made anonymous": len(rows)}


def _deliveries(connection: Connection, gone: Gone) -> Sequence[Row[Any]]:
    """Also those to an address of the person that belonged to nobody; a colleague's mail to the same address is theirs."""
    d = delivery.c
    spelled = sorted({one for address in gone.addresses for one in (address, address.lower())})
    nobodys = and_(d.person_id.is_(None), one_of(d.address, "addresses"))
    whose: Select[Any] = select(*WORKED_WITH).where(or_(one_of(d.person_id, "ids"), nobodys)).order_by(d.id)
    return connection.execute(whose.with_for_update(), {"ids": sorted(gone.ids), "addresses": spelled}).all()


def _cancel(connection: Connection, rows: Iterable[Row[Any]]) -> int:
    real = clock(connection)
    at = {run.id: Clocks(run, real) for run in all_runs(connection)}
    waiting = [row for row in rows if row.state in STOPPABLE]
    change(connection, By.PERSON, [_cancelled(row, at[row.run]) for row in waiting])
    return len(waiting)


def _cancelled(row: Row[Any], at: Clocks) -> Change:
    """A worker that has it under a lease finds it gone at the wire."""
    values = {"reason": Reason.SUBJECT_GONE.value, "settled_at": at.now, "lease_until": None}
    return Change(row.id, row.fence, State(row.state), State.CANCELLED, values)


def erase_nudges(connection: Connection, gone: Gone) -> Mapping[str, int]:
    """A nudge about the person stays as one about nobody, so that deliveries can still be counted by rule."""
    n = nudge.c
    own = (n.subject_kind == "person", one_of(n.subject, "ids"))
    connection.execute(_UNTOLD.where(i.nudge_id.in_(select(n.id).where(*own))), {"ids": sorted(gone.ids)})
    blank = {"subject": nobody(n.start_id), "start_key": FORGOTTEN, "per": "", "evidence": []}
    about = connection.execute(update(nudge).where(*own).values(blank), {"ids": sorted(gone.ids)}).rowcount
    return {"nudges, made anonymous": about + _scrubbed_evidence(connection, gone)}


i = tables.digest_item.c
_UNTOLD = update(tables.digest_item).values(props={})  # what a list was ordered by is the person's own


def _scrubbed_evidence(connection: Connection, gone: Gone) -> int:
    n = nudge.c
    whose = (one_of(n.subject, "accounts"), gone.may_be_in(n.evidence))
    rows = connection.execute(select(n.id, n.evidence).where(*whose), {"accounts": sorted(gone.accounts)}).all()
    for row in rows:
        connection.execute(update(nudge).where(n.id == row.id).values(evidence=gone.without(row.evidence)))
    return len(rows)


def erase_skips(connection: Connection, gone: Gone, rules: Iterable[str]) -> Mapping[str, int]:
    """``rules`` are those about people. What others' skips tell of the person is cut out."""
    s = skip.c
    own = delete(skip).where(s.rule.in_(sorted(rules)), one_of(s.subject, "ids"))
    done = connection.execute(own, {"ids": sorted(gone.ids)}).rowcount
    told = [s.detail.contains(name, autoescape=True) for name in sorted(gone.ids)]
    told += [s.detail.icontains(address, autoescape=True) for address in sorted(gone.addresses)]
    cut = update(skip).where(one_of(s.subject, "accounts"), or_(*told)).values(detail=None)
    return {"skips": done + connection.execute(cut, {"accounts": sorted(gone.accounts)}).rowcount}


def erase_suppressions(connection: Connection, hashed: AddressHash, gone: Gone) -> Mapping[str, int]:
    """What was wished stays by the hash of every address, and no more by the person. A note may say who it was.

    A bounce tells of its own address only.
    """
    s = suppression.c
    ids = {"ids": sorted(gone.ids)}
    rows = connection.execute(select(suppression).where(one_of(s.person_id, "ids")), ids).mappings().all()
    connection.execute(delete(suppression).where(one_of(s.person_id, "ids")), ids)
    everywhere = {hashed.of(address) for address in gone.addresses} if rows else set()
    kept: dict[tuple[str, str, str], Mapping[str, Any]] = {}
    for row in rows:
        own = {row["address_hash"]} if row["address_hash"] else set()
        for hash_ in own if row["reason"] == "hard_bounce" else own | everywhere:
            wish = {name: row[name] for name in ("class", "reason", "since", "who")}
            kept.setdefault((hash_, row["class"], row["reason"]), {**wish, "address_hash": hash_})
    if kept:
        connection.execute(insert(suppression), list(kept.values()))
    return {"suppressions, kept by the hash of the address": len(kept) + _without_notes(connection, hashed, gone)}


def _without_notes(connection: Connection, hashed: AddressHash, gone: Gone) -> int:
    s = suppression.c
    known = {one for address in gone.addresses for one in hashed.each(address)}
    noted = update(suppression).where(s.person_id.is_(None), s.address_hash.in_(sorted(known)), s.note.is_not(None))
    return connection.execute(noted.values(note=None)).rowcount
