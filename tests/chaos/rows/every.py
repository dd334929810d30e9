"""Every row, in the order of the table."""

from __future__ import annotations

from tests.chaos.rows import (
    answers,
    beats,
    brokers,
    chats,
    crashes,
    databases,
    events,
    files,
    kills,
    mails,
    poison,
    replays,
    stops,
)

ROWS = (
    *kills.ROWS,
    *crashes.ROWS,
    *brokers.ROWS,
    *databases.ROWS,
    *beats.ROWS,
    *answers.ROWS,
    *chats.ROWS,
    *poison.ROWS,
    *stops.ROWS,
    *events.ROWS,
    *files.ROWS,
    *mails.ROWS,
    *replays.ROWS,
)
