"""The part of firstwin.yaml that says how often anybody is written to, all rules together."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, ClassVar

from pydantic import PlainValidator, WithJsonSchema

from firstwin.rules.names import Duration
from firstwin.rules.word import Word, refusal, shown


def _how_many(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise refusal(f"{shown(value)} is not a number of messages.", "Write it like `at_most: 3`.")
    return value


class Cap(Word):
    """At most so many messages in any window of that length."""

    at_most: Annotated[int, PlainValidator(_how_many), WithJsonSchema({"type": "integer", "minimum": 1})] = 1
    in_last: Duration = timedelta()

    empty_is_left_out: ClassVar[bool] = True
    called: ClassVar[str] = "A cap"
    needed: ClassVar[Mapping[str, str]] = {
        "at_most": "Write how many: `at_most: 3`.",
        "in_last": "Write in how long: `in_last: 7 days`.",
    }
    synonyms: ClassVar[Mapping[str, str]] = {"most": "at_most", "max": "at_most", "in": "in_last", "per": "in_last", "within": "in_last"}  # fmt: skip
    shape: ClassVar[str] = "Write `{at_most: 3, in_last: 7 days}`."


class Caps(Word):
    """Mails for each person, and for each account with all its people; alerts for each CSM."""

    person: Cap | None = None
    account: Cap | None = None
    csm: Cap | None = None

    empty_is_left_out: ClassVar[bool] = True
    called: ClassVar[str] = "`caps`"
    synonyms: ClassVar[Mapping[str, str]] = {"user": "person", "contact": "person", "company": "account", "colleague": "csm", "owner": "csm", "alert": "csm", "alerts": "csm"}  # fmt: skip
    shape: ClassVar[str] = "Write `caps: {person: {at_most: 3, in_last: 7 days}}`."
