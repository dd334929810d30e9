"""What deciding is told, and what it answers: plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, Literal, NamedTuple

from firstwin.match.value import Match
from firstwin.rules.terms import Message, Record, Scalar

Channel = Literal["email", "alert", "webhook", "digest"]


class Reason(StrEnum):
    """Why a nudge or a message did not go out. One word each, the same in tables, commands, metrics and docs."""

    GOAL_MET = "goal_met"
    GATE_FALSE = "gate_false"
    EXPIRED = "expired"
    TOO_LATE = "too_late"
    AGAIN = "again"
    PAUSED = "paused"
    RULE_PAUSED = "rule_paused"
    SHADOW = "shadow"
    SUPPRESSED = "suppressed"
    LESS_OFTEN = "less_often"  # they asked for one mail a week at most
    NO_ADDRESS = "no_address"
    SUBJECT_GONE = "subject_gone"
    FEED_STALE = "feed_stale"  # what the rule waits for has stopped arriving altogether
    NOTHING_CHOSEN = "nothing_chosen"  # no branch of a `choose` holds
    NOBODY_LEFT = "nobody_left"  # of those whom a digest was about
    ALREADY_RUNNING = "already_running"
    BEFORE_RULE = "before_rule"
    DATE_MOVED = "date_moved"
    REPLACED = "replaced"
    STATE_ENDED = "state_ended"
    DAILY_CAP = "daily_cap"
    QUIET_HOURS = "quiet_hours"
    CAPPED = "capped"  # they have had as many messages as anybody may get
    OUTRANKED = "outranked"  # it lets a message of a higher priority go first
    DESTINATION_PAUSED = "destination_paused"
    DESTINATION_RESTS = "destination_rests"  # after many failures, until one message has arrived again
    NOT_SENT = "not_sent"  # a replay without --send
    RULE_GONE = "rule_gone"
    RENDER_ERROR = "render_error"
    INVALID = "invalid"
    NO_WAY_OUT = "no_way_out"  # a mail without an unsubscribe link
    POISON = "poison"
    ATTEMPTS_USED_UP = "attempts_used_up"
    REFUSED = "refused"
    NO_ANSWER = "no_answer"


class Person(NamedTuple):
    """A person who could be written to. ``suppressed`` holds the classes not to be sent, as ``silence`` reads them."""

    id: str
    address: str | None
    role: str | None = None
    suppressed: frozenset[str] = frozenset()


class Subject(NamedTuple):
    """Whom the match is about. ``people`` are the account's (or the one person), oldest membership first.

    ``properties`` are those that a recipient's address may be read from, by full name (``account.billing_email``).
    """

    kind: Literal["account", "person"]
    id: str
    account_id: str | None
    exists: bool = True
    people: tuple[Person, ...] = ()
    contact: str | None = None  # the id of the person whom the account names as its contact
    csm: str | None = None  # the destination of the account's own CSM, if it has one
    csm_name: str = ""  # whom the account names as its CSM
    properties: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class History:
    """What this rule has done for this subject (and ``per`` value).

    ``own`` are the steps already nudged for this very start, ``last_other`` the newest nudge of any other start.
    """

    own: frozenset[str] = frozenset()
    last_other: datetime | None = None


NOTHING_YET: Final = History()


@dataclass(frozen=True)
class Policy:
    """What holds at this moment. ``suppressed_addresses`` (lower case) is for addresses that belong to no person.

    ``silent`` are the steps whose feed is silent, each with a sentence; ``drawn_by`` the name that the rule had first, which
    shares are drawn by: a rename moves nobody to the other side. ``held`` tells of a silence that has just ended.
    """

    paused: bool = False
    paused_rules: frozenset[str] = frozenset()
    expires_after: Mapping[Channel, timedelta] = field(default_factory=dict)
    mail_sender: str = "mail"
    csm_fallback: str | None = None
    suppressed_addresses: Mapping[str, frozenset[str]] = field(default_factory=dict)
    silent: Mapping[str, str] = field(default_factory=dict)
    drawn_by: str = ""
    held: str = ""


class Planned(NamedTuple):
    """One message to one place. ``address`` is None where the destination has its own.

    Of a digest: whose list it is (``receiver``), and the ``value`` that this subject is ordered by.
    """

    action: Message
    channel: Channel
    destination: str
    message_class: str
    expires_at: datetime
    person_id: str | None = None
    address: str | None = None
    receiver: str = ""
    value: Scalar | None = None


class NotSent(NamedTuple):
    """An action of a nudge that reaches nobody, and why."""

    action: Message
    reason: Reason
    detail: str = ""


class Nudge(NamedTuple):
    """Do it: what is recorded, what goes out, and what does not and why. In shadow nothing goes out.

    ``branch`` and ``variant`` are what was chosen. Who is held out counts as nudged, and gets nothing.
    """

    match: Match
    mode: Literal["live", "shadow"]
    planned: tuple[Planned, ...]
    records: tuple[Record, ...] = ()
    not_sent: tuple[NotSent, ...] = ()
    account_id: str | None = None  # the account concerned, for the deliveries
    branch: str | None = None
    variant: str | None = None
    held_out: bool = False


class Skip(NamedTuple):
    """Not this message. ``ends_start``: nor any later one of this start (its goal is met, or it may not begin)."""

    match: Match
    reason: Reason
    detail: str = ""
    ends_start: bool = False


class Hold(NamedTuple):
    """Not now: the step stays due and is asked again."""

    match: Match
    until: datetime
    reason: Reason


Decision = Nudge | Skip | Hold
