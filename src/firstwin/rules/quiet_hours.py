"""The part of firstwin.yaml that says when customers are left in peace: each by the clock of where they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from pydantic import Field
from pydantic_core import InitErrorDetails

from firstwin.rules.clock import Time
from firstwin.rules.word import Word, refused_at


class QuietHours(Word):
    """From one time of day until another, which may be the next day's; with ``weekends`` Saturdays and Sundays too."""

    from_: Time = Field(alias="from", default="")
    until: Time = ""
    weekends: bool = False

    empty_is_left_out: ClassVar[bool] = True
    called: ClassVar[str] = "`quiet_hours`"
    needed: ClassVar[Mapping[str, str]] = {
        "from": "Write when the day ends: `from: 20:00`.",
        "until": "Write when it begins: `until: 08:00`.",
    }
    synonyms: ClassVar[Mapping[str, str]] = {"start": "from", "after": "from", "to": "until", "end": "until", "before": "until", "weekend": "weekends"}  # fmt: skip
    shape: ClassVar[str] = "Write `quiet_hours: {from: 20:00, until: 08:00}`."

    @classmethod
    def clashes(cls, data: Mapping[str, Any]) -> Iterator[InitErrorDetails]:
        """A night of no length."""
        if data.get("from") and data["from"] == data.get("until"):
            message = "These hours begin when they end, so that no mail would ever go out, or all of them."
            yield refused_at("until", message=message, suggestion="Write another time: `until: 08:00`.")
