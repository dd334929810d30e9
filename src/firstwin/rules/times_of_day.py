"""A time of day in a rule: said so that its author finds the quiet hours of the project."""

from __future__ import annotations

from firstwin.rules.word import Word

CALLED = frozenset({"at", "time", "hour", "at_time", "send_at"})
DAYTIME = (
    "Write when it is due with `after: 2 days`. Mails keep to the daytime of their recipients with"
    " `quiet_hours: {from: 20:00, until: 08:00}` in firstwin.yaml."
)


class Due(Word):
    """What is due a while after something, and at no time of day."""

    @classmethod
    def unknown(cls, key: str) -> tuple[str, str]:
        return (f"{cls.called} has no `{key}`.", DAYTIME) if key in CALLED else super().unknown(key)
