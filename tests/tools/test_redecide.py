from datetime import timedelta

import pytest
from sqlalchemy import Engine, delete, select, update

from firstwin.db import tables as t
from firstwin.db.engine import look, write
from firstwin.db.tables import LIVE
from firstwin.outbox.pause import pause
from firstwin.tools.redecide import ERASED, MORE, VERSION, Redecided, redecide
from tests.tick.bench_of_rules import DAY, HOUR, T0, World
from tests.tools.explain.given import LOGIN, a_person, a_world, rules

SEGMENTED = LOGIN.replace("again", "only_if: {segment: large}\nagain")
LARGE = "large: {account.mrr: {at_least: 1000}}\n"
ACTIVATED = """\
about: account
when: {becomes: {did: report_sent, at_least: 3, since: ever}}
then: {record: activated}
again: never
"""


def a_nudge(engine: Engine, **texts: str) -> World:
    """An account that signed up and was nudged a day later."""
    world = a_world(engine, **texts)  # type: ignore[arg-type] # `since` is not among them
    world.account("acme")
    world.fact("firstwin.account.mrr", -DAY, props={"value": 2000})
    world.fact("signed_up", HOUR)
    for at in (2 * HOUR, 26 * HOUR):
        world.tick(at)
        _ran(world, at)
    return world


def _ran(world: World, at: timedelta) -> None:
    """The tick of that slot ran two seconds after it; the test's own clock is another one."""
    with write(world.engine) as connection:
        done = update(t.tick).where(t.tick.c.slot == T0 + at)
        connection.execute(done.values(done_at=T0 + at + timedelta(seconds=2)))


def again(world: World, nudge: int | None = None, **files: str) -> Redecided:
    with look(world.engine) as connection:
        wanted = nudge or connection.execute(select(t.nudge.c.id)).scalar_one()
        texts = {f"rules/{name.replace('_', '-')}.yaml": text.encode() for name, text in files.items()}
        found = redecide(connection, world.env, texts, wanted)
    assert found is not None
    return found


def test_the_same_answer_comes_with_the_same_clauses(engine: Engine) -> None:
    found = again(a_nudge(engine))
    assert (found.same, found.decision, found.notes) == (True, "nudge", ())
    assert [(clause.says, clause.same, clause.why) for clause in found.clauses] == [
        ("logged in since the start", True, "")
    ]


def test_what_came_to_be_known_later_does_not_count(engine: Engine) -> None:
    world = a_nudge(engine)
    world.fact("logged_in", 3 * HOUR, arrives=30 * HOUR)
    with write(engine) as connection:
        pause(connection, None, who="me", why=None, at=T0)
    assert again(world).same


def test_what_arrived_between_the_slot_and_its_tick_counted(engine: Engine) -> None:
    world = a_nudge(engine)
    world.fact("logged_in", 3 * HOUR, arrives=26 * HOUR + timedelta(seconds=1))
    assert not again(world).same


def test_history_that_was_imported_into_the_past_makes_another_answer(engine: Engine) -> None:
    world = a_nudge(engine)
    world.fact("logged_in", 3 * HOUR)
    found = again(world)
    assert not found.same
    assert found.decision.startswith("skip, gate_false")
    (clause,) = found.clauses
    assert (clause.same, clause.why) == (False, MORE)
    assert clause.then is not None
    assert clause.again is not None
    assert (clause.then["count"], clause.again["count"]) == (0, 1)


def test_of_somebody_who_was_forgotten_the_facts_are_gone(engine: Engine) -> None:
    world = a_world(engine, hers=LOGIN.replace("about: account", "about: person"))
    world.account("acme")
    a_person(world, "ada")
    world.fact("signed_up", HOUR, person_id="ada")
    world.tick(2 * HOUR)
    world.tick(26 * HOUR)
    with write(engine) as connection:  # as `firstwin forget` leaves it
        for table in (t.start, t.nudge):
            connection.execute(update(table).values(subject="forgotten.1"))
        connection.execute(delete(t.event).where(t.event.c.person_id == "ada"))
    found = again(world)
    assert not found.same
    assert "subject_gone" in found.decision
    assert [note.lower() for note in found.notes] == [f"{ERASED.lower()}."]


def test_an_edited_rule_is_decided_by_its_old_text(engine: Engine) -> None:
    world = a_nudge(engine)
    edited = LOGIN.replace("unless: logged_in", "unless: {account.mrr: {at_least: 1}}")
    world.know(*rules(no_login=edited), at=30 * HOUR)
    assert again(world, no_login=edited).same


@pytest.mark.parametrize("segments", [LARGE.replace("1000", "5000"), "small: {account.mrr: 1}\n"])
def test_an_edited_segment_is_read_as_it_was(engine: Engine, segments: str) -> None:
    world = a_nudge(engine, no_login=SEGMENTED, segments=LARGE)
    found = again(world, no_login=SEGMENTED, segments=segments)
    assert (found.same, found.notes) == (True, ())


def test_a_recorder_that_was_edited_is_read_as_it_was(engine: Engine) -> None:
    late = LOGIN.replace("logged_in", "activated")
    world = a_nudge(engine, activated=ACTIVATED, late=late)
    edited = ACTIVATED.replace("3", "1")
    world.know(*rules(activated=edited, late=late), at=27 * HOUR)
    found = again(world, activated=edited, late=late)
    assert (found.same, found.notes) == (True, ())


def test_a_version_whose_text_is_gone_is_told(engine: Engine) -> None:
    world = a_nudge(engine)
    with write(engine) as connection:
        connection.execute(delete(t.rule_version))
    edited = LOGIN.replace("unless: logged_in", "unless: {account.mrr: {at_least: 1}}")
    found = again(world, no_login=edited)
    assert not found.same
    assert "not kept" in found.notes[0]
    assert {clause.why for clause in found.clauses} == {VERSION}


def test_a_rule_whose_file_is_gone_is_still_decided(engine: Engine) -> None:
    assert again(a_nudge(engine)).same


def test_a_nudge_of_a_replay_is_decided_as_the_replay_saw_it(engine: Engine) -> None:
    world = World(engine, rules(no_login=LOGIN), run_id="march", since=timedelta(0))
    world.account("acme")
    world.fact("signed_up", HOUR)
    world.tick(26 * HOUR)
    world.fact("logged_in", 3 * HOUR, arrives=40 * HOUR)
    found = again(world)
    assert (found.run, found.same) == ("march", True)
    assert found.run != LIVE


def test_there_is_no_such_nudge(engine: Engine) -> None:
    world = a_world(engine)
    with look(engine) as connection:
        assert redecide(connection, world.env, {}, 99) is None
