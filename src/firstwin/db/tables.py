"""Every table, on one page. What each state means stands in docs/tables.md."""

from __future__ import annotations

from sqlalchemy import (
    DDL,
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.event import listen

from firstwin.db.types import Instant, Json, Xid

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Id = BigInteger().with_variant(Integer(), "sqlite")
LIVE = "live"  # the run of the real clock; a replay has a run of its own

# ---- facts: what happened -------------------------------------------------------------------------------------------

event = Table(
    "event",
    metadata,
    Column("seq", Id, primary_key=True, autoincrement=True),
    Column("id", Text, unique=True),  # messageId; empty on the further facts that one message brought
    Column("account_id", Text),
    Column("person_id", Text),
    Column("name", Text, nullable=False),
    Column("props", Json, nullable=False),
    Column("value_at", Instant),  # the moment that a property's value names, when it is a date
    Column("occurred_at", Instant, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("known_at", Instant, nullable=False),
    Column("source", Text),
    Column("run", Text),  # whose milestone or nudge this is; empty for what came from outside
    Column("tx", Xid()),
    Index(None, "account_id", "name", "occurred_at", "seq"),
    Index(None, "person_id", "name", "occurred_at", "seq", postgresql_where=text("person_id IS NOT NULL")),
    Index(None, "name", "occurred_at"),
    Index(
        None,
        "name",
        "value_at",
        postgresql_where=text("value_at IS NOT NULL"),
        sqlite_where=text("value_at IS NOT NULL"),
    ),
    Index(None, "known_at"),
    sqlite_autoincrement=True,
)

# What a tick has seen is told by snapshots of transactions (PostgreSQL); SQLite has one writer, so that `seq` tells it.
for _statement in (
    "ALTER TABLE event ALTER COLUMN tx SET DEFAULT pg_current_xact_id()",
    "CREATE INDEX ix_event_tx ON event (tx)",
):
    _ddl = DDL(_statement)  # type: ignore[no-untyped-call]  # SQLAlchemy left it without annotations
    listen(event, "after_create", _ddl.execute_if(dialect="postgresql"))

account = Table(
    "account",
    metadata,
    Column("id", Text, primary_key=True),
    Column("traits", Json, nullable=False),  # the newest value of each property, for reading; the facts are the truth
    Column("asserted", Json, nullable=False),  # when each was last said, in microseconds since 1970
)

person = Table(
    "person",
    metadata,
    Column("id", Text, primary_key=True),
    Column("traits", Json, nullable=False),
    Column("asserted", Json, nullable=False),
)

member = Table(
    "member",
    metadata,
    Column("person_id", Text, primary_key=True),
    Column("account_id", Text, primary_key=True),
    Column("since", Instant, primary_key=True),
    Column("until", Instant),
    Index(None, "account_id"),
)

alias = Table(
    "alias",
    metadata,
    Column("previous_id", Text, primary_key=True),
    Column("person_id", Text, nullable=False),
)

zone = Table("zone", metadata, Column("name", Text, primary_key=True))  # time zones that some subject is in

write_key = Table(  # what a source of messages proves itself with
    "write_key",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("source", Text, nullable=False),
    Column("hash", Text, nullable=False, unique=True),
    Column("begins", Text, nullable=False),  # its first letters, to tell keys apart
    Column("made_at", Instant, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("revoked_at", Instant),
    Index(
        "uq_write_key_source",
        "source",
        unique=True,
        postgresql_where=text("revoked_at IS NULL"),
        sqlite_where=text("revoked_at IS NULL"),
    ),
)

intake = Table(  # what came over HTTP, by source and minute
    "intake",
    metadata,
    Column("source", Text, primary_key=True),
    Column("minute", Instant, primary_key=True),
    Column("new", Integer, nullable=False),
    Column("repeated", Integer, nullable=False),
    Column("rejected", Integer, nullable=False),
    Column("lag_ms", BigInteger, nullable=False),  # of all new messages together, from happening to arriving
)

reject = Table(  # messages that could not be taken, and why; never what they said
    "reject",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("source", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("message_id", Text),
    Column("reason", Text, nullable=False),
    Index(None, "source", "at"),
)

event_name = Table(  # which names came, from when to when: for `check`, `status` and the feed guard
    "event_name",
    metadata,
    Column("name", Text, primary_key=True),
    Column("first_at", Instant, nullable=False),
    Column("last_at", Instant, nullable=False),
    Column("count", BigInteger, nullable=False),
)

# ---- rules and what is remembered -----------------------------------------------------------------------------------

run = Table(  # a clock: virtual = virtual_from + (database's clock - real_from) * rate
    "run",
    metadata,
    Column("id", Text, primary_key=True),
    Column("virtual_from", Instant, nullable=False),
    Column("real_from", Instant, nullable=False),
    Column("rate", Integer, nullable=False),
    Column("sends", Boolean, nullable=False),  # a replay without --send puts nothing on the wire
    Column("started_at", Instant, nullable=False),
)

rule_version = Table(
    "rule_version",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("rule", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("stored_at", Instant, nullable=False),
    Column(
        "meaning", Text
    ),  # the whole rule as JSON: segments and defaults as they were; empty if stored by 0003 or before
)

rule = Table(
    "rule",
    metadata,
    Column("run", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("version", Text, nullable=False),
    Column("active_from", Instant, nullable=False),  # starts before this are noted and not nudged
    Column("looked", Text),  # the version whose first full look is done (for states)
    Column("last_slot", Instant),
    Column("seen", Text),  # what the last tick saw: a snapshot, or the highest seq
    Column("noted", BigInteger, nullable=False, server_default=text("0")),
    Column("error", Text),
    Column("drawn_by", Text),  # its first name, which shares are drawn by; empty where it still has it
    Column("held_since", Instant),  # since when steps are held because their feed is silent
    Column("held_why", Text),
    Column("tripped_at", Instant),  # when it was last kept from flooding
)

plan = Table(  # what a change of the rule files would do, for `firstwin apply`
    "plan",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("made_at", Instant, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("since_s", Integer, nullable=False),  # how much of the past was looked at, in seconds
    Column("live", Json, nullable=False),  # rule -> the version that ran when the plan was made
    Column("files", Json, nullable=False),  # rule -> the version that the files held
    Column("answer", Json, nullable=False),  # rule -> how many subjects: right_now, newly, no_longer
    Column("applied_at", Instant),
    Column("applied_by", Text),
)

tick = Table(
    "tick",
    metadata,
    Column("run", Text, primary_key=True),
    Column("rule", Text, primary_key=True),
    Column("slot", Instant, primary_key=True),
    Column("version", Text, nullable=False),
    Column("starts", Integer, nullable=False),
    Column("nudges", Integer, nullable=False),
    Column("skips", Integer, nullable=False),
    Column("missed", Integer, nullable=False),  # what a full sweep found that ticks had not: must stay 0
    Column("took_ms", Integer, nullable=False),
    Column("done_at", Instant, nullable=False),
)

start = Table(
    "start",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("run", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("per", Text, nullable=False, server_default=text("''")),  # the value of the rule's `per`
    Column("at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),  # when its last step is due
    Column("seen_at", Instant, nullable=False),
    Column("state", Text, nullable=False),  # open | noted | left | done
    Column("reason", Text),  # why it was noted or left
    Column("rule_version", Text, nullable=False),
    Column("again_key", Text),  # set with the first nudge, so that `again` is kept by the database too
    Column("actor", Text),  # the person of the event
    Column("props", Json, nullable=False),
    UniqueConstraint("run", "rule", "subject", "key"),
    Index(
        "uq_start_again",
        "run",
        "rule",
        "subject",
        "again_key",
        unique=True,
        postgresql_where=text("again_key IS NOT NULL"),
        sqlite_where=text("again_key IS NOT NULL"),
    ),
)

step_due = Table(
    "step_due",
    metadata,
    Column("start_id", Id, ForeignKey("start.id", ondelete="CASCADE"), primary_key=True),
    Column("step", Text, primary_key=True),
    Column("run", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("state", Text, nullable=False),  # waiting | done | skipped | dropped
    Index(
        "ix_step_due_waiting",
        "run",
        "rule",
        "step",
        "due_at",
        postgresql_where=text("state = 'waiting'"),
        sqlite_where=text("state = 'waiting'"),
    ),
)

episode = Table(
    "episode",
    metadata,
    Column("run", Text, primary_key=True),
    Column("rule", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("since", Instant, primary_key=True),
    Column("until", Instant),
    Column("noted", Boolean, nullable=False),  # true before the rule was: not nudged
    Index(
        "ix_episode_open",
        "run",
        "rule",
        "subject",
        unique=True,
        postgresql_where=text("until IS NULL"),
        sqlite_where=text("until IS NULL"),
    ),
)

# ---- decisions ------------------------------------------------------------------------------------------------------

nudge = Table(
    "nudge",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("run", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("rule_version", Text, nullable=False),
    Column("subject_kind", Text, nullable=False),  # account | person
    Column("subject", Text, nullable=False),
    Column("start_id", Id, ForeignKey("start.id"), nullable=False),
    Column("start_key", Text, nullable=False),
    Column("per", Text, nullable=False),
    Column("step", Text, nullable=False),
    Column("mode", Text, nullable=False),  # live | shadow
    Column("due_at", Instant, nullable=False),
    Column("decided_at", Instant, nullable=False),
    Column("evidence", Json, nullable=False),
    Column("state", Text, nullable=False, server_default=text("'nudged'")),  # nudged | held_out
    Column("branch", Text),  # of `choose`: counted from 1, or otherwise
    Column("variant", Text),  # of `split`: its name
    UniqueConstraint("run", "rule", "subject", "start_key", "step"),
    Index(None, "start_id"),
    Index(None, "rule", "decided_at"),
)

skip = Table(
    "skip",
    metadata,
    Column("run", Text, primary_key=True),
    Column("rule", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("start_key", Text, primary_key=True),
    Column("step", Text, primary_key=True),
    Column("reason", Text, primary_key=True),
    Column("detail", Text),
    Column("rule_version", Text, nullable=False),
    Column("first_at", Instant, nullable=False),
    Column("last_at", Instant, nullable=False),
)

pause = Table(
    "pause",
    metadata,
    Column("scope", Text, primary_key=True),  # a rule's id, or * for everything
    Column("since", Instant, nullable=False),
    Column("who", Text, nullable=False),
    Column("why", Text),
)

suppression = Table(  # who wants no mail, or can't be reached; what each class and reason means: docs/tables.md
    "suppression",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("person_id", Text),
    Column("address_hash", Text),  # keyed: it outlives the address
    Column("class", Text, nullable=False),
    Column("reason", Text, nullable=False),  # unsubscribed | hard_bounce | complaint | by_hand
    Column("since", Instant, nullable=False),
    Column("who", Text, nullable=False),  # page, one_click, the mail provider, or somebody at the command line
    Column("note", Text),
    Index(None, "person_id"),
    Index(None, "address_hash"),
)

# ---- deliveries -----------------------------------------------------------------------------------------------------

delivery = Table(
    "delivery",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("run", Text, nullable=False),
    Column("key", Text, nullable=False, unique=True),  # the idempotency key that goes on the wire
    Column("nudge_id", Id, ForeignKey("nudge.id"), nullable=False),
    Column("rule", Text, nullable=False),
    Column("step", Text, nullable=False),
    Column("start_id", Id, nullable=False),
    Column("account_id", Text),
    Column("person_id", Text),  # the recipient, when it is a person that we know
    Column("channel", Text, nullable=False),  # email | alert | webhook | digest
    Column("template", Text, nullable=False),
    Column("class", Text, nullable=False),
    Column("destination", Text, nullable=False),  # the sender's name in firstwin.yaml
    Column("address", Text),  # a mail address; empty where the sender has its own
    Column("state", Text, nullable=False),
    Column("reason", Text),
    Column("due_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("retry_at", Instant),  # by the database's clock: not before this
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("fence", Integer, nullable=False, server_default=text("0")),
    Column("lease_until", Instant),
    Column("leased_by", Text),
    Column("lease_losses", Integer, nullable=False, server_default=text("0")),
    Column("sent_day", Date),  # the day whose cap it was counted in
    Column("provider_id", Text),
    Column("created_at", Instant, nullable=False),
    Column("settled_at", Instant),
    Index(
        "ix_delivery_claimable",
        "run",
        "destination",
        "due_at",
        postgresql_where=text("state IN ('scheduled', 'retry_wait', 'held')"),
        sqlite_where=text("state IN ('scheduled', 'retry_wait', 'held')"),
    ),
    Index(
        "ix_delivery_taken",
        "lease_until",
        postgresql_where=text("state IN ('leased', 'sending')"),
        sqlite_where=text("state IN ('leased', 'sending')"),
    ),
    Index(
        "ix_delivery_alerts",
        "destination",
        "settled_at",
        postgresql_where=text("channel = 'alert'"),
        sqlite_where=text("channel = 'alert'"),
    ),
    Index(None, "nudge_id"),
    Index(None, "account_id", "created_at"),
    Index(None, "person_id", "created_at"),
    Index(
        None,
        "address",
        "created_at",
        postgresql_where=text("address IS NOT NULL"),
        sqlite_where=text("address IS NOT NULL"),
    ),
    Index(
        None,
        "provider_id",
        postgresql_where=text("provider_id IS NOT NULL"),
        sqlite_where=text("provider_id IS NOT NULL"),
    ),
)

attempt = Table(  # append-only
    "attempt",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("delivery_id", Id, ForeignKey("delivery.id"), nullable=False),
    Column("fence", Integer, nullable=False),
    Column("began_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("outcome", Text),  # accepted | retry | refused | unknown | late; empty while on the wire
    Column("reason", Text),
    Column("detail", Text),  # the answer, redacted, at most 2 kB
    UniqueConstraint("delivery_id", "fence"),
)

digest = Table(  # how a delivery of many subjects is put in order
    "digest",
    metadata,
    Column("delivery_id", Id, ForeignKey("delivery.id"), primary_key=True),
    Column("receiver", Text, nullable=False),  # whose list it is: a CSM; empty where it is everybody's
    Column("top", Integer, nullable=False),
    Column("lowest_first", Boolean, nullable=False),
)

digest_item = Table(
    "digest_item",
    metadata,
    Column("delivery_id", Id, ForeignKey("delivery.id"), primary_key=True),
    Column("nudge_id", Id, ForeignKey("nudge.id"), primary_key=True),
    Column("start_id", Id, nullable=False),
    Column("account_id", Text),
    Column("props", Json, nullable=False),  # `value`: what it is ordered by, as it was when this was decided
    Column("reason", Text),  # why it was left out; empty while it is on the list
    Index(None, "nudge_id"),
)

outcome = Table(  # what became of a message after it was accepted, as the mail provider tells
    "outcome",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("provider", Text, nullable=False),
    Column("event_id", Text, nullable=False),
    Column("kind", Text, nullable=False),  # hard_bounce | soft_bounce | complaint | unsubscribed
    Column("at", Instant, nullable=False),
    Column("address_hash", Text, nullable=False),
    Column("delivery_id", Id, ForeignKey("delivery.id")),  # empty where it could not be told
    Column("detail", Text),
    UniqueConstraint("provider", "event_id"),
    Index(None, "delivery_id"),
)

hook_token = Table(  # a signature that does not cover the body is good for one body only
    "hook_token",
    metadata,
    Column("provider", Text, primary_key=True),
    Column("token", Text, primary_key=True),
    Column("body", Text, nullable=False),  # SHA-256
    Column("at", Instant, nullable=False),
    Index(None, "at"),
)

destination = Table(
    "destination",
    metadata,
    Column("name", Text, primary_key=True),
    Column("paused_at", Instant),
    Column("disabled_at", Instant),
    Column("disabled_why", Text),
    Column("breaker", Text, nullable=False, server_default=text("'closed'")),  # closed | open | half_open
    Column("opened_until", Instant),
    Column("open_for_s", Integer, nullable=False, server_default=text("0")),
    Column("failures_in_row", Integer, nullable=False, server_default=text("0")),
    Column("failing_since", Instant),
    Column("next_free_at", Instant),  # of a destination with a rate: nothing goes to the wire before this
    Column("probe_delivery", Id),
    Column("breaker_since", Instant),
    Column(
        "recent", Json
    ),  # attempts of the last minutes, by slices: [number, worked, failed]; empty while all is well
    Column("probe_fence", Integer),
    Column("not_before", Instant),  # the other side asked for a rest until then
    Column("disabled_told", Text),  # the destination whose people were told
)

replay = Table(  # a person asked for a delivery to go out again
    "replay",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("delivery_id", Id, ForeignKey("delivery.id"), nullable=False),
    Column("from_state", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("at", Instant, nullable=False),
)

day_count = Table(  # messages that went to the wire, for the cap of a day
    "day_count",
    metadata,
    Column("run", Text, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("sent", Integer, nullable=False),
)

heartbeat = Table(
    "heartbeat",
    metadata,
    Column("who", Text, primary_key=True),  # beat, or a worker's name
    Column("kind", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("says", Json),  # of its files
)
