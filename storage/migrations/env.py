"""Runs migrations on the connection that `storage.database.migrate` hands over."""

from alembic import context

import storage.change_tables  # noqa: F401 - its table belongs to the metadata
from storage.memory_tables import GenerationRow

context.configure(
    connection=context.config.attributes["connection"],
    # The one metadata of all tables, those of the memory among them.
    target_metadata=GenerationRow.metadata,
    # SQLite can hardly alter a table; batch mode copies it.
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
