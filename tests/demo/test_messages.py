from datetime import UTC, datetime, timedelta

import orjson

from firstwin.demo.companies import COMPANIES
from firstwin.demo.messages import lines
from firstwin.facts.moments import microseconds
from firstwin.facts.segment import Message, parse

BEGIN = datetime(2026, 3, 1, tzinfo=UTC)


def test_every_line_is_a_message_of_the_segment_spec() -> None:
    read = [parse(line.content, microseconds(line.at)) for line in lines(BEGIN)]
    assert [each for each in read if not isinstance(each, Message)] == []


def test_lines_come_in_the_order_of_time_and_each_has_an_id_of_its_own() -> None:
    made = lines(BEGIN)
    assert made == sorted(made, key=lambda line: line.at)
    assert len({orjson.loads(line.content)["messageId"] for line in made}) == len(made)


def test_an_account_is_introduced_before_it_does_anything() -> None:
    first: dict[str, str] = {}
    for line in lines(BEGIN):
        said = orjson.loads(line.content)
        first.setdefault(said["context"]["groupId"], said["type"])
    assert first == {company.id: "identify" for company in COMPANIES}


def test_nothing_happens_after_the_three_weeks() -> None:
    assert max(line.at for line in lines(BEGIN)) < BEGIN + timedelta(weeks=3)


def test_nobody_in_the_demo_is_somebody() -> None:
    addresses = [person.email for company in COMPANIES for person in company.people]
    assert len(set(addresses)) == len(addresses)
    assert [address for address in addresses if not address.endswith(".example")] == []
