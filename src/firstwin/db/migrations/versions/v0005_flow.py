"""Destinations: a breaker that counts, what the other side asked to wait, and who was told of its end."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from firstwin.db.types import Instant, Json

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("destination", sa.Column("breaker_since", Instant()))
    op.add_column("destination", sa.Column("recent", Json))
    op.add_column("destination", sa.Column("probe_fence", sa.Integer()))
    op.add_column("destination", sa.Column("not_before", Instant()))
    op.add_column("destination", sa.Column("disabled_told", sa.Text()))


def downgrade() -> None:
    for name in ("disabled_told", "not_before", "probe_fence", "recent", "breaker_since"):
        op.drop_column("destination", name)
