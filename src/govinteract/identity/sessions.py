"""Sessions at the desk: kept by the server, known to the browser by a token alone.

The database has only a keyed hash of the token. A session ends after an idle hour, after
a working day whatever happens, at sign-out, and when its account is closed.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select, update

from govinteract.identity.model import Session
from govinteract.identity.tables import session_table
from govinteract.storage import read_instant, write_instant

if TYPE_CHECKING:
    from collections.abc import Callable

    from govinteract.facts import Facts
    from govinteract.identity.model import Account
    from govinteract.identity.officers import Officers
    from govinteract.storage import Transaction

__all__ = ["ABSOLUTE", "IDLE", "Sessions"]

IDLE = timedelta(hours=1)
ABSOLUTE = timedelta(hours=10)
_TOUCH = timedelta(minutes=1)
_TOKEN_BYTES = 32
_ROW = session_table.c


class Sessions:
    """The sessions of one transaction's locality; `fingerprint` is its keyed hash."""

    def __init__(
        self, tx: Transaction, facts: Facts, fingerprint: Callable[[str, bytes], bytes]
    ) -> None:
        self._tx = tx
        self._facts = facts
        self._fingerprint = fingerprint

    def begin(self, account: Account, *, instead_of: str | None = None) -> str:
        """Sign `account` in and return the new token (a secret of 44 characters).

        A token that the browser showed before (`instead_of`) ends, so that nobody can plant
        one. Records `officer.signed_in`.
        """
        if instead_of:
            self.end(instead_of)
        token = urlsafe_b64encode(self._tx.entropy.bytes(_TOKEN_BYTES)).decode()
        now = self._tx.now
        row = {
            "locality": self._tx.locality, "token_hash": self._hash(token), "officer": account.id,
            "created_at": write_instant(now), "seen_at": write_instant(now),
            "expires_at": write_instant(now + ABSOLUTE),
        }  # fmt: skip
        self._tx.insert(session_table, row)
        body = {"officer": account.id}
        self._facts.append(f"sign-in:{self._tx.new_id()}", 1, "officer.signed_in", body)
        return token

    def find(self, token: str, officers: Officers) -> Session | None:
        """Return the session of `token` while it lasts, else None.

        Being seen moves the idle limit on; that is written once a minute at most.
        """
        now = self._tx.now
        query = select(session_table).where(*self._mine(token))
        row = self._tx.read(query).mappings().first()
        if row is None or row["expires_at"] <= write_instant(now):
            return None
        seen = read_instant(row["seen_at"])
        account = officers.get(row["officer"])
        if now - seen >= IDLE or account is None or not account.active:
            return None
        if now - seen >= _TOUCH:
            touch = update(session_table).where(*self._mine(token))
            self._tx.write(touch.values(seen_at=write_instant(now)))
        return Session(
            account=account, created_at=read_instant(row["created_at"]), seen_at=now,
            expires_at=read_instant(row["expires_at"]),
        )  # fmt: skip

    def end(self, token: str) -> None:
        """Sign out; ending a session twice is no error."""
        self._tx.write(delete(session_table).where(*self._mine(token)))

    def end_all(self, account: Account) -> int:
        """End every session of `account` and return how many there were."""
        mine = (_ROW.locality == self._tx.locality, _ROW.officer == account.id)
        return self._tx.write(delete(session_table).where(*mine)).rowcount

    def sweep(self) -> int:
        """Delete sessions that have ended; return how many."""
        ended = (
            _ROW.locality == self._tx.locality,
            (_ROW.expires_at <= write_instant(self._tx.now))
            | (_ROW.seen_at <= write_instant(self._tx.now - IDLE)),
        )
        return self._tx.write(delete(session_table).where(*ended)).rowcount

    def _mine(self, token: str) -> tuple[Any, ...]:
        return _ROW.locality == self._tx.locality, _ROW.token_hash == self._hash(token)

    def _hash(self, token: str) -> bytes:
        return self._fingerprint("desk-session", token.encode())
