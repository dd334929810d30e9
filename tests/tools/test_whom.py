import pytest
from sqlalchemy import Engine, insert

from firstwin.db import tables
from firstwin.db.engine import look, write
from firstwin.tools import whom as module
from firstwin.tools.whom import NotKnownError, Several, Whom, whom
from tests.tick.bench_of_rules import DAY, T0, World
from tests.tools.explain.given import LOGIN, a_person, a_world

PEOPLE = LOGIN.replace("about: account", "about: person")


@pytest.fixture
def world(engine: Engine) -> World:
    world = a_world(engine, ours=LOGIN, hers=PEOPLE)
    for name in ("acme-001", "acme-002", "beta"):
        world.account(name)
    world.fact("firstwin.account.name", -DAY, "beta", props={"value": "Beta GmbH"})
    a_person(world, "ada", "beta")
    return world


def asked(world: World, rule: str, named: str, person: str | None = None) -> Whom | Several:
    found = next(one for one in world.env.rules if one.id == rule)
    with look(world.engine) as connection:
        return whom(connection, found, named, person, T0)


def test_an_account_is_known_with_its_name(world: World) -> None:
    assert asked(world, "ours", "beta") == Whom("account", "beta", "Beta GmbH", "beta")


def test_one_of_which_only_events_are_known_is_known_too(world: World) -> None:
    world.fact("signed_up", DAY, "early-bird")
    assert asked(world, "ours", "early-bird") == Whom("account", "early-bird", "", "early-bird")


@pytest.mark.parametrize(
    ("written", "meant"), [("acme-01", "acme-001"), ("BETA", "beta"), ("acme 002", "acme-002"), ("betta", "beta")]
)
def test_who_may_have_been_meant_is_told(world: World, written: str, meant: str) -> None:
    with pytest.raises(NotKnownError, match=f"no account {written}.*`{meant}`"):
        asked(world, "ours", written)


def test_nothing_is_suggested_where_nothing_is_near(world: World) -> None:
    with pytest.raises(NotKnownError, match=r"There is no account zzz\.$"):
        asked(world, "ours", "zzz")


def test_a_person_is_not_an_account(world: World) -> None:
    with pytest.raises(NotKnownError, match=r"ada is a person.*`beta`"):
        asked(world, "ours", "ada")
    with pytest.raises(NotKnownError, match="about accounts"):
        asked(world, "ours", "beta", "ada")


def test_a_person_is_found_by_any_of_their_names(world: World) -> None:
    ada = Whom("person", "ada", "Ada", "beta")
    with write(world.engine) as connection:
        connection.execute(insert(tables.alias).values(previous_id="anonymous-1", person_id="ada"))
    assert [asked(world, "hers", *names) for names in (("ada",), ("beta", "ada"), ("anonymous-1",))] == [ada] * 3
    with pytest.raises(NotKnownError, match=r"no person adda.*`ada`"):
        asked(world, "hers", "beta", "adda")
    with pytest.raises(NotKnownError, match=r"no person and no account betta.*`beta`"):
        asked(world, "hers", "betta")


def test_of_an_account_its_people_are_named(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    a_person(world, "bob", "beta", at=-5 * DAY)
    found = asked(world, "hers", "beta")
    assert isinstance(found, Several)
    assert [one.id for one in found.people] == ["ada", "bob"]
    monkeypatch.setattr(module, "MOST_PEOPLE", 1)
    cut = asked(world, "hers", "beta")
    assert isinstance(cut, Several)
    assert (len(cut.people), cut.more) == (1, 1)
    with pytest.raises(NotKnownError, match="no people"):
        asked(world, "hers", "acme-001")
