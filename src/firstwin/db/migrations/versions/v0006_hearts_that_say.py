"""Hearts: what the files say to the process that beats, for whoever asks for health."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from firstwin.db.types import Json

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("heartbeat", sa.Column("says", Json))


def downgrade() -> None:
    op.drop_column("heartbeat", "says")
