"""The recovery key's public half in the database, and the seal that it is the tenant's own.

Whoever could put his own public key there would be given every key that is made after it.
So each row carries a MAC under a key that is derived from the tenant's index key, and a row
without the right one wraps nothing.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from govinteract.errors import CryptoError
from govinteract.kernel.framing import frame
from govinteract.storage.schema import write_instant
from govinteract.vault.key_tables import recovery_table
from govinteract.vault.recovery import RecoveryLock

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from govinteract.storage.transaction import Transaction
    from govinteract.vault.key_material import KeyMaterial

__all__ = ["read_lock", "recovery_row"]

_ROW = recovery_table.c


def read_lock(
    engine: Engine, tenant: str, index: tuple[int, KeyMaterial] | None
) -> RecoveryLock | None:
    """Return the tenant's recovery key for wrapping; None while there is none.

    `index` is the tenant's index key and its epoch. Raises
    `CryptoError("vault.recovery_changed")` when the row is not as this tenant wrote it.
    """
    query = select(recovery_table).where(_ROW.locality == tenant)
    with engine.connect() as connection:
        row = connection.execute(query.order_by(_ROW.created_at.desc()).limit(1)).mappings().first()
    if row is None:
        return None
    lock = RecoveryLock(bytes(row["public_key"]))
    mac = b"" if index is None else _mac(index[1], tenant, lock, row["threshold"], row["shares"])
    if not hmac.compare_digest(mac, bytes(row["mac"])) or lock.id != bytes(row["kid"]):
        raise CryptoError("vault.recovery_changed", hint="make new shares: govinteract keys shares")
    return lock


def recovery_row(
    tx: Transaction, index: KeyMaterial, lock: RecoveryLock, *, threshold: int, shares: int
) -> dict[str, Any]:
    """Return the row of a new recovery key."""
    return {
        "locality": tx.locality, "kid": lock.id, "public_key": lock.public,
        "threshold": threshold, "shares": shares,
        "mac": _mac(index, tx.locality, lock, threshold, shares),
        "created_at": write_instant(tx.now),
    }  # fmt: skip


def _mac(index: KeyMaterial, tenant: str, lock: RecoveryLock, threshold: int, shares: int) -> bytes:
    key = index.derive("gi/recovery-mac/v1", "")
    framed = frame("gi/recovery-row/v1", tenant, lock.public, str(threshold), str(shares))
    return hmac.digest(key, framed, hashlib.sha256)
