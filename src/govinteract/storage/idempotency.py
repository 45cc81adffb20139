"""The same request again returns the same answer; another body under its key is refused.

The key is claimed by the first write of the transaction, with the answer beside it, so
that the claim and everything it stands for commit together. Whoever comes second waits
for the first to commit and reads its answer.
"""

from __future__ import annotations

from hmac import compare_digest
from typing import TYPE_CHECKING

from sqlalchemy import Column, LargeBinary, String, Table, select

from govinteract.errors import ConflictError, InputError
from govinteract.storage.schema import Instant, metadata, write_instant

if TYPE_CHECKING:
    from govinteract.storage.transaction import Transaction

__all__ = ["Once", "once_table"]

_KEY_LIMIT = 200

once_table = Table(
    "gi_once",
    metadata,
    Column("locality", String(64), primary_key=True),
    Column("source", String(64), primary_key=True),
    Column("key", String(_KEY_LIMIT), primary_key=True),
    Column("actor", String(80), nullable=False),
    Column("body_hash", LargeBinary(32), nullable=False),
    Column("answer", LargeBinary, nullable=False),
    Column("at", Instant, nullable=False),
)
_FIND = select(once_table.c.actor, once_table.c.body_hash, once_table.c.answer)


class Once:
    """Idempotency keys of one transaction, scoped to source, actor and body."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def claim(self, source: str, key: str, body_hash: bytes, answer: bytes) -> bytes:
        """Claim `key` for this request and return the answer that counts.

        `body_hash` is a keyed hash of the request (32 bytes), `answer` what this attempt
        would return, sealed where it is secret. Returns `answer` when the key was free,
        else the answer of the first attempt. Raises `ConflictError("storage.once_actor")`
        or `("storage.once_body")` when the key was used by somebody else or for something
        else, `InputError` when the key is empty or longer than 200 characters.
        """
        tx = self._tx
        if not key or len(key) > _KEY_LIMIT or not key.isprintable():
            raise InputError("storage.once_key", hint="use a UUID per request", limit=_KEY_LIMIT)
        row = {
            "locality": tx.locality, "source": source, "key": key, "actor": tx.actor.key,
            "body_hash": body_hash, "answer": answer, "at": write_instant(tx.now),
        }  # fmt: skip
        if tx.insert_if_absent(once_table, row):
            return answer
        return self._first_answer(source, key, body_hash)

    def _first_answer(self, source: str, key: str, body_hash: bytes) -> bytes:
        columns = once_table.c
        found = self._tx.read(
            _FIND.where(
                columns.locality == self._tx.locality, columns.source == source, columns.key == key
            )
        ).one()
        if found.actor != self._tx.actor.key:
            raise ConflictError("storage.once_actor", hint="make a new key for each request")
        if not compare_digest(found.body_hash, body_hash):
            raise ConflictError("storage.once_body", hint="make a new key for each request")
        return bytes(found.answer)
