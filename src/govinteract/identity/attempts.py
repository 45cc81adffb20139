"""How often somebody may try: counted in the database, so that all processes share the count.

Time is cut into windows of the limit's length. Who tried is kept as a keyed hash: a
database that leaks tells no address and no name.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from attrs import frozen
from sqlalchemy import delete, select, update

from govinteract.errors import AccessDenied
from govinteract.identity.tables import attempt_table
from govinteract.storage import write_instant

if TYPE_CHECKING:
    from collections.abc import Callable

    from govinteract.storage import Transaction

__all__ = ["Attempts", "Limit"]

_ROW = attempt_table.c
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@frozen(kw_only=True)
class Limit:
    """At most `most` tries of `kind` by the same one within a window of length `per`."""

    kind: str
    most: int
    per: timedelta

    def window(self, now: datetime) -> datetime:
        """Return when the window that `now` lies in began.

        >>> hourly = Limit(kind="login", most=5, per=timedelta(hours=1))
        >>> hourly.window(datetime(2026, 11, 21, 8, 20, tzinfo=UTC)).isoformat()
        '2026-11-21T08:00:00+00:00'
        """
        return now - (now - _EPOCH) % self.per


class Attempts:
    """The counts of one transaction's locality; `fingerprint(label, data)` is its keyed hash."""

    def __init__(self, tx: Transaction, fingerprint: Callable[[str, bytes], bytes]) -> None:
        self._tx = tx
        self._fingerprint = fingerprint

    def check(self, limit: Limit, who: str) -> None:
        """Raise `AccessDenied("identity.too_many_attempts")` when `who` has used `limit` up.

        `minutes` tells how long to wait. Reads only; `add` counts.
        """
        if self._spent(limit, who) < limit.most:
            return
        left = limit.window(self._tx.now) + limit.per - self._tx.now
        minutes = max(1, -(-int(left.total_seconds()) // 60))
        raise AccessDenied(
            "identity.too_many_attempts", hint=f"{limit.kind}: {limit.most} in {limit.per}",
            minutes=minutes,
        )  # fmt: skip

    def add(self, limit: Limit, who: str) -> int:
        """Count one try more and return how many it makes in this window."""
        key = self._key(limit, who)
        self._tx.insert_if_absent(attempt_table, {**key, "count": 0})
        mine = [_ROW[name] == value for name, value in key.items()]
        self._tx.write(update(attempt_table).where(*mine).values(count=_ROW["count"] + 1))
        return self._spent(limit, who)

    def sweep(self, older_than: timedelta = timedelta(days=1)) -> int:
        """Delete counts of windows that began before `older_than` ago; return how many."""
        before = write_instant(self._tx.now - older_than)
        old = (_ROW.locality == self._tx.locality, _ROW.since < before)
        return self._tx.write(delete(attempt_table).where(*old)).rowcount

    def _spent(self, limit: Limit, who: str) -> int:
        mine = [_ROW[name] == value for name, value in self._key(limit, who).items()]
        return self._tx.read(select(_ROW["count"]).where(*mine)).scalar() or 0

    def _key(self, limit: Limit, who: str) -> dict[str, object]:
        return {
            "locality": self._tx.locality, "kind": limit.kind,
            "who": self._fingerprint(f"attempt-{limit.kind}", who.encode()),
            "since": write_instant(limit.window(self._tx.now)),
        }  # fmt: skip
