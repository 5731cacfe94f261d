"""Runs migrations on the connection that `storage.database.migrate` hands over."""

from alembic import context

import storage.capture_tables
import storage.change_tables
import storage.label_tables
import storage.memory_tables
import storage.notice_tables
import storage.queue_tables
import storage.search_tables
import storage.takedown_tables
import storage.withheld_tables  # noqa: F401 - its tables are part of the metadata
from storage.story_tables import BodyRow

context.configure(
    connection=context.config.attributes["connection"],
    # The one metadata of all tables, those of the memory and of the stories among them.
    target_metadata=BodyRow.metadata,
    # SQLite can hardly alter a table; batch mode copies it.
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
