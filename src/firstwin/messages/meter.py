"""What one part of a message has used up while it is made. No clock, so that the same message always ends the same way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from jinja2 import pass_context
from jinja2.runtime import Context

from firstwin.messages import limits
from firstwin.messages.error import Stopped

METER: Final = "_meter"  # the name that a rendering has it under; a template can't write it
SHORT: Final = 500  # characters: what is shorter is not worth being counted


class Meter:
    """Counts down. Raises Stopped when nothing is left."""

    __slots__ = ("_turns", "_work")

    def __init__(self) -> None:
        self._turns = limits.TURNS
        self._work = limits.WORK

    def turn(self, weight: int) -> None:
        """One turn of a loop in which so many parts of the template stand."""
        self._turns -= 1
        if self._turns < 0:
            raise Stopped("too_large", f"The loops of this template turn more than {limits.TURNS:,} times.")
        self.look(weight)

    def look(self, at: int) -> None:
        """At so many characters or values."""
        self._work -= at
        if self._work < 0:
            raise Stopped("too_large", "This template does too much: it looks at too many values, or at too long ones.")


def meter(context: Context) -> Meter:
    found: Meter = context[METER]
    return found


@pass_context
def counted(context: Context, values: Any, weight: int) -> Iterator[Any]:  # noqa: ANN401 - whatever a loop goes through
    """The values, as long as the rendering has turns left."""
    turn = meter(context).turn
    for value in values:
        turn(weight)
        yield value


@pass_context
def looked_at(context: Context, value: Any) -> Any:  # noqa: ANN401 - any value of the data
    """The value, which costs as much as it is long."""
    if isinstance(value, (str, list, dict, tuple)):
        meter(context).look(1 + len(value))
    elif isinstance(value, Iterator):
        return counted(context, value, 1)
    return value
