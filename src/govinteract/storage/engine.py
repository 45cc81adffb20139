"""Opening a database so that an acknowledged commit is on disk and a wait is never an error.

SQLite: write-ahead log, `synchronous=FULL`, foreign keys, deleted bytes overwritten, and
writers that take their lock when they begin (`BEGIN IMMEDIATE`), so that no writer is
refused half-way. PostgreSQL 15 or later through psycopg 3.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from sqlalchemy import create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.pool import QueuePool

from govinteract.errors import SettingsError
from govinteract.storage.failures import map_failures

if TYPE_CHECKING:
    import sqlite3

    from sqlalchemy import URL, Connection, Engine

__all__ = ["BUSY_SECONDS", "open_engine", "writer_lock"]

BUSY_SECONDS = 60
"""How long a writer waits for its turn before `storage.busy`: longer than any honest queue."""

_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "secure_delete=ON",
    f"busy_timeout={BUSY_SECONDS * 1000}",
    "temp_store=MEMORY",  # sorting must not spill plaintext-free but linkable rows to disk
)
_LOCKS: dict[str, threading.Lock] = {}


def open_engine(url: str, *, pool_size: int = 10) -> Engine:
    """Open `url` (`sqlite:///ward.db`, `postgresql+psycopg://...`) with this house's settings.

    `pool_size` is the number of transactions that can be open at once; more wait their turn.
    Raises `SettingsError` when the URL names no database that the library speaks.
    """
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite":
            engine = _open_sqlite(parsed, pool_size)
        else:
            engine = _open_postgresql(parsed, pool_size)
    except (ArgumentError, NoSuchModuleError) as error:
        raise SettingsError(
            "storage.url_invalid", hint="use sqlite:///FILE or postgresql+psycopg://HOST/NAME"
        ) from error
    except ModuleNotFoundError as error:
        raise SettingsError(
            "storage.driver_missing", hint="pip install 'govinteract[postgres]'"
        ) from error
    map_failures(engine)
    return engine


def _open_postgresql(url: URL, pool_size: int) -> Engine:
    if url.drivername in {"postgresql", "postgres"}:
        url = url.set(drivername="postgresql+psycopg")
    return create_engine(
        url, pool_size=pool_size, max_overflow=0, pool_timeout=BUSY_SECONDS,
        pool_pre_ping=True, hide_parameters=True,
    )  # fmt: skip


def _open_sqlite(url: URL, pool_size: int) -> Engine:
    in_memory = url.database in {None, "", ":memory:"}  # lives in its one connection
    engine = create_engine(
        url, poolclass=QueuePool, pool_size=1 if in_memory else pool_size, max_overflow=0,
        pool_timeout=BUSY_SECONDS, hide_parameters=True,
        connect_args={"check_same_thread": False, "timeout": BUSY_SECONDS},
    )  # fmt: skip
    event.listen(engine, "connect", _configure_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _configure_sqlite(driver_connection: sqlite3.Connection, _record: object) -> None:
    driver_connection.isolation_level = None  # BEGIN is ours, see _begin_sqlite
    for pragma in _PRAGMAS:
        driver_connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.info.get("gi_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def writer_lock(engine: Engine) -> threading.Lock | None:
    """Return the lock that queues this process's writers to one SQLite file, else None.

    SQLite has one writer at a time; threads that queue here wake in order and at once,
    where its own waiting sleeps and may starve one of them.
    """
    if engine.dialect.name != "sqlite":
        return None
    return _LOCKS.setdefault(str(engine.url), threading.Lock())
