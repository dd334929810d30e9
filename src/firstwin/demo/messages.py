"""What the companies of the demo do, as the messages of the Segment spec that their product would send."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson

from firstwin.demo.companies import COMPANIES, Company, Deed


@dataclass(frozen=True)
class Line:
    """One message as it stands in a file, and when it is sent."""

    at: datetime
    content: bytes


def lines(begin: datetime) -> list[Line]:
    """Every message of the demo that begins then, in the order of time."""
    made = [line for company in COMPANIES for line in _of(company, begin)]
    return sorted(made, key=lambda line: line.at)


def _of(company: Company, begin: datetime) -> Iterator[Line]:
    born = begin + timedelta(days=min(deed.day for deed in company.deeds))
    for number, person in enumerate(company.people):
        traits = {"name": person.name, "email": person.email, "role": person.role, "timezone": company.zone}
        yield _line(company, person.id, born, f"identify-{number}", {"type": "identify", "traits": traits})
        account = {**_traits(company), "created_at": born.isoformat()}
        group = {"type": "group", "groupId": company.id, "traits": account if number == 0 else {}}
        yield _line(company, person.id, born, f"group-{number}", group)
    for number, deed in enumerate(company.deeds):
        track = {"type": "track", "event": deed.event, "properties": dict(deed.props)}
        yield _line(company, _doer(company, deed), begin + timedelta(days=deed.day), f"track-{number}", track)


def _traits(company: Company) -> dict[str, Any]:
    return {
        "name": company.name,
        "plan": company.plan,
        "mrr": company.mrr,
        "csm": company.csm,
        "timezone": company.zone,
        "contact": company.people[0].id,
    }


def _doer(company: Company, deed: Deed) -> str:
    return company.people[deed.by].id


def _line(company: Company, person: str, at: datetime, name: str, said: dict[str, Any]) -> Line:
    whole = {
        "messageId": f"demo-{company.id}-{name}",
        "userId": person,
        "timestamp": at.isoformat(),
        "context": {"groupId": company.id},
        **said,
    }
    return Line(at, orjson.dumps(whole))
