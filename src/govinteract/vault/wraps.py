"""The wraps of one person's data keys: what is destroyed when the person is erased.

What is said of them afterwards are their ids and the SHA-256 of their bytes, so that
somebody who holds an old copy of a wrap can tell that it is one of those.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from attrs import frozen
from sqlalchemy import select

from govinteract.vault.tables import wrap_table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from govinteract.storage.transaction import Transaction

__all__ = ["WrapDigest", "wraps_of"]

_ROW = wrap_table.c


@frozen(kw_only=True)
class WrapDigest:
    """One wrap, without its bytes: whose class, for what, under which epoch, and its hash."""

    data_class: str
    purpose: str
    kid: str
    epoch: int
    sha256: str


def wraps_of(
    tx: Transaction, subject: str, *, classes: Iterable[str] | None = None, lock: bool = False
) -> list[WrapDigest]:
    """Return the wraps of `subject` (of these data `classes`), by class, purpose and key.

    With `lock` they are read as they are now and held until the commit.
    """
    query = select(_ROW.data_class, _ROW.purpose, _ROW.kid, _ROW.epoch, _ROW.wrapped).where(
        _ROW.locality == tx.locality, _ROW.subject == subject
    )
    if classes is not None:
        query = query.where(_ROW.data_class.in_(list(classes)))
    query = query.order_by(_ROW.data_class, _ROW.purpose, _ROW.kid)
    return [
        WrapDigest(
            data_class=row.data_class, purpose=row.purpose, kid=bytes(row.kid).hex(),
            epoch=row.epoch, sha256=hashlib.sha256(bytes(row.wrapped)).hexdigest(),
        )
        for row in (tx.read_locked(query) if lock else tx.read(query))
    ]  # fmt: skip
