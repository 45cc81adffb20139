"""Getting deleted bytes out of the database's files, as far as a database lets one.

SQLite overwrites what is deleted (`secure_delete=ON`), but the write-ahead log still holds
earlier copies of the pages until it is folded into the file and cut to nothing. PostgreSQL
keeps deleted rows until VACUUM, and its own log for as long as its archive; there, and in
every backup, an erasure is complete when the epoch key of the wraps is destroyed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from govinteract.errors import ConflictError
from govinteract.storage.transaction import in_transaction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Engine, Table

__all__ = ["scrub"]


def scrub(engine: Engine, tables: Sequence[Table]) -> bool:
    """Overwrite what was deleted from `tables` and empty the write-ahead log.

    Returns False when readers held it back for as long as a writer waits; run it again
    then. On PostgreSQL it vacuums the tables. Raises `ConflictError("storage.try_again")`
    inside a transaction, which would hold it back itself.
    """
    if in_transaction():
        raise ConflictError("storage.try_again", hint="scrub after the transaction, not in it")
    with engine.connect() as connection:
        driver = connection.execution_options(isolation_level="AUTOCOMMIT")
        if engine.dialect.name != "sqlite":
            for table in tables:
                driver.execute(text(f"VACUUM {table.name}"))
            return True
        busy, _log, _done = driver.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
        return int(busy) == 0
