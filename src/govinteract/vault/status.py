"""What may be told of a tenant's keys: everything but the keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen
from sqlalchemy import select

from govinteract.vault.key_tables import recovery_table
from govinteract.vault.roots import read_key_rows

if TYPE_CHECKING:
    from govinteract.storage.transaction import Transaction

__all__ = ["KeyStatus", "RecoveryStatus", "key_status", "recovery_status"]


@frozen(kw_only=True)
class KeyStatus:
    """One key of a tenant: what for, in which epoch, its id and that of what wraps it.

    `root` names the first wrapping, `further` the others.
    """

    role: str
    epoch: int
    kid: str
    root: str
    further: tuple[str, ...] = ()
    created_at: str
    retired_at: str | None


@frozen(kw_only=True)
class RecoveryStatus:
    """The recovery key: any `threshold` of its `shares` open every key."""

    kid: str
    threshold: int
    shares: int
    created_at: str


def key_status(tx: Transaction) -> list[KeyStatus]:
    """Return the keys of the transaction's locality, by role and epoch."""
    return [
        KeyStatus(
            role=row.role, epoch=row.epoch, kid=row.kid.hex(), root=row.wrappings[0].root,
            further=tuple(wrapping.root for wrapping in row.wrappings[1:]),
            created_at=row.created_at, retired_at=row.retired_at,
        )
        for row in read_key_rows(tx.read, tx.locality)
    ]  # fmt: skip


def recovery_status(tx: Transaction) -> RecoveryStatus | None:
    """Return the recovery key of the transaction's locality; None while there is none."""
    query = select(recovery_table).where(recovery_table.c.locality == tx.locality)
    row: Any = tx.read(query).mappings().first()
    return row and RecoveryStatus(
        kid=bytes(row["kid"]).hex(), threshold=row["threshold"], shares=row["shares"],
        created_at=row["created_at"],
    )  # fmt: skip
