"""Run by Alembic: migrates with the connection that ``firstwin.db.migrate`` hands over, in that one's transaction."""

from __future__ import annotations

from alembic import context

from firstwin.db import tables

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=tables.metadata,
    compare_type=True,
    render_as_batch=connection.dialect.name == "sqlite",  # SQLite changes a table by making it anew
)
with context.begin_transaction():
    context.run_migrations()
