"""Alerts by destination and by when they arrived, so that they can be counted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ALERTS = sa.text("channel = 'alert'")


def upgrade() -> None:
    op.create_index(
        "ix_delivery_alerts", "delivery", ["destination", "settled_at"], postgresql_where=ALERTS, sqlite_where=ALERTS
    )


def downgrade() -> None:
    op.drop_index("ix_delivery_alerts", "delivery")
