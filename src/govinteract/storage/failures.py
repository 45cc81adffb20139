"""Driver errors, mapped once: no exception of a database driver leaves this package."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import event
from sqlalchemy.exc import DBAPIError, IntegrityError

from govinteract.errors import ConflictError, GovInteractError, StorageError

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.engine import ExceptionContext

__all__ = ["map_failures"]

_SQLITE = (
    ("database is locked", "storage.busy", "another program holds the file; close it or wait"),
    ("database or disk is full", "storage.full", "free space on the disk of the database"),
    ("disk i/o error", "storage.full", "check the disk of the database and its free space"),
    ("readonly", "storage.read_only", "the process may not write the database file"),
    ("unable to open", "storage.unreachable", "check the path and who may write there"),
    ("no such table", "storage.not_migrated", "run: govinteract db upgrade"),
    ("no such column", "storage.not_migrated", "run: govinteract db upgrade"),
    ("not a database", "storage.unreachable", "the file is not an SQLite database"),
    ("malformed", "storage.damaged", "restore the last backup, then: govinteract audit verify"),
)
_POSTGRES = (
    ("42P01", "storage.not_migrated", "run: govinteract db upgrade"),
    ("42703", "storage.not_migrated", "run: govinteract db upgrade"),
    ("53100", "storage.full", "free space on the disk of the database"),
    ("25006", "storage.read_only", "the server is read-only (a replica?)"),
    ("55P03", "storage.busy", "another transaction holds the row; try again"),
    ("57014", "storage.busy", "the statement was cancelled after its time limit"),
)
_TRY_AGAIN = {"40001", "40P01"}


def map_failures(engine: Engine) -> None:
    """Make `engine` raise this library's errors instead of its driver's, wherever they arise.

    A broken unique key is `ConflictError("storage.duplicate")`, a deadlock or failed
    serialisation `ConflictError("storage.try_again")`; the rest is `StorageError` with a
    code that says what to do. The driver's error stays as the cause, without parameters.
    """
    event.listen(engine, "handle_error", _raise_mapped)


def _raise_mapped(context: ExceptionContext) -> None:
    error = context.sqlalchemy_exception
    if isinstance(error, DBAPIError):
        raise _translated(error) from error


def _translated(error: DBAPIError) -> GovInteractError:
    if isinstance(error, IntegrityError):
        return ConflictError("storage.duplicate", hint="reload and try again")
    state = getattr(error.orig, "sqlstate", None)
    if state in _TRY_AGAIN:
        return ConflictError("storage.try_again", hint="run the whole transaction again")
    text = str(error.orig).lower()
    rows = [(key == state, code, hint) for key, code, hint in _POSTGRES]
    rows += [(key in text, code, hint) for key, code, hint in _SQLITE]
    for matches, code, hint in rows:
        if matches:
            return StorageError(code, hint=hint)
    if error.connection_invalidated or state is None or state.startswith("08"):
        return StorageError("storage.unreachable", hint="is the database server running?")
    return StorageError("storage.failed", hint=f"database error {state}; see the cause")
