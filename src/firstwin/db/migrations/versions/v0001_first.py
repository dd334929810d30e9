"""The first version: every table that Firstwin began with."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from firstwin.db.types import Instant, Json, Xid

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

TABLES = (
    "event", "account", "person", "member", "alias", "zone", "event_name", "run", "rule_version", "rule",
    "tick", "start", "step_due", "episode", "nudge", "skip", "pause", "suppression", "delivery", "attempt",
    "destination", "replay", "day_count", "heartbeat",
)  # fmt: skip


def upgrade() -> None:
    _facts()
    _rules_and_what_is_remembered()
    _decisions()
    _deliveries()
    if op.get_context().dialect.name == "postgresql":
        _transactions()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


def _facts() -> None:
    op.create_table(
        "event",
        sa.Column("seq", ID, autoincrement=True, nullable=False),
        sa.Column("id", sa.Text()),
        sa.Column("account_id", sa.Text()),
        sa.Column("person_id", sa.Text()),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("props", Json, nullable=False),
        sa.Column("value_at", Instant()),
        sa.Column("occurred_at", Instant(), nullable=False),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("known_at", Instant(), nullable=False),
        sa.Column("source", sa.Text()),
        sa.Column("run", sa.Text()),
        sa.Column("tx", Xid()),
        sa.PrimaryKeyConstraint("seq", name="pk_event"),
        sa.UniqueConstraint("id", name="uq_event_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_event_account_id_name_occurred_at_seq", "event", ["account_id", "name", "occurred_at", "seq"])
    op.create_index("ix_event_known_at", "event", ["known_at"])
    op.create_index("ix_event_name_occurred_at", "event", ["name", "occurred_at"])
    op.create_index("ix_event_name_value_at", "event", ["name", "value_at"], **_only("value_at IS NOT NULL"))
    op.create_index(
        "ix_event_person_id_name_occurred_at_seq",
        "event",
        ["person_id", "name", "occurred_at", "seq"],
        postgresql_where=sa.text("person_id IS NOT NULL"),
    )
    op.create_table(
        "account",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("traits", Json, nullable=False),
        sa.Column("asserted", Json, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_account"),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("traits", Json, nullable=False),
        sa.Column("asserted", Json, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
    )
    op.create_table(
        "member",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("until", Instant()),
        sa.PrimaryKeyConstraint("person_id", "account_id", "since", name="pk_member"),
    )
    op.create_index("ix_member_account_id", "member", ["account_id"])
    op.create_table(
        "alias",
        sa.Column("previous_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("previous_id", name="pk_alias"),
    )
    op.create_table(
        "zone", sa.Column("name", sa.Text(), nullable=False), sa.PrimaryKeyConstraint("name", name="pk_zone")
    )
    op.create_table(
        "event_name",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("first_at", Instant(), nullable=False),
        sa.Column("last_at", Instant(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_event_name"),
    )


def _rules_and_what_is_remembered() -> None:
    op.create_table(
        "run",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("virtual_from", Instant(), nullable=False),
        sa.Column("real_from", Instant(), nullable=False),
        sa.Column("rate", sa.Integer(), nullable=False),
        sa.Column("sends", sa.Boolean(), nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_run"),
    )
    op.create_table(
        "rule_version",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("stored_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_rule_version"),
    )
    op.create_table(
        "rule",
        sa.Column("run", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("active_from", Instant(), nullable=False),
        sa.Column("looked", sa.Text()),
        sa.Column("last_slot", Instant()),
        sa.Column("seen", sa.Text()),
        sa.Column("noted", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("error", sa.Text()),
        sa.PrimaryKeyConstraint("run", "id", name="pk_rule"),
    )
    op.create_table(
        "tick",
        sa.Column("run", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("slot", Instant(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("starts", sa.Integer(), nullable=False),
        sa.Column("nudges", sa.Integer(), nullable=False),
        sa.Column("skips", sa.Integer(), nullable=False),
        sa.Column("missed", sa.Integer(), nullable=False),
        sa.Column("took_ms", sa.Integer(), nullable=False),
        sa.Column("done_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("run", "rule", "slot", name="pk_tick"),
    )
    op.create_table(
        "start",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("run", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("per", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("ends_at", Instant(), nullable=False),
        sa.Column("seen_at", Instant(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("rule_version", sa.Text(), nullable=False),
        sa.Column("again_key", sa.Text()),
        sa.Column("actor", sa.Text()),
        sa.Column("props", Json, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_start"),
        sa.UniqueConstraint("run", "rule", "subject", "key", name="uq_start_run_rule_subject_key"),
    )
    op.create_index(
        "uq_start_again",
        "start",
        ["run", "rule", "subject", "again_key"],
        unique=True,
        **_only("again_key IS NOT NULL"),
    )
    op.create_table(
        "step_due",
        sa.Column("start_id", ID, nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("run", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["start_id"], ["start.id"], name="fk_step_due_start_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("start_id", "step", name="pk_step_due"),
    )
    op.create_index("ix_step_due_waiting", "step_due", ["run", "rule", "step", "due_at"], **_only("state = 'waiting'"))
    op.create_table(
        "episode",
        sa.Column("run", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("until", Instant()),
        sa.Column("noted", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("run", "rule", "subject", "since", name="pk_episode"),
    )
    op.create_index("ix_episode_open", "episode", ["run", "rule", "subject"], unique=True, **_only("until IS NULL"))


def _decisions() -> None:
    op.create_table(
        "nudge",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("run", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("rule_version", sa.Text(), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("start_id", ID, nullable=False),
        sa.Column("start_key", sa.Text(), nullable=False),
        sa.Column("per", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("decided_at", Instant(), nullable=False),
        sa.Column("evidence", Json, nullable=False),
        sa.ForeignKeyConstraint(["start_id"], ["start.id"], name="fk_nudge_start_id"),
        sa.PrimaryKeyConstraint("id", name="pk_nudge"),
        sa.UniqueConstraint(
            "run", "rule", "subject", "start_key", "step", name="uq_nudge_run_rule_subject_start_key_step"
        ),
    )
    op.create_index("ix_nudge_rule_decided_at", "nudge", ["rule", "decided_at"])
    op.create_index("ix_nudge_start_id", "nudge", ["start_id"])
    op.create_table(
        "skip",
        sa.Column("run", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("start_key", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text()),
        sa.Column("rule_version", sa.Text(), nullable=False),
        sa.Column("first_at", Instant(), nullable=False),
        sa.Column("last_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("run", "rule", "subject", "start_key", "step", "reason", name="pk_skip"),
    )
    op.create_table(
        "pause",
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("why", sa.Text()),
        sa.PrimaryKeyConstraint("scope", name="pk_pause"),
    )
    op.create_table(
        "suppression",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("person_id", sa.Text()),
        sa.Column("address", sa.Text()),
        sa.Column("class", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_suppression"),
    )
    op.create_index("ix_suppression_address", "suppression", ["address"])
    op.create_index("ix_suppression_person_id", "suppression", ["person_id"])


def _deliveries() -> None:
    op.create_table(
        "delivery",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("run", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("nudge_id", ID, nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("start_id", ID, nullable=False),
        sa.Column("account_id", sa.Text()),
        sa.Column("person_id", sa.Text()),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("class", sa.Text(), nullable=False),
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("address", sa.Text()),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("retry_at", Instant()),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("fence", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("lease_until", Instant()),
        sa.Column("leased_by", sa.Text()),
        sa.Column("lease_losses", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("sent_day", sa.Date()),
        sa.Column("provider_id", sa.Text()),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("settled_at", Instant()),
        sa.ForeignKeyConstraint(["nudge_id"], ["nudge.id"], name="fk_delivery_nudge_id"),
        sa.PrimaryKeyConstraint("id", name="pk_delivery"),
        sa.UniqueConstraint("key", name="uq_delivery_key"),
    )
    op.create_index("ix_delivery_account_id_created_at", "delivery", ["account_id", "created_at"])
    op.create_index(
        "ix_delivery_claimable",
        "delivery",
        ["run", "destination", "due_at"],
        **_only("state IN ('scheduled', 'retry_wait', 'held')"),
    )
    op.create_index("ix_delivery_nudge_id", "delivery", ["nudge_id"])
    op.create_index("ix_delivery_taken", "delivery", ["lease_until"], **_only("state IN ('leased', 'sending')"))
    op.create_table(
        "attempt",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("delivery_id", ID, nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("began_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant()),
        sa.Column("outcome", sa.Text()),
        sa.Column("reason", sa.Text()),
        sa.Column("detail", sa.Text()),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name="fk_attempt_delivery_id"),
        sa.PrimaryKeyConstraint("id", name="pk_attempt"),
        sa.UniqueConstraint("delivery_id", "fence", name="uq_attempt_delivery_id_fence"),
    )
    op.create_table(
        "destination",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("paused_at", Instant()),
        sa.Column("disabled_at", Instant()),
        sa.Column("disabled_why", sa.Text()),
        sa.Column("breaker", sa.Text(), server_default=sa.text("'closed'"), nullable=False),
        sa.Column("opened_until", Instant()),
        sa.Column("open_for_s", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("failures_in_row", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("failing_since", Instant()),
        sa.Column("next_free_at", Instant()),
        sa.Column("probe_delivery", ID),
        sa.PrimaryKeyConstraint("name", name="pk_destination"),
    )
    op.create_table(
        "replay",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("delivery_id", ID, nullable=False),
        sa.Column("from_state", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name="fk_replay_delivery_id"),
        sa.PrimaryKeyConstraint("id", name="pk_replay"),
    )
    op.create_table(
        "day_count",
        sa.Column("run", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("run", "day", name="pk_day_count"),
    )
    op.create_table(
        "heartbeat",
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("who", name="pk_heartbeat"),
    )


def _transactions() -> None:
    """What a tick has seen is told by snapshots of transactions; on SQLite `seq` alone tells it."""
    op.execute("ALTER TABLE event ALTER COLUMN tx SET DEFAULT pg_current_xact_id()")
    op.create_index("ix_event_tx", "event", ["tx"])


def _only(where: str) -> dict[str, Any]:
    return {"postgresql_where": sa.text(where), "sqlite_where": sa.text(where)}
