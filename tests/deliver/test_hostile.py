"""A template that would run for ever or fill the memory costs its own delivery and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.deliver.given import Scripted, a_deliverer, companies, properties
from tests.outbox.given import deliveries, row_of

HEAD = "---\ntitle: {{ account.company }} stalled\nnext_step: Call them.\n---\n"
BOMBS = {
    "loops within loops": "{% for a in account.many %}" * 4 + "x" + "{% endfor %}" * 4,
    "a gigabyte of text": "{% for a in account.many %}{{ account.long }}{% endfor %}",
    "a gigabyte of variables": "{% if account.long is defined %}"
    + "".join(f"{{% set a{n} = account.long ~ account.long %}}" for n in range(1_500))
    + "{% endif %}",
    "sorts all day": "{% for a in account.many %}{{ account.long | sort | first }}{% endfor %}",
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_it_is_dead_with_a_reason_and_the_next_ones_go_out(engine: Engine, tmp_path: Path, bomb: str) -> None:
    broken, *fine = deliveries(engine, 4, channels=("alert",))
    companies(engine, range(4))
    properties(engine, "account", "acme-0000", many=list(range(2_000)), long="ab" * 40_000)
    body = f"{{% if account.long is defined %}}{BOMBS[bomb]}{{% endif %}}Nothing since the signup."
    sender = Scripted()
    deliverer = a_deliverer(engine, tmp_path, {"cs-slack": sender}, files={"alert/stalled.md": HEAD + body})
    deliverer.run(60)  # as long as it takes on a slow machine
    assert (row_of(engine, broken).state, row_of(engine, broken).reason) == ("dead", "render_error")
    assert {row_of(engine, id_).state for id_ in fine} == {"delivered"}
    assert len(sender.sent) == 3
