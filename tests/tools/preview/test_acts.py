from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from firstwin.rules.terms import Alert, Email, Reached, Recipient, Record, Step, Term, Webhook
from firstwin.tools.preview.acts import acts_of

MAIL, ALERT, POST = Email("hello", Recipient("contact")), Alert("look", "cs"), Webhook("post", "crm")


@dataclass(frozen=True)
class Variant:
    name: str
    share: float
    actions: tuple[Any, ...]


@dataclass(frozen=True)
class Split:
    variants: tuple[Variant, ...]


@dataclass(frozen=True)
class Branch:
    actions: tuple[Any, ...]
    condition: Term | None = field(default=None)


@dataclass(frozen=True)
class Choose:
    branches: tuple[Branch, ...]


def acts(*actions: Any) -> list[tuple[str, Any]]:
    return [(act.variant, act.action) for act in acts_of(Step("", timedelta(0), actions))]


def test_messages_come_in_the_order_of_the_file_and_records_are_none() -> None:
    assert acts(ALERT, Record("done"), MAIL) == [("", ALERT), ("", MAIL)]


def test_every_variant_is_told_by_its_name() -> None:
    split = Split((Variant("short", 0.5, (MAIL,)), Variant("long", 0.5, (ALERT, POST))))
    assert acts(split) == [("short", MAIL), ("long", ALERT), ("long", POST)]


def test_every_branch_is_told_by_its_number_however_deep() -> None:
    inner = Split((Variant("a", 1, (MAIL,)),))
    choose = Choose((Branch((inner,), Reached("activated")), Branch((POST,))))
    assert acts(choose) == [("1/a", MAIL), ("2", POST)]
