"""Alembic's entry: runs the revisions on the connection that `storage.migrate` hands in."""

from alembic import context

from govinteract.storage.migrate import VERSION_TABLE
from govinteract.storage.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
