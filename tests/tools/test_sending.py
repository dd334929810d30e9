"""Whether the mails of the rules may go out."""

from __future__ import annotations

import pytest

from firstwin.outbox.way_out import NoWayOutError, WayOut
from firstwin.rules.library import load_library
from firstwin.tools.sending import must_have_a_way_out, problems, stands_in_the_way

OPEN, SHUT = WayOut(("x" * 32,), "https://nudges.example.com"), WayOut()
RULE = "about: account\nwhen: signed_up\nthen: THEN\nagain: never\nMORE"


def says(then: str, more: str = "", way_out: WayOut = SHUT) -> str:
    text = RULE.replace("THEN", then).replace("MORE", more)
    library = load_library({"rules/r.yaml": text.encode()})
    assert library.rules, library.problems
    return stands_in_the_way(library.rules, way_out)


@pytest.mark.parametrize(
    ("then", "more", "needed"),
    [
        ("{email: a, to: contact}", "", True),
        ("[{alert: b, to: csm}, {email: a, to: contact}]", "", True),
        ("{email: a, to: contact}", "class: service\n", False),
        ("{email: a, to: contact}", "mode: shadow\n", False),
        ("{alert: b, to: csm}", "", False),
    ],
)
def test_only_mails_to_customers_need_the_settings(then: str, more: str, needed: bool) -> None:
    assert bool(says(then, more)) is needed
    assert says(then, more, OPEN) == ""


def test_it_is_told_what_to_set() -> None:
    said = says("{email: a, to: contact}")
    assert all(word in said for word in ("FIRSTWIN_SECRET", "FIRSTWIN_PUBLIC_URL", "class: service", "openssl", ".env"))
    only = says("{email: a, to: contact}", way_out=WayOut(("x" * 32,)))
    assert only.startswith("FIRSTWIN_PUBLIC_URL is not set")


def test_check_warns_and_sending_refuses() -> None:
    text = RULE.replace("THEN", "{email: a, to: contact}").replace("MORE", "")
    rules = load_library({"rules/r.yaml": text.encode()}).rules
    (problem,) = problems(rules, SHUT)
    assert (problem.file, problem.severity) == (".env", "warning")
    assert problems(rules, OPEN) == []
    with pytest.raises(NoWayOutError, match="FIRSTWIN_SECRET"):
        must_have_a_way_out(rules, SHUT)
    must_have_a_way_out(rules, OPEN)
