"""A key is shown once, kept as a hash, and one source has one."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, select

from firstwin.db import tables
from firstwin.db.engine import clock, read, write
from firstwin.facts.write_keys import TakenError, make_key, revoke_key, source_of, valid_keys, write_keys


def made(engine: Engine, source: str, *, replace: bool = False) -> str:
    with write(engine) as connection:
        return make_key(connection, source, who="ada", at=clock(connection), replace=replace)


def owner(engine: Engine, key: str) -> str | None:
    with read(engine) as connection:
        return source_of(key, valid_keys(connection))


def test_a_key_proves_its_source(engine: Engine) -> None:
    shop, app = made(engine, "shop"), made(engine, "app")
    assert (owner(engine, shop), owner(engine, app)) == ("shop", "app")
    assert [owner(engine, wrong) for wrong in ("", shop[:-1], shop + "x", shop.lower(), "\udc00")] == [None] * 5


def test_only_its_hash_is_kept(engine: Engine) -> None:
    key = made(engine, "shop")
    with read(engine) as connection:
        row = connection.execute(select(tables.write_key)).one()
    assert key not in str(row)
    assert key.startswith(row.begins)
    assert len(row.begins) < len(key) / 3


def test_a_source_has_one_key(engine: Engine) -> None:
    first = made(engine, "shop")
    with pytest.raises(TakenError):
        made(engine, "shop")
    second = made(engine, "shop", replace=True)
    assert (owner(engine, first), owner(engine, second)) == (None, "shop")
    with read(engine) as connection:
        assert [(key.source, key.revoked_at is None) for key in write_keys(connection)] == [
            ("shop", True),
            ("shop", False),
        ]


def test_a_revoked_key_proves_nothing(engine: Engine) -> None:
    key = made(engine, "shop")
    with write(engine) as connection:
        assert revoke_key(connection, "shop", clock(connection))
        assert not revoke_key(connection, "shop", clock(connection))
    assert owner(engine, key) is None
