"""What may be told of a tenant's keys: everything but the keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen
from sqlalchemy import select

from govinteract.vault.tables import key_table

if TYPE_CHECKING:
    from govinteract.storage.transaction import Transaction

__all__ = ["KeyStatus", "key_status"]

_ROW = key_table.c


@frozen(kw_only=True)
class KeyStatus:
    """One key of a tenant: what for, in which epoch, its id and that of what wraps it."""

    role: str
    epoch: int
    kid: str
    root: str
    created_at: str
    retired_at: str | None


def key_status(tx: Transaction) -> list[KeyStatus]:
    """Return the keys of the transaction's locality, by role and epoch."""
    query = select(key_table).where(_ROW.locality == tx.locality)
    return [
        KeyStatus(
            role=row["role"], epoch=row["epoch"], kid=bytes(row["kid"]).hex(), root=row["root"],
            created_at=row["created_at"], retired_at=row["retired_at"],
        )
        for row in tx.read(query.order_by(_ROW.role, _ROW.epoch)).mappings()
    ]  # fmt: skip
