"""Messages over HTTP, suppressions that outlive the address, and what mail providers tell of what was sent."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from firstwin.db.types import Instant

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _ingest()
    _suppressions()
    _outcomes()


def downgrade() -> None:
    for table in ("hook_token", "outcome", "reject", "intake", "write_key"):
        op.drop_table(table)
    op.drop_index("ix_delivery_provider_id", "delivery")
    op.drop_index("ix_delivery_address_created_at", "delivery")
    op.drop_index("ix_delivery_person_id_created_at", "delivery")
    op.drop_table("suppression")
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


def _ingest() -> None:
    op.create_table(
        "write_key",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("begins", sa.Text(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("revoked_at", Instant()),
        sa.PrimaryKeyConstraint("id", name="pk_write_key"),
        sa.UniqueConstraint("hash", name="uq_write_key_hash"),
    )
    op.create_index("uq_write_key_source", "write_key", ["source"], unique=True, **_only("revoked_at IS NULL"))
    op.create_table(
        "intake",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("minute", Instant(), nullable=False),
        sa.Column("new", sa.Integer(), nullable=False),
        sa.Column("repeated", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("lag_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("source", "minute", name="pk_intake"),
    )
    op.create_table(
        "reject",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("message_id", sa.Text()),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reject"),
    )
    op.create_index("ix_reject_source_at", "reject", ["source", "at"])


def _suppressions() -> None:
    """Nothing wrote this table before, and no address can be hashed without the key: it is made anew."""
    op.drop_table("suppression")
    op.create_table(
        "suppression",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("person_id", sa.Text()),
        sa.Column("address_hash", sa.Text()),
        sa.Column("class", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("note", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_suppression"),
    )
    op.create_index("ix_suppression_address_hash", "suppression", ["address_hash"])
    op.create_index("ix_suppression_person_id", "suppression", ["person_id"])


def _outcomes() -> None:
    op.create_index("ix_delivery_person_id_created_at", "delivery", ["person_id", "created_at"])
    op.create_index(
        "ix_delivery_address_created_at", "delivery", ["address", "created_at"], **_only("address IS NOT NULL")
    )
    op.create_index("ix_delivery_provider_id", "delivery", ["provider_id"], **_only("provider_id IS NOT NULL"))
    op.create_table(
        "outcome",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("address_hash", sa.Text(), nullable=False),
        sa.Column("delivery_id", ID),
        sa.Column("detail", sa.Text()),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name="fk_outcome_delivery_id"),
        sa.PrimaryKeyConstraint("id", name="pk_outcome"),
        sa.UniqueConstraint("provider", "event_id", name="uq_outcome_provider_event_id"),
    )
    op.create_index("ix_outcome_delivery_id", "outcome", ["delivery_id"])
    op.create_table(
        "hook_token",
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("provider", "token", name="pk_hook_token"),
    )
    op.create_index("ix_hook_token_at", "hook_token", ["at"])


def _only(condition: str) -> dict[str, Any]:
    return {"postgresql_where": sa.text(condition), "sqlite_where": sa.text(condition)}
