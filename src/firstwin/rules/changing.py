"""What a property changed from and to: values, or `{exists: false}` for none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Discriminator, Tag

from firstwin.rules import terms
from firstwin.rules.names import Values
from firstwin.rules.word import Word, refusal


def _only_false(value: object) -> object:
    if value is not False:
        raise refusal("Only `exists: false` says something here.", "For any value, leave `from:` or `to:` out.")
    return value


class NotThere(Word):
    """`{exists: false}`: no value."""

    exists: Annotated[Literal[False], BeforeValidator(_only_false)]

    called: ClassVar[str] = "`{exists: false}`"


def _value_or_none(value: object) -> str:
    return "<none>" if isinstance(value, Mapping | NotThere) else "<values>"


ValuesOrNone = Annotated[
    Annotated[Values, Tag("<values>")] | Annotated[NotThere, Tag("<none>")], Discriminator(_value_or_none)
]


def values(written: tuple[terms.Scalar, ...] | NotThere | None) -> tuple[terms.Scalar, ...] | None:
    return () if isinstance(written, NotThere) else written
