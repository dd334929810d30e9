"""What was chosen for whom, who was held out, digests, and what keeps a rule back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from firstwin.db.types import Instant, Json

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
RULE = (
    ("drawn_by", sa.Text()),
    ("held_since", Instant()),
    ("held_why", sa.Text()),
    ("tripped_at", Instant()),
)


def upgrade() -> None:
    for name, kind in RULE:
        op.add_column("rule", sa.Column(name, kind))
    op.add_column("nudge", sa.Column("state", sa.Text(), nullable=False, server_default=sa.text("'nudged'")))
    op.add_column("nudge", sa.Column("branch", sa.Text()))
    op.add_column("nudge", sa.Column("variant", sa.Text()))
    _digests()


def downgrade() -> None:
    op.drop_table("digest_item")
    op.drop_table("digest")
    for name in ("variant", "branch", "state"):
        op.drop_column("nudge", name)
    for name, _ in reversed(RULE):
        op.drop_column("rule", name)


def _digests() -> None:
    op.create_table(
        "digest",
        sa.Column("delivery_id", ID, nullable=False),
        sa.Column("receiver", sa.Text(), nullable=False),
        sa.Column("top", sa.Integer(), nullable=False),
        sa.Column("lowest_first", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name="fk_digest_delivery_id"),
        sa.PrimaryKeyConstraint("delivery_id", name="pk_digest"),
    )
    op.create_table(
        "digest_item",
        sa.Column("delivery_id", ID, nullable=False),
        sa.Column("nudge_id", ID, nullable=False),
        sa.Column("start_id", ID, nullable=False),
        sa.Column("account_id", sa.Text()),
        sa.Column("props", Json, nullable=False),
        sa.Column("reason", sa.Text()),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name="fk_digest_item_delivery_id"),
        sa.ForeignKeyConstraint(["nudge_id"], ["nudge.id"], name="fk_digest_item_nudge_id"),
        sa.PrimaryKeyConstraint("delivery_id", "nudge_id", name="pk_digest_item"),
    )
    op.create_index("ix_digest_item_nudge_id", "digest_item", ["nudge_id"])
