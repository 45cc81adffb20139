"""One actor, one transaction, one commit.

A transaction reads from a snapshot until its first write. The first write takes the
writer's lock (SQLite) and from then on everything commits together or not at all: facts,
projections, sealed values, key wraps, idempotency key and outbox rows.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Self, TypeAlias

from sqlalchemy.exc import TimeoutError as PoolTimeout

from govinteract.errors import StorageError
from govinteract.kernel.ids import new_id
from govinteract.storage.engine import BUSY_SECONDS, writer_lock
from govinteract.storage.insert import fixed_sql, insert_sql

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from types import TracebackType

    from sqlalchemy import ClauseElement, CursorResult, Engine, Executable, Select, Table

    from govinteract.kernel.actor import Actor
    from govinteract.kernel.clock import Clock
    from govinteract.kernel.entropy import Entropy

__all__ = ["Params", "Transaction", "in_transaction"]

Params: TypeAlias = "Mapping[str, Any] | Sequence[Mapping[str, Any]] | None"

_OPEN: ContextVar[int] = ContextVar("govinteract_open_transactions", default=0)


def in_transaction() -> bool:
    """Tell whether this thread or task is inside a transaction (the network asks)."""
    return _OPEN.get() > 0


class Transaction:
    """What all rooms' verbs work on: a connection, an actor, a purpose and one instant.

    Use it through `Locality.acting_as`. `now` is asked of the clock once, when the
    transaction begins. Leaving the block commits; an exception rolls everything back.
    """

    def __init__(
        self, engine: Engine, *, locality: str, actor: Actor, clock: Clock, entropy: Entropy,
        purpose: str | None = None,
    ) -> None:  # fmt: skip
        self.locality = locality
        self.actor = actor
        self.purpose = purpose
        self.clock = clock
        self.entropy = entropy
        self.now: datetime = clock.now()
        self.wrote = False
        self._engine = engine
        self._lock: threading.Lock | None = None
        self._callbacks: list[Callable[[], object]] = []

    @property
    def dialect(self) -> str:
        """The kind of database: `sqlite` or `postgresql`."""
        return self._engine.dialect.name

    def new_id(self) -> str:
        """Return a new UUIDv7 in text, made from this transaction's instant."""
        return new_id(self.now, self.entropy)

    def read(self, statement: Executable, params: Params = None) -> CursorResult[Any]:
        """Run a statement that changes nothing."""
        return self._connection.execute(statement, params)

    def write(self, statement: Executable, params: Params = None) -> CursorResult[Any]:
        """Run a statement that changes rows; a list of mappings runs it for each."""
        self._begin_writing()
        return self._connection.execute(statement, params)

    def write_fixed(self, statement: ClauseElement, params: dict[str, Any]) -> None:
        """Run a module's constant statement, whose text is written once, for one row."""
        sql, names, known = fixed_sql(statement, self._engine.dialect)
        values = known | params
        self._begin_writing()
        row: Any = values if names is None else tuple(map(values.get, names))
        self._connection.exec_driver_sql(sql, row)

    def read_locked(self, statement: Select[Any], params: Params = None) -> CursorResult[Any]:
        """Read rows that this transaction is about to change: as they are now, and held.

        Takes the writer's lock first; on PostgreSQL the rows are read `FOR UPDATE`.
        """
        return self.write(statement.with_for_update(), params)

    def insert(self, table: Table, rows: dict[str, Any] | list[dict[str, Any]]) -> None:
        """Insert one row or many in one statement; all rows have the same columns.

        Values go to the driver as they are: text, numbers, bytes, None. Raises
        `ConflictError("storage.duplicate")` when a unique key stands already.
        """
        all_rows = [rows] if isinstance(rows, dict) else rows
        sql, names = insert_sql(table, tuple(all_rows[0]), self._engine.dialect)
        params: Any = all_rows if names is None else [tuple(map(r.get, names)) for r in all_rows]
        self._begin_writing()
        self._connection.exec_driver_sql(sql, params if len(params) > 1 else params[0])

    def insert_if_absent(self, table: Table, row: dict[str, Any]) -> bool:
        """Insert `row` unless its key is taken; waits for whoever is inserting the same key.

        Returns True when this transaction inserted it.
        """
        sql, names = insert_sql(table, tuple(row), self._engine.dialect, absent=True)
        self._begin_writing()
        params: Any = row if names is None else tuple(map(row.get, names))
        return self._connection.exec_driver_sql(sql, params).rowcount == 1

    def before_commit(self, callback: Callable[[], object]) -> None:
        """Run `callback` once, just before this transaction commits (batched inserts)."""
        self._callbacks.append(callback)

    def commit_opening(self) -> None:
        """Commit what stands and begin anew: used by the door alone.

        The fact that personal data was opened must be on disk before the data is shown,
        whatever becomes of the rest of the transaction.
        """
        self._commit()
        self.wrote = False
        self.now = self.clock.now()

    def __enter__(self) -> Self:
        """Take a connection; nothing is sent to the database before the first statement."""
        try:
            self._connection = self._engine.connect()
        except PoolTimeout as error:
            raise StorageError("storage.busy", hint="raise pool_size or shorten work") from error
        self._connection.info["gi_writes"] = False
        self._token = _OPEN.set(_OPEN.get() + 1)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        """Commit, or roll back when the block raised; give the connection back."""
        try:
            if kind is None:
                self._commit()
        finally:
            _OPEN.reset(self._token)
            self._connection.close()
            self._release()

    def _begin_writing(self) -> None:
        if self.wrote:
            return
        lock = writer_lock(self._engine)
        if lock is not None:
            if not lock.acquire(timeout=BUSY_SECONDS):
                raise StorageError("storage.busy", hint="a transaction in this process hangs")
            self._lock = lock
            self._connection.rollback()  # a reader can't become a writer under another one
            self._connection.info["gi_writes"] = True
        self.wrote = True

    def _commit(self) -> None:
        try:
            while self._callbacks:
                self._callbacks.pop(0)()
            self._connection.commit()
        finally:
            self._connection.info["gi_writes"] = False
            self._release()

    def _release(self) -> None:
        if self._lock is not None:
            self._lock.release()
            self._lock = None
