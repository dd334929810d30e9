"""What each version of a rule means, whatever else its files said; and plans of what a change would do."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from firstwin.db.types import Instant, Json

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("rule_version", sa.Column("meaning", sa.Text()))
    op.create_table(
        "plan",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("since_s", sa.Integer(), nullable=False),
        sa.Column("live", Json, nullable=False),
        sa.Column("files", Json, nullable=False),
        sa.Column("answer", Json, nullable=False),
        sa.Column("applied_at", Instant()),
        sa.Column("applied_by", sa.Text()),
        sa.PrimaryKeyConstraint("hash", name="pk_plan"),
    )


def downgrade() -> None:
    op.drop_table("plan")
    op.drop_column("rule_version", "meaning")
